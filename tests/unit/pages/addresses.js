// Lets Node import the pages' modules by the addresses that browsers know: `node --import ./tests/unit/pages/addresses.js`.

import { register } from "node:module";

register("./resolve.js", import.meta.url);

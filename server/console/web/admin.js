// Owns the administrator's way out; the page itself is plain.

import { signOut } from "/console/web/api.js";

document.getElementById("sign-out").addEventListener("click", signOut);

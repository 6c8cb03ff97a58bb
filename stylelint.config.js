// What stylelint asks of the pages' style sheets: no feature that a supported browser (package.json) lacks.

import { readFileSync } from "node:fs";

const { browserslist } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
const supported = (browsers) => ({
  "plugin/no-unsupported-browser-features": [true, { browsers, ignorePartialSupport: true }],
});

export default {
  plugins: ["stylelint-no-unsupported-browser-features"],
  reportNeedlessDisables: true,
  reportDescriptionlessDisables: true,
  rules: supported(browserslist.consoles),
  overrides: [
    { files: ["caller/web/*.css", "server/protocol/web/*.css"], rules: supported(browserslist.wall) },
    { files: ["kiosk/web/*.css"], rules: supported(browserslist.kiosk) },
  ],
};

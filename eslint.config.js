// What ESLint asks of the pages' JavaScript. The supported browsers are those of package.json, `browserslist`.

import { readFileSync } from "node:fs";

import js from "@eslint/js";
import compat from "eslint-plugin-compat";
import globals from "globals";

const { browserslist } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

const pages = (ecmaVersion, env, ...files) => ({
  files,
  languageOptions: { ecmaVersion, sourceType: "module", globals: globals.browser },
  // eslint-plugin-compat reads the browsers by `env`; they stand here too because ESLint's cache hashes this object
  settings: { browserslistOpts: { env }, browserslist: browserslist[env], lintAllEsApis: true },
});

export default [
  { ignores: ["**/vendor/", "build/", ".venv/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  compat.configs["flat/recommended"],
  pages(2019, "wall", "caller/web/**/*.js", "server/protocol/web/*.js"),
  pages(2022, "kiosk", "kiosk/web/**/*.js"),
  pages(2022, "consoles", "server/console/web/**/*.js", "hardware/virtual/web/**/*.js"),
  {
    files: ["*.config.js", "tests/**/*.js"], // run by Node, never by a browser
    languageOptions: { globals: globals.node },
    rules: { "compat/compat": "off" },
  },
];

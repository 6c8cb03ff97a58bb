// Owns the buttons that change the page's language. Knows no screen.

import { html } from "htm/preact";
import { choose, languages, currentLanguage } from "/console/web/texts.js";

/** A button for each language but the one now; `redraw` draws the page anew. */
export function LanguageButtons({ redraw }) {
  const others = languages().filter((language) => language.code !== currentLanguage());
  const change = (code) => {
    choose(code);
    redraw();
  };
  return html`${others.map(
    (language) => html`<button type="button" class="plain" key=${language.code} lang=${language.tag}
      data-act="language" onClick=${() => change(language.code)}>${language.name}</button>`,
  )}`;
}

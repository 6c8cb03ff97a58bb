// Owns the page's texts: the chosen language, names that come in several. Knows no screen.

import { speak } from "/console/web/api.js";
import { fetchTexts } from "/shared/texts.js";

let texts = null;
let language = document.documentElement.dataset.language;
speak(language);

/** Fetch all languages, so that switching needs no network; asked for until they come, for a page needs its texts. */
export async function loadTexts() {
  while (!texts) {
    try {
      texts = await fetchTexts("console");
    } catch {
      await new Promise((later) => setTimeout(later, 1000));
    }
  }
}

/** The code of the language now. */
export function currentLanguage() {
  return language;
}

/** The languages to choose between: code, name on the button, tag. */
export function languages() {
  return texts.codes.map((code) => ({ code, ...texts.languages[code] }));
}

/** Speak another language from now on, on this page and the next. */
export function choose(code) {
  language = code;
  speak(code);
  document.cookie = `hall_language=${code}; path=/; max-age=31536000; SameSite=Strict`;
  if (!texts) return;
  document.documentElement.lang = texts.languages[code].tag;
  document.title = t(`title.${document.documentElement.dataset.page}`);
}

/** A text with its gaps filled: t("minutes", {minutes: 5}). */
export function t(key, gaps = {}) {
  return texts ? texts.text(key, language, gaps) : key;
}

/** Whether there is such a text. */
export function has(key) {
  return texts !== null && texts.has(key, language);
}

/** The name of a queue, station, level … in the language now. */
export function named(names) {
  return names?.[language] ?? names?.zh ?? names?.en ?? "";
}

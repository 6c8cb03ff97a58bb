// Owns the page's words: both catalogues, the chosen language, names that come in several. Knows no screen.

import { speak } from "/console/web/api.js";

const LANGUAGES = { zh: "zh-CN", en: "en" };
const texts = {};
let language = document.documentElement.lang.startsWith("en") ? "en" : "zh";
speak(language);

/** Fetch both catalogues, so that switching needs no network; asked for until they come, for a page needs its words. */
export async function loadTexts() {
  for (const tag of Object.keys(LANGUAGES)) {
    while (!texts[tag]) {
      try {
        texts[tag] = await (await fetch(`/console/texts/${tag}.json`)).json();
      } catch {
        await new Promise((later) => setTimeout(later, 1000));
      }
    }
  }
}

/** The language now: zh or en. */
export function currentLanguage() {
  return language;
}

/** Speak another language from now on, on this page and the next. */
export function choose(tag) {
  language = tag;
  speak(tag);
  document.documentElement.lang = LANGUAGES[tag];
  document.cookie = `hall_language=${tag}; path=/; max-age=31536000; SameSite=Strict`;
  document.title = t(`title.${document.documentElement.dataset.page}`);
}

/** A sentence with its gaps filled: t("minutes", {minutes: 5}). */
export function t(key, gaps = {}) {
  return (texts[language]?.[key] ?? key).replace(/\{(\w+)\}/g, (_, gap) => gaps[gap] ?? "");
}

/** Whether there is such a sentence. */
export function has(key) {
  return key in (texts[language] ?? {});
}

/** The name of a queue, station, level … in the language now. */
export function named(names) {
  return names?.[language] ?? names?.zh ?? names?.en ?? "";
}

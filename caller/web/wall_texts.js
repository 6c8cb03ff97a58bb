/* The texts of the wall by language. Knows no page. */

import { fetchTexts } from "/shared/texts.js";

const AGAIN = 1000;
let texts = null;

/* Fetch the texts; asked for until they come, for a wall without texts would stay dark. */
export async function loadTexts() {
  while (!texts) {
    try {
      texts = await fetchTexts("wall");
    } catch {
      await new Promise((later) => setTimeout(later, AGAIN));
    }
  }
}

/* The text of a key with its values filled in. */
export function t(key, language, values) {
  return texts.text(key, language, values);
}

/* Whether there is such a text. */
export function has(key, language) {
  return texts.has(key, language);
}

/* The languages of `wanted` that there are texts for. */
export function known(wanted) {
  return wanted.filter((language) => texts.codes.includes(language));
}

/* The tag of a language for the page. */
export function tagOf(language) {
  return texts.languages[language].tag;
}

/* What stands around number and place in a banner: a call to a pharmacy or a laboratory says what is done there. */
export function around(banner, language) {
  const kind = has(`${banner.kind}.please`, language) ? banner.kind : "call";
  const purpose = `purpose.${banner.purpose}`;
  const end = banner.kind !== "stage" && has(purpose, language) ? purpose : `${kind}.end`;
  return [`${kind}.please`, `${kind}.to`, end].map((key) => t(key, language));
}

/* A name by language, or the nearest there is. */
export function named(names, language) {
  const near = language === "yue" ? ["yue", "zh"] : [language];
  for (const tag of near.concat(["zh", "en"], Object.keys(names))) {
    if (names[tag]) return names[tag];
  }
  return "";
}

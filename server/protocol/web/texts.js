/*
 * The texts that people read: Fluent files by language and topic, as the server, the kiosk or the caller sends them.
 * The twin of server/protocol/texts.py. Written as ES2019, for the wall runs on Chromium 76.
 */

import { FluentBundle, FluentNumber, FluentResource } from "./vendor/fluent/index.js";

const LAST_FALLBACK = "en";
const FUNCTIONS = { LOWER: ([text]) => String(text).toLowerCase() };

/** A whole number that chooses plural forms and is inserted as plain digits. */
class PlainNumber extends FluentNumber {
  toString() {
    return String(this.value);
  }
}

/** The texts of one topic in every language. */
export class Texts {
  /**
   * @param {{languages: Object<string, {name: string, tag: string, fallback: ?string}>, files: Object<string, string>}}
   *   source what /shared/texts/<topic>.json holds
   */
  constructor(source) {
    this.languages = source.languages;
    /** The languages that have the topic themselves. */
    this.codes = Object.keys(source.files);
    this.bundles = {};
    for (const code of this.codes) {
      this.bundles[code] = new FluentBundle(tagsOf(source.languages[code].tag), {
        functions: FUNCTIONS,
        useIsolating: false,
      });
      this.bundles[code].addResource(new FluentResource(source.files[code]));
    }
  }

  /** The codes in which a text is looked for: the language, what it falls back to, English at last. */
  chain(language) {
    const codes = [];
    let code = this.languages[language] ? language : LAST_FALLBACK;
    while (code && this.languages[code] && !codes.includes(code)) {
      codes.push(code);
      code = this.languages[code].fallback;
    }
    return codes;
  }

  /** Whether the language, or one it falls back to, has this text. */
  has(key, language) {
    return this.bundleWith(key, language) !== undefined;
  }

  /** The text with its values filled in; the key itself where there is none, "" for a value that is null. */
  text(key, language, values) {
    const bundle = this.bundleWith(key, language);
    if (!bundle) return key;
    const { value } = bundle.getMessage(identifier(key));
    return value ? bundle.formatPattern(value, filled(values), []) : key;
  }

  bundleWith(key, language) {
    const code = this.chain(language).find((one) => this.bundles[one] && this.bundles[one].hasMessage(identifier(key)));
    return this.bundles[code];
  }
}

/** Fetch the texts of one topic. Rejects when they do not come. */
export async function fetchTexts(topic) {
  const answer = await fetch(`/shared/texts/${topic}.json`, { cache: "no-store" });
  if (!answer.ok) throw new Error(`texts ${topic}: ${answer.status}`);
  return new Texts(await answer.json());
}

/** The tags for plural rules: English ones where the browser knows the language by no name. */
function tagsOf(tag) {
  try {
    return Intl.PluralRules.supportedLocalesOf([tag]).concat([LAST_FALLBACK]);
  } catch {
    return [LAST_FALLBACK];
  }
}

/** The dots of a key are hyphens in the files; a character that Fluent knows in no identifier is its code point. */
function identifier(key) {
  return key.replace(/[^A-Za-z0-9_-]/gu, (one) =>
    one === "." ? "-" : `_u${one.codePointAt(0).toString(16).padStart(4, "0")}_`,
  );
}

function filled(values) {
  const args = {};
  for (const name of Object.keys(values || {})) {
    const value = values[name];
    if (Number.isInteger(value)) args[name] = new PlainNumber(value);
    else args[name] = value === null || value === undefined ? "" : String(value);
  }
  return args;
}

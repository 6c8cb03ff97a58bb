// The texts of a page: fallbacks, plural forms, plain numbers, keys that no file has.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Texts } from "/shared/texts.js";

const FORMS =
  "n = { $n ->\n    [one] { $n } eins\n    [few] { $n } few\n    [many] { $n } many\n   *[other] { $n } rest\n}\n";
const TEXTS = new Texts({
  languages: {
    zh: { name: "中文", tag: "zh-CN", fallback: "en" },
    yue: { name: "粵語", tag: "zh-HK", fallback: "zh" },
    en: { name: "English", tag: "en", fallback: null },
    pl: { name: "Polski", tag: "pl", fallback: "en" },
    qq: { name: "Qqish", tag: "qq-XX", fallback: "en" },
  },
  files: {
    zh: "a = 一\nb = 二\n",
    en: `a = one\nb = two\nc = three\naction-check_in = Check in\ntag-_u8001_ = Older\nof = { $n } of { $who }\ninside = about { LOWER($who) }\n${FORMS}`,
    yue: "a = 壹\n",
    pl: FORMS,
    qq: FORMS,
  },
});

test("a text is looked for from Cantonese over Chinese to English", () => {
  assert.deepEqual(
    ["a", "b", "c"].map((key) => TEXTS.text(key, "yue")),
    ["壹", "二", "three"],
  );
  assert.equal(TEXTS.text("a", "unheard"), "one");
});

test("a missing text shows its key", () => {
  assert.equal(TEXTS.text("such.a.key", "zh"), "such.a.key");
  assert.equal(TEXTS.has("such.a.key", "zh"), false);
  assert.equal(TEXTS.has("c", "yue"), true);
});

test("dots of a key are hyphens in the file, and other characters their code points", () => {
  assert.equal(TEXTS.text("action.check_in", "en"), "Check in");
  assert.equal(TEXTS.text("tag.老", "en"), "Older");
});

test("values are inserted without grouping and without marks, and nothing for null", () => {
  assert.equal(TEXTS.text("of", "en", { n: 12345, who: "李" }), "12345 of 李");
  assert.equal(TEXTS.text("of", "en", { n: 36.6, who: null }), "36.6 of ");
  assert.equal(TEXTS.text("inside", "en", { who: "Chest PAIN" }), "about chest pain");
});

test("plural forms follow the rules of the language, English ones where nobody knows it", () => {
  const forms = (language) => [1, 3, 5].map((n) => TEXTS.text("n", language, { n }));

  assert.deepEqual(forms("pl"), ["1 eins", "3 few", "5 many"]);
  assert.deepEqual(forms("qq"), ["1 eins", "3 rest", "5 rest"]);
});

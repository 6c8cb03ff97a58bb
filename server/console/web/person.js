// Owns who somebody is in a few words: sex and age. Knows no screen.

import { has, t } from "/console/web/texts.js";
import { ageOf } from "/console/web/waits.js";

/** Age in words. */
export function ageWords(birthDate, now) {
  const age = ageOf(birthDate, now);
  if (!age) return "";
  return age.months === undefined ? t("age.years", age) : t("age.months", age);
}

/** Sex and age of whoever has `sex` and `birth_date`; empty when neither is known. */
export function personOf(one, now) {
  return [one.sex && has(`sex.${one.sex}`) ? t(`sex.${one.sex}`) : "", ageWords(one.birth_date, now)]
    .filter(Boolean)
    .join(" · ");
}

// Owns how a report at the desk is told: its patient, its times, why it waits, what was meant by a search.
// Draws nothing.

import { has, t } from "/console/web/texts.js";

const TAIL = 4;

/**
 * Whether a report is meant by what was typed: a part of a name or title, the end of a number, or a whole number read
 * off a card.
 */
export function isMeant(report, typed) {
  const wanted = typed.trim().toLowerCase();
  const tail = (report.id_tail ?? "").toLowerCase();
  if (!wanted || (tail && (tail === wanted || (wanted.length > TAIL && wanted.endsWith(tail))))) return true;
  return [report.name, report.name_on_report, report.title].some((text) => (text ?? "").toLowerCase().includes(wanted));
}

/** A time of a report on the hospital's clock; a day, a month or a year is no moment and stays as it is. */
export function timeWords(stamp, zone) {
  if (!stamp?.includes("T")) return stamp ?? "";
  return new Date(stamp).toLocaleString("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
}

/** Sex, birth date and the end of the number, as far as they are known. */
export function personWords(report) {
  const sex = report.sex && has(`sex.${report.sex}`) ? t(`sex.${report.sex}`) : "";
  return [sex, report.birth_date, report.id_tail ? t("report.tail", { tail: report.id_tail }) : ""]
    .filter(Boolean)
    .join(" · ");
}

/**
 * Why a report waits, in a word or in a sentence (`kind` is reason or why); a reason of a newer server stands as it
 * came.
 */
export function reasonWords(kind, reason) {
  return has(`report.${kind}.${reason}`) ? t(`report.${kind}.${reason}`) : reason;
}

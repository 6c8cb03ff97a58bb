// Owns what the triage form holds and sends. Pure.

/** The vital signs in the order fingers know: a new one goes last. */
export const VITALS = [
  "respiration",
  "spo2",
  "systolic",
  "diastolic",
  "pulse",
  "temperature",
  "consciousness",
  "pain",
  "glucose",
  "gcs",
  "potassium",
];

/** The form as it opens on a ticket. `refused` are findings heard in the complaint that the nurse took out. */
export function opened(ticket) {
  return {
    typed: {},
    complaint: "",
    refused: [],
    oxygen: false,
    hypercapnic: false,
    pregnant: false,
    queue: ticket.queue,
    chosen: null,
    reason: "",
    second: { username: "", password: "" },
  };
}

/** What a box holds as the server wants it; a text that is no number stays a text: the server says what is wrong. */
function vitalOf(name, text) {
  if (name === "consciousness") return text.toUpperCase();
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

/** What the boxes hold, by name; an input method writes 36.5 in wide letters. */
export function vitalsOf(typed, oxygen, hypercapnic) {
  const texts = VITALS.map((name) => [name, (typed[name] ?? "").normalize("NFKC").trim()]);
  const vitals = Object.fromEntries(
    texts.filter(([, text]) => text).map(([name, text]) => [name, vitalOf(name, text)]),
  );
  if (oxygen) vitals.oxygen = true;
  if (hypercapnic && "spo2" in vitals) vitals.hypercapnic = true;
  return vitals;
}

/** The grade that would be sent: the chosen one, the suggested one, or the ticket's own where this scale has it. */
export function gradeOf({ chosen }, suggestion, scale, ticket) {
  const own = scale.levels.some((level) => level.code === ticket.grade) ? ticket.grade : null;
  return chosen ?? suggestion?.grade ?? own;
}

/** The body of the triage; `at` is when the vital signs were measured, `askedSecond` whether a second person signs. */
export function bodyOf(fields, { grade, vitals, findings, ticket, at, askedSecond }) {
  const body = { grade };
  if (Object.keys(vitals).length) body.vitals = { ...vitals, measured_at: new Date(at).toISOString() };
  if (findings.length) body.findings = findings;
  if (fields.queue !== ticket.queue) body.queue = fields.queue;
  if (fields.pregnant) body.pregnant = true;
  if (fields.reason.trim()) body.reason = fields.reason.trim();
  if (askedSecond) body.second = fields.second;
  return body;
}

/** What the form asks for after a refusal: a reason, or a second person too. */
export function askedAfter(asks, code) {
  if (code === "reason_needed") return { ...asks, reason: true };
  if (code === "second_needed" || (code === "wrong_credentials" && asks.second)) return { reason: true, second: true };
  return asks;
}

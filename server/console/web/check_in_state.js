// Owns what the check-in form holds and sends. Pure.

export const NOBODY = { name: "", document_type: "resident", identity_number: "", phone: "", birth_date: "" };

/** The form as it opens: for an alert's queue, or for the only one there is. */
export function opened(hall, alert) {
  const only = hall.queues.length === 1 ? hall.queues[0].id : null;
  return { person: NOBODY, queue: alert?.queue ?? only, tags: [], evidence: "", flags: [], override: "" };
}

/** Whether the patient is known already: identified, or named by the alert. */
export function isKnown({ visit, alert }) {
  return Boolean(visit || alert?.name);
}

/**
 * What was filled in; a birth date may be typed as eight digits, and a document's kind stands beside its number only.
 */
export function given(person) {
  const birth = person.birth_date.trim().replace(/^(\d{4})\D?(\d{2})\D?(\d{2})$/, "$1-$2-$3");
  const typed = Object.entries({ ...person, birth_date: birth }).map(([name, text]) => [name, text.trim()]);
  const kept = ([name, text]) => text && (name !== "document_type" || person.identity_number.trim());
  return Object.fromEntries(typed.filter(kept));
}

/** Who is checked in, as the server wants it: by token, by the alert, or by what was typed. */
function whoOf({ visit, alert }, person, sameAs) {
  if (visit?.visit_token) return { visit_token: visit.visit_token };
  if (alert?.name) return {}; // the alert knows the patient
  return { patient: given(person), same_as: sameAs ?? undefined };
}

/** The body of the check-in; `more` is what was chosen when the server asked. */
export function bodyOf(fields, { hall, visit, alert, sameAs }, more) {
  const { person, queue, tags, evidence, flags, override } = fields;
  const body = { hall: hall.hall, flags, ...more, ...whoOf({ visit, alert }, person, sameAs) };
  if (alert) body.alert = alert.id;
  if (queue && !body.appointment) body.queue = queue;
  if (tags.length) Object.assign(body, { tags, evidence: evidence.trim() || undefined });
  if (override.trim()) body.override_reason = override.trim();
  return body;
}

/** Whether an appointment can be used at this hall now. */
export function isForNow(appointment) {
  return appointment.here !== false && (appointment.when ?? "now") === "now";
}

/** The list with `id` in it, or without it. */
export function toggled(list, id, wanted) {
  return wanted ? [...list, id] : list.filter((one) => one !== id);
}

// Owns what a doctor's station does on a key or a press. Each function takes `page`: the desk, the station, its
// patient and what follows from them in this drawing (see doctor.js). Draws nothing.

import { STATION_ACTIONS } from "/console/web/actions.js";
import { refusal } from "/console/web/desk.js";
import { ACTION_OF_FORM, whyNotNext } from "/console/web/station_state.js";
import { named, t } from "/console/web/texts.js";
import { refuse, sendAction } from "/console/web/ticket_commands.js";

/** Call the next patient; whoever is being seen is finished with the same command. */
export async function callNext({ desk, station, current }) {
  const why = whyNotNext(station, current);
  if (why) return desk.notify(t(why.key, why.gaps), "attention");
  const body = current ? { finish_current: true } : {};
  const path = `/api/v1/stations/${station.id}/call-next`;
  const answer = await desk.act("next", path, body, { undoable: true, quiet: ["station_busy"] });
  if (!answer) return;
  if (answer.status < 400) saidOfCall(desk, answer.body);
  else if (answer.body.code === "station_busy") desk.notify(refusal(answer.body), "danger");
}

/** What the foot says after a call: who was called and why, or why nobody was. */
function saidOfCall(desk, { ticket, reason_text: reasons }) {
  const because = named(reasons);
  if (!ticket) return desk.notify(because || t("next.nobody"), "attention");
  desk.offerUndo(t("done.call", { number: ticket.number, because }), ticket);
}

/** Whether an action is possible here; says why not. */
function mayDo({ desk, current, actions }, action) {
  if (actions.includes(action)) return true;
  if (current) refuse(desk, current);
  else desk.notify(t("current.nobody"), "attention");
  return false;
}

/** Send an action that needs no form. */
export function sendPlain(page, action) {
  if (mayDo(page, action)) sendAction(page.desk, page.current, action);
}

const TOO_SOON = ["pass_too_soon", "zone_offline"];

/** Pass the patient; where the rule does not allow it yet, ask for a reason. */
export async function passPatient(page) {
  const { desk, current, actions, why } = page;
  if (!actions.includes("pass")) return desk.notify(t("pass.nobody"), "attention");
  const ask = () => page.setForm({ name: "pass", ticket: current });
  if (why) return ask();
  const answer = await sendAction(desk, current, "pass", {}, { quiet: TOO_SOON });
  if (!TOO_SOON.includes(answer?.body.code)) return;
  page.setPassing({ ticket: current.id, ...answer.body });
  ask();
}

/** Open a form about the patient who is here, or about the room. */
export function openForm(page, name) {
  const needed = ACTION_OF_FORM[name];
  if (!needed || mayDo(page, needed)) page.setForm({ name, ticket: page.current });
}

/** Take up calling again after a pause. */
export function resume({ desk, station }) {
  return desk.act("open", `/api/v1/stations/${station.id}/open`, {}, { done: () => t("done.open") });
}

/** What a row of the table does on a press. */
export function runRow(page, row) {
  if (row.action === "pass") return passPatient(page);
  return row.form ? openForm(page, row.form) : sendPlain(page, row.action);
}

/** Keys to what they do. */
export function keysOf(page) {
  const { desk, station } = page;
  return {
    ...Object.fromEntries(STATION_ACTIONS.map((row) => [row.key, () => runRow(page, row)])),
    N: () => callNext(page),
    B: () => (station.state === "open" ? openForm(page, "pause") : resume(page)),
    Z: () => desk.undo(),
    "?": () => page.setKeys(true),
    Escape: () => page.setForm(null),
  };
}

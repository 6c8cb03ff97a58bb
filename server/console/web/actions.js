// Owns which actions each page offers on a ticket: key, label, help and form of each. What is possible when is the
// server's to say (`reference.moves`, `reference.actions`). Pure; knows no screen.

/**
 * @typedef {import("protocol").TicketView} Ticket
 * @typedef {import("/console/web/reference.js").ReferenceData} ReferenceData
 * @typedef {object} Row
 * @property {string} action
 * @property {string} key
 * @property {string} [form]
 * @property {string} [label]
 * @property {string} [help]
 * @property {boolean} [always]
 * @property {boolean} [escorted]
 * @property {boolean | Ticket["state"]} [primary]
 */

/**
 * One row is a button, a key and a line of the list of keys:
 * - `action` is the server's name of it; `always` marks one of the page's own, possible in every state;
 * - `form` is the form it opens; without one the command is sent at once;
 * - `label` is the text of the button, `action.<action>` where it is not given;
 * - `help` is the text in the list of keys, the label where it is not given;
 * - `escorted` rows are buttons only for a level that does not queue, and stand first;
 * - `primary` says in which state the button stands out, `true` for every state.
 */
/** @type {Row[]} */
export const NURSE_ACTIONS = [
  { action: "triage", key: "T", form: "triage", help: "key.T", primary: true },
  { action: "stage", key: "G", form: "stage", help: "key.G" },
  { action: "return", key: "R", help: "key.R" },
  { action: "hold", key: "H", form: "hold", help: "key.H" },
  { action: "transfer", key: "M", form: "transfer", help: "key.M" },
  { action: "prioritise", key: "P", form: "prioritise", help: "key.P" },
  { action: "arrived", key: "Y", help: "key.Y" },
  { action: "worse", key: "W", help: "key.W" },
  { action: "cancel", key: "X", form: "cancel", help: "key.X" },
  { action: "explain", key: "E", form: "explain", help: "key.E", always: true },
  { action: "desk_code", key: "I", form: "desk_code", help: "key.I", always: true },
  { action: "start", key: "B", form: "start", label: "action.rescue", help: "key.B", escorted: true, primary: true },
  { action: "finish", key: "F", help: "key.F", escorted: true },
];

/**
 * The same for a room: what its doctor does with the patient who is there.
 *
 * @type {Row[]}
 */
export const STATION_ACTIONS = [
  { action: "recall", key: "R", help: "doctor_key.R" },
  { action: "start", key: "S", help: "doctor_key.S", primary: "called" },
  { action: "finish", key: "F", help: "doctor_key.F", primary: "serving" },
  { action: "pass", key: "P", help: "doctor_key.P" },
  { action: "hold", key: "E", form: "examination", label: "action.examination", help: "doctor_key.E" },
  { action: "transfer", key: "M", form: "transfer", help: "doctor_key.M" },
];

/**
 * The key of the text on the button of a row.
 *
 * @param {Row} row
 */
export function labelOf(row) {
  return row.label ?? `action.${row.action}`;
}

/**
 * Lines of the list of keys: [[key, key of its text], …]; a line without a text of its own has the row's label.
 *
 * @param {Row[]} rows
 */
export function helpOf(rows) {
  return rows.map((row) => [row.key, row.help ?? labelOf(row)]);
}

/**
 * The actions that the server accepts for a ticket in its present state.
 *
 * @param {Ticket | null | undefined} ticket
 * @param {ReferenceData} reference
 * @returns {string[]}
 */
export function possible(ticket, reference) {
  if (!ticket) return [];
  const staging = reference.queues[ticket.queue]?.staging !== "off";
  const escorted = ticket.bypass ? (reference.escorted[ticket.state] ?? []) : [];
  return [...(reference.moves[ticket.state] ?? []), ...escorted].filter((action) => action !== "stage" || staging);
}

/**
 * Whether the row can be used on a ticket for which `actions` are possible.
 *
 * @param {Row} row
 * @param {string[]} actions
 */
export function isPossible(row, actions) {
  return Boolean(row.always) || actions.includes(row.action);
}

/**
 * The rows that become buttons for this ticket, as the role allows.
 *
 * @param {Row[]} rows
 * @param {{ticket: Ticket, actions: string[], reference: ReferenceData, role: string}} shown
 */
export function buttonsOf(rows, { ticket, actions, reference, role }) {
  const own = rows.filter((row) => row.always || reference.actions[row.action]?.roles.includes(role));
  const rescue = own.filter((row) => row.escorted && ticket.bypass && actions.includes(row.action));
  return [...rescue, ...own.filter((row) => !row.escorted)];
}

/**
 * "primary" or "quiet": how much the button of a row stands out in this state.
 *
 * @param {Row} row
 * @param {Ticket["state"]} state
 */
export function kindOf(row, state) {
  return row.primary === true || (row.primary && row.primary === state) ? "primary" : "quiet";
}

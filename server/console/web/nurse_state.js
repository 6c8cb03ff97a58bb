// Owns what the nurse desk shows and how that changes: tab, queue, search, chosen ticket, open panel. Pure.

import { NURSE_ACTIONS } from "/console/web/actions.js";
import { inOrder, matches, tabOf } from "/console/web/waits.js";

export const TABS = ["waiting", "passed", "return", "held", "rooms"];

/** The panels about the chosen ticket; every other one is about something else and stays when another is chosen. */
export const TICKET_PANELS = new Set(NURSE_ACTIONS.map((row) => row.form ?? "").filter(Boolean));

/**
 * @typedef {import("protocol").TicketView} Ticket
 * @typedef {import("/console/web/waits.js").Line} Line
 * @typedef {object} View
 * @property {string} queue
 * @property {string} tab
 * @property {string} typed
 * @property {string | null} selected
 * @property {string | null} panel
 * @property {Ticket | null | undefined} opened
 * @property {any} visit who was identified, or the people to choose from
 * @property {any} alert
 * @property {number} form
 * @property {boolean} keys
 */

/** `form` numbers the forms that were opened, so that an answer finds the one it belongs to.
 *
 * @type {View}
 */
export const START = {
  queue: "all",
  tab: "waiting",
  typed: "",
  selected: null,
  panel: null,
  opened: null,
  visit: null,
  alert: null,
  form: 0,
  keys: false,
};

/**
 * @param {Ticket} ticket
 * @param {string} tab
 */
function isInTab(ticket, tab) {
  if (tab === "return") return ticket.lane === "return" && tabOf(ticket) === "waiting";
  return tabOf(ticket) === tab;
}

/**
 * {counts by tab, lines in order}: what the list shows at `now` (milliseconds).
 *
 * @param {View} view
 * @param {{hall: import("protocol").Snapshot, reference: import("/console/web/waits.js").Reference, now: number}} desk
 */
export function shown(view, { hall, reference, now }) {
  const here = hall.tickets.filter((ticket) => view.queue === "all" || ticket.queue === view.queue);
  const counts = Object.fromEntries(TABS.map((tab) => [tab, here.filter((ticket) => isInTab(ticket, tab)).length]));
  const found = here.filter((ticket) => (view.typed ? matches(ticket, view.typed) : isInTab(ticket, view.tab)));
  return { counts, lines: inOrder(found, reference, now) };
}

/**
 * {ticket, place}: whom the desk is about, and the place in the list. Whose line is gone leaves the desk at that
 * place; an open form keeps its patient while the list changes.
 *
 * @param {View} view
 * @param {Line[]} lines
 * @param {number} place
 * @param {Ticket[]} tickets
 * @returns {{ticket: Ticket | null, place: number}}
 */
export function chosenOf(view, lines, place, tickets) {
  const index = lines.findIndex(({ ticket }) => ticket.id === view.selected);
  const at = index >= 0 ? index : place;
  const opened = TICKET_PANELS.has(view.panel ?? "")
    ? (tickets.find((one) => one.id === view.selected) ?? view.opened)
    : null;
  const ticket = lines[index]?.ticket ?? opened ?? lines[Math.min(at, lines.length - 1)]?.ticket ?? null;
  return { ticket, place: at };
}

/**
 * The name under which the open form's command is on its way.
 *
 * @param {View} view
 * @param {Ticket | null} ticket
 */
export function commandOf(view, ticket) {
  return `${view.panel}:${TICKET_PANELS.has(view.panel ?? "") ? ticket?.id : view.form}`;
}

/**
 * The first in the list who has no grade yet, beside the ticket `id`.
 *
 * @param {Line[]} lines
 * @param {string | undefined} id
 */
export function untriaged(lines, id) {
  return lines.find((line) => line.ticket.id !== id && line.ticket.state === "checked_in")?.ticket;
}

/**
 * The view with a panel opened about `ticket`.
 *
 * @param {View} view
 * @param {string} panel
 * @param {Ticket | null | undefined} ticket
 * @returns {View}
 */
export function opening(view, panel, ticket) {
  const selected = ticket?.id ?? null;
  return { ...view, panel, selected, opened: ticket, visit: null, alert: null, form: view.form + 1 };
}

/**
 * The view after a panel was asked for. One that is open already stays, unless its command is on its way: then the
 * next check-in may begin, and the next patient without a grade be triaged.
 *
 * @param {View} view
 * @param {string} panel
 * @param {{ticket: Ticket | null, lines: Line[], sending: boolean}} page
 * @returns {View}
 */
export function asking(view, panel, { ticket, lines, sending }) {
  if (panel !== view.panel) return opening(view, panel, ticket);
  if (sending && panel === "check_in") return opening(view, panel, ticket);
  const next = sending && panel === "triage" ? untriaged(lines, ticket?.id) : null;
  return next ? opening(view, panel, next) : view;
}

/**
 * The view after a form's good answer: as `next` says, unless the nurse has left that form meanwhile.
 *
 * @param {View} view
 * @param {number} form
 * @param {Partial<View>} next
 * @returns {View}
 */
export function answered(view, form, next) {
  return view.panel === null || view.form !== form ? view : { ...view, panel: null, ...next };
}

/**
 * What follows a form about a ticket: the next patient without a grade after triage, the rooms after a start.
 *
 * @param {string} panel
 * @param {string} id
 * @param {Line[]} lines
 */
export function afterForm(panel, id, lines) {
  const selected = (panel === "triage" && untriaged(lines, id)?.id) || id;
  return panel === "start" ? { selected, tab: "rooms", typed: "" } : { selected };
}

/**
 * What follows a check-in: its ticket is chosen, wherever the list was.
 *
 * @param {string} id
 */
export function afterCheckIn(id) {
  return { visit: null, selected: id, queue: "all", tab: "waiting", typed: "" };
}

/**
 * What follows another ticket's being chosen: a panel about the one before closes.
 *
 * @param {View} view
 * @param {string} id
 */
export function choosing(view, id) {
  return { selected: id, panel: TICKET_PANELS.has(view.panel ?? "") ? null : view.panel };
}

/**
 * The ticket `by` lines further down, as far as there are lines.
 *
 * @param {Line[]} lines
 * @param {number} place
 * @param {number} by
 */
export function lineAt(lines, place, by) {
  return lines[Math.max(0, Math.min(lines.length - 1, place + by))]?.ticket;
}

/**
 * Where the desk goes with somebody who was identified: to the ticket they hold, or to the check-in.
 *
 * @param {View} view
 * @param {{choices: {tickets: {id: string}[]}}} visit
 * @param {Ticket[]} tickets
 * @returns {View}
 */
export function withVisit(view, visit, tickets) {
  const held = tickets.find((one) => visit.choices.tickets.some((choice) => choice.id === one.id));
  if (held) return { ...view, panel: null, selected: held.id, tab: tabOf(held), queue: "all" };
  return { ...view, panel: "check_in", visit, alert: null, form: view.form + 1 };
}

/**
 * The view with the form that tells several people of one number apart.
 *
 * @param {View} view
 * @param {object} choices
 * @returns {View}
 */
export function withPeople(view, choices) {
  return { ...view, panel: "who", visit: choices, alert: null, form: view.form + 1 };
}

/**
 * The view with a panel about an alert, or about the patient of one.
 *
 * @param {View} view
 * @param {string} panel
 * @param {{id: string}} alert
 * @returns {View}
 */
export function withAlert(view, panel, alert) {
  return { ...view, panel, alert: panel === "alert" ? alert.id : alert, visit: null, form: view.form + 1 };
}

/**
 * Whether the nurse went on to something else since `before`.
 *
 * @param {View} view
 * @param {View} before
 */
export function wentOn(view, before) {
  /** @type {(keyof View)[]} */
  const fields = ["typed", "panel", "form", "selected"];
  return fields.some((field) => view[field] !== before[field]);
}

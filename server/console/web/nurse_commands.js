// Owns what the nurse desk does on a key or a press. Each function takes `page`: the desk, its view and what follows
// from it in this drawing (see nurse.js). Draws nothing.

import { isLine, sorted } from "/console/web/alerts.js";
import { isPossible, NURSE_ACTIONS } from "/console/web/actions.js";
import {
  answered,
  asking,
  choosing,
  lineAt,
  TABS,
  TICKET_PANELS,
  wentOn,
  withAlert,
  withPeople,
  withVisit,
} from "/console/web/nurse_state.js";
import { t } from "/console/web/texts.js";
import { refuse, sendAction } from "/console/web/ticket_commands.js";
import { tabOf } from "/console/web/waits.js";

/** Open a panel; one about a ticket only where its action is possible. */
export function openPanel(page, panel) {
  const { desk, ticket, actions } = page;
  if (TICKET_PANELS.has(panel)) {
    const row = NURSE_ACTIONS.find((one) => one.form === panel);
    if (!ticket) return;
    if (!isPossible(row, actions)) return refuse(desk, ticket);
  }
  page.setView((view) => asking(view, panel, page));
}

/** Close the panel; the keys go to the list. */
export function closePanel(page) {
  page.change({ panel: null });
  toList(page);
}

/** What a form calls after a good answer; `next(id)` is what follows. */
export function afterAnswer(page, next) {
  const { form } = page.view;
  return (id) => {
    page.setView((view) => answered(view, form, next(id)));
    if (document.activeElement === document.body) toList(page);
  };
}

/** Send an action that needs no form. A press meant for a ticket that left the list acts on no neighbour. */
export function sendPlain(page, action) {
  const { desk, view, ticket, actions } = page;
  if (!ticket) return;
  if (view.selected && ticket.id !== view.selected) {
    page.change({ selected: ticket.id });
    desk.notify(t("chosen.now", { number: ticket.number }), "attention");
  } else if (!actions.includes(action)) {
    refuse(desk, ticket);
  } else {
    page.change({ selected: ticket.id }); // who stood first and was never chosen is chosen by the action
    sendAction(desk, ticket, action);
  }
}

/** What a row of the table does on a press. */
export function runRow(page, row) {
  if (row.form) openPanel(page, row.form);
  else sendPlain(page, row.action);
}

/** Choose a ticket of the list. */
export function select(page, id) {
  page.setView((view) => ({ ...view, ...choosing(view, id) }));
}

/** Show another tab of the list. */
export function showTab(page, tab) {
  page.change({ tab, typed: "", selected: null });
}

/** Say that somebody goes, or that an alert was read. */
export function acknowledge({ desk }, alert) {
  const path = `/api/v1/alerts/${alert.id}/acknowledge`;
  return desk.act(`acknowledge:${alert.id}`, path, {}, { done: () => t("done.acknowledge") });
}

/** Open an alert's own panel, or the check-in of somebody who is not urgent, which ends it. */
export function handleAlert(page, panel, alert) {
  page.setView((view) => withAlert(view, panel, alert));
}

/** Look for what was typed: the first line shown, else somebody of that number. */
export async function lookUp(page) {
  const { desk, view, lines } = page;
  if (lines.length) return toFirstLine(page);
  const body = { hall: desk.hall.hall, scan: view.typed };
  const found = await desk.act(`look_up:${view.typed}`, "/api/v1/identifications", body, { quiet: ["choose"] });
  const several = found?.body.code === "choose";
  if (found?.status !== 200 && !several) return;
  page.setView((now) => {
    if (wentOn(now, view)) return now;
    const next = several ? withPeople(now, found.body.choices) : withVisit(now, found.body, desk.hall.tickets);
    return { ...next, typed: "" };
  });
}

function toFirstLine(page) {
  const [{ ticket }] = page.lines;
  page.setView((view) => ({ ...view, ...choosing(view, ticket.id), tab: tabOf(ticket), typed: "", queue: "all" }));
  page.list.current?.focus();
}

function toList(page) {
  page.list.current?.focus({ preventScroll: true });
}

function step(page, by) {
  const ticket = lineAt(page.lines, page.place.current, by);
  if (ticket) select(page, ticket.id);
}

function toSearch(page) {
  page.search.current.focus();
  page.search.current.select();
}

function firstAlert(page, wanted, then) {
  const alert = sorted(page.desk.hall.alerts).find(wanted);
  if (alert) then(alert);
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, J: 1, K: -1, PageDown: 12, PageUp: -12, Home: -9999, End: 9999 };

/** Keys to what they do. A rescued patient's actions have keys only while there is one. */
export function keysOf(page) {
  const { desk } = page;
  const steps = Object.entries(STEPS).map(([key, by]) => [key, () => step(page, by)]);
  const tabs = TABS.map((tab, place) => [String(place + 1), () => showTab(page, tab)]);
  const hears = (row) => row.form || !row.escorted || page.ticket?.bypass;
  const rows = NURSE_ACTIONS.map((row) => [row.key, () => hears(row) && runRow(page, row)]);
  return {
    ...Object.fromEntries([...steps, ...tabs, ...rows]),
    Enter: () => page.sending || openPanel(page, "triage"),
    "/": () => toSearch(page),
    N: () => openPanel(page, "check_in"),
    Z: () => desk.undo(),
    A: () =>
      firstAlert(
        page,
        (one) => !one.acknowledged_at,
        (alert) => acknowledge(page, alert),
      ),
    C: () => firstAlert(page, isLine, (alert) => handleAlert(page, "alert", alert)),
    D: () => openPanel(page, "machines"),
    S: () => openPanel(page, "rooms"),
    L: () => openPanel(page, "reports"),
    "?": () => page.change({ keys: true }),
    Escape: () => {
      page.change({ typed: "", keys: false });
      closePanel(page);
    },
  };
}

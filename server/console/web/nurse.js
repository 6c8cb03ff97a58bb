// Owns the nurse desk's page: which parts it is made of. What it shows is in nurse_state.js, what it does in
// nurse_commands.js. Knows no form's inside.

import { html, render } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { helpOf, NURSE_ACTIONS, possible } from "/console/web/actions.js";
import { AlertForm } from "/console/web/alert_form.js";
import { Alerts, repeatSound, soundAlerts } from "/console/web/alerts.js";
import { CheckIn } from "/console/web/check_in.js";
import { Desk } from "/console/web/desk.js";
import { DeskCode } from "/console/web/desk_code.js";
import { Detail } from "/console/web/detail.js";
import { Explain } from "/console/web/explain.js";
import { Cancel, Hold, Priority, Stage, Start, Transfer } from "/console/web/forms.js";
import { List, Queues, Tabs } from "/console/web/list.js";
import {
  acknowledge,
  afterAnswer,
  closePanel,
  handleAlert,
  keysOf,
  lookUp,
  openPanel,
  runRow,
  select,
  showTab,
} from "/console/web/nurse_commands.js";
import { afterCheckIn, afterForm, chosenOf, commandOf, shown, START, withVisit } from "/console/web/nurse_state.js";
import { Machines, Rooms } from "/console/web/panels.js";
import { Foot, Head, Keys, SignInAgain, useDesk, useKeys } from "/console/web/parts.js";
import { Reports } from "/console/web/reports.js";
import { wakeSound } from "/console/web/sound.js";
import { t } from "/console/web/texts.js";
import { Triage } from "/console/web/triage.js";
import { Who } from "/console/web/who.js";

/** The panels about the chosen ticket, by the forms of NURSE_ACTIONS. */
const FORMS = {
  triage: Triage,
  start: Start,
  stage: Stage,
  hold: Hold,
  transfer: Transfer,
  prioritise: Priority,
  cancel: Cancel,
  explain: Explain,
  desk_code: DeskCode,
};
/** The panels about something else. */
const PANELS = {
  check_in: CheckIn,
  machines: Machines,
  rooms: Rooms,
  reports: Reports,
  alert: AlertForm,
  visit_code: DeskCode,
  who: Who,
};
const KEYS_BEFORE = ["↑ ↓", "/", "N"];
const KEYS_AFTER = ["Z", "A", "C", "D", "S", "L", "1 – 5", "Esc", "?"];

function useAlertSound(desk, redraw) {
  useEffect(() => {
    wakeSound(redraw);
    desk.onEvents = (events) => soundAlerts(events);
    const again = setInterval(() => desk.hall && repeatSound(desk.hall.alerts), 1000);
    return () => clearInterval(again);
  }, []);
}

/** What the parts of the page and its commands need of one drawing. */
function pageOf(desk, { view, setView, place, search, list, redraw }) {
  const { hall, reference } = desk;
  const { counts, lines } = shown(view, { hall, reference, now: desk.now() });
  const chosen = chosenOf(view, lines, place.current, hall.tickets);
  place.current = chosen.place;
  const { ticket } = chosen;
  const sending = Boolean(desk.pending[commandOf(view, ticket)]);
  const change = (more) => setView((now) => ({ ...now, ...more }));
  const actions = possible(ticket, reference);
  return { desk, view, setView, change, place, search, list, redraw, counts, lines, ticket, actions, sending };
}

function Tools({ page }) {
  const { view } = page;
  const tab = view.typed ? null : view.tab;
  const look = (event) => {
    if (event.key === "Enter" && view.typed) lookUp(page);
  };
  return html`<div class="tools">
    <${Tabs} counts=${page.counts} chosen=${tab} choose=${(one) => showTab(page, one)} />
    <input class="input search" ref=${page.search} type="search" value=${view.typed} aria-label=${t("search.label")}
      aria-keyshortcuts="/" placeholder=${t("search.hint")}
        onInput=${(event) => page.change({ typed: event.target.value })}
      onKeyDown=${look} />
    <button type="button" class="button button-primary" data-act="check_in" aria-keyshortcuts="N"
      onClick=${() => openPanel(page, "check_in")}>${t("action.check_in")}<kbd aria-hidden="true">N</kbd></button>
  </div>`;
}

function FreePanel({ page }) {
  const { desk, view } = page;
  const Panel = PANELS[view.panel];
  const giveCode = (visit) => page.setView((now) => ({ ...now, panel: "visit_code", visit, form: now.form + 1 }));
  const found = (visit) => page.setView((now) => ({ ...withVisit(now, visit, desk.hall.tickets), typed: "" }));
  return html`<${Panel} key=${view.form} desk=${desk} form=${view.form} visit=${view.visit} alert=${view.alert}
    onClose=${() => closePanel(page)} checkIn=${(alert) => handleAlert(page, "check_in", alert)} giveCode=${giveCode}
    found=${found} onDone=${afterAnswer(page, view.panel === "alert" ? () => ({}) : afterCheckIn)} />`;
}

/** The panel, the form on the chosen ticket, or what is known of it. */
function Side({ page }) {
  const { desk, view, ticket, lines } = page;
  if (view.panel in PANELS) return html`<${FreePanel} page=${page} />`;
  if (!ticket) return html`<p class="empty">${t("nobody.side")}</p>`;
  const Form = FORMS[view.panel];
  if (!Form)
    return html`<${Detail} desk=${desk} ticket=${ticket} actions=${page.actions}
    run=${(row) => runRow(page, row)} />`;
  return html`<${Form} key=${ticket.id} desk=${desk} ticket=${ticket} onClose=${() => closePanel(page)}
    onDone=${afterAnswer(page, (id) => afterForm(view.panel, id, lines))} />`;
}

function Lines({ page }) {
  const { view } = page;
  return html`<${List} desk=${page.desk} lines=${page.lines} scope=${`${view.queue} ${view.tab} ${view.typed}`}
    selected=${page.ticket?.id} select=${(id) => select(page, id)} box=${page.list}
    empty=${t(view.typed ? "nobody.found" : `nobody.${view.tab}`)} />`;
}

function KeyList({ page }) {
  const textOf = (key) => [key, `key.${key.replace(/ /g, "")}`];
  const lines = [...KEYS_BEFORE.map(textOf), ...helpOf(NURSE_ACTIONS), ...KEYS_AFTER.map(textOf)];
  return html`<${Keys} onClose=${() => page.change({ keys: false })}
    keys=${lines.map(([key, text]) => [key, t(text)])} />`;
}

function Page({ desk, state }) {
  const page = pageOf(desk, state);
  const { view } = page;
  useKeys(keysOf(page));
  return html`<div class="desk" data-link=${desk.link}>
    <${Head} desk=${desk} page="nurse" onLanguage=${page.redraw} />
    <${Alerts} desk=${desk} acknowledge=${(alert) => acknowledge(page, alert)}
      handle=${(alert) => handleAlert(page, "alert", alert)} />
    <div class="body">
      <${Queues} desk=${desk} chosen=${view.queue} choose=${(queue) => page.change({ queue, selected: null })}
        open=${(panel) => () => openPanel(page, panel)} />
      <main class="main"><${Tools} page=${page} /><${Lines} page=${page} /></main>
      <aside class="side" aria-label=${t("side")}><${Side} page=${page} /></aside>
    </div>
    <${Foot} desk=${desk} keys=${() => page.change({ keys: true })} />
    ${view.keys ? html`<${KeyList} page=${page} />` : null}
    ${desk.signedOut ? html`<${SignInAgain} desk=${desk} />` : null}
  </div>`;
}

function Nurse({ desk }) {
  const redraw = useDesk(desk);
  const [view, setView] = useState(START);
  const [search, list, place] = [useRef(), useRef(), useRef(0)];
  useAlertSound(desk, redraw);
  if (!desk.hall || !desk.reference) return html`<p class="loading" role="status">${t("loading")}</p>`;
  return html`<${Page} desk=${desk} state=${{ view, setView, place, search, list, redraw }} />`;
}

const root = document.getElementById("page");
const desk = new Desk();
await desk.open();
root.replaceChildren();
render(html`<${Nurse} desk=${desk} />`, root);

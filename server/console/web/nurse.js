// Owns the nurse desk: what is chosen, which panel is open, which key does what. Knows no form's inside.

import { html, render } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { AlertForm } from "/console/web/alert_form.js";
import { Alerts, isLine, repeatSound, soundAlerts } from "/console/web/alerts.js";
import { CheckIn } from "/console/web/check_in.js";
import { Desk } from "/console/web/desk.js";
import { DeskCode } from "/console/web/desk_code.js";
import { ALWAYS, Detail } from "/console/web/detail.js";
import { Explain } from "/console/web/explain.js";
import { Cancel, Hold, Priority, Stage, Start, Transfer } from "/console/web/forms.js";
import { List, Queues, Tabs } from "/console/web/list.js";
import { Machines, Rooms } from "/console/web/panels.js";
import { Foot, Head, Keys, SignInAgain, useDesk, useKeys } from "/console/web/parts.js";
import { Reports } from "/console/web/reports.js";
import { wakeSound } from "/console/web/sound.js";
import { t } from "/console/web/texts.js";
import { Triage } from "/console/web/triage.js";
import { Who } from "/console/web/who.js";
import { inOrder, matches, tabOf } from "/console/web/waits.js";

const PANELS = {
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
const FREE_PANELS = {
  check_in: CheckIn,
  machines: Machines,
  rooms: Rooms,
  reports: Reports,
  alert: AlertForm,
  visit_code: DeskCode,
  who: Who,
};

function shown(desk, view) {
  const { hall, reference } = desk;
  const here = hall.tickets.filter((ticket) => view.queue === "all" || ticket.queue === view.queue);
  const counts = { waiting: 0, passed: 0, held: 0, rooms: 0, return: 0 };
  for (const ticket of here) {
    counts[tabOf(ticket)] += 1;
    if (ticket.lane === "return" && tabOf(ticket) === "waiting") counts.return += 1;
  }
  const found = view.typed
    ? here.filter((ticket) => matches(ticket, view.typed))
    : here.filter((ticket) =>
        view.tab === "return" ? ticket.lane === "return" && tabOf(ticket) === "waiting" : tabOf(ticket) === view.tab,
      );
  return { counts, lines: inOrder(found, hall, reference, desk.now()) };
}

function Nurse({ desk }) {
  const redraw = useDesk(desk);
  const [view, setView] = useState({
    queue: "all",
    tab: "waiting",
    typed: "",
    selected: null,
    panel: null,
    form: 0,
    keys: false,
  });
  const search = useRef();
  const list = useRef();
  const place = useRef(0);
  const change = (more) => setView((now) => ({ ...now, ...more }));
  useEffect(() => {
    wakeSound(redraw);
    desk.onEvents = (events) => soundAlerts(events);
    const again = setInterval(() => desk.hall && repeatSound(desk.hall.alerts), 1000);
    return () => clearInterval(again);
  }, []);
  if (!desk.hall || !desk.reference) return html`<p class="loading" role="status">${t("loading")}</p>`;

  const { counts, lines } = shown(desk, view);
  const index = lines.findIndex(({ ticket }) => ticket.id === view.selected);
  if (index >= 0) place.current = index;
  const opened =
    view.panel in PANELS ? (desk.hall.tickets.find((one) => one.id === view.selected) ?? view.opened) : null; // a form keeps its patient, come what may
  const ticket = lines[index]?.ticket ?? opened ?? lines[Math.min(place.current, lines.length - 1)]?.ticket ?? null;
  const staged = ticket && desk.reference.queues[ticket.queue]?.staging !== "off";
  const actions = ticket
    ? [
        ...(desk.reference.moves[ticket.state] ?? []),
        ...((ticket.bypass && desk.reference.escorted[ticket.state]) || []),
      ].filter((action) => action !== "stage" || staged)
    : [];
  const toList = () => list.current?.focus({ preventScroll: true });
  const close = () => {
    change({ panel: null });
    toList();
  };
  /** What follows a form's good answer, unless the nurse has left that form meanwhile. */
  const done = (form, next) => (id) => {
    setView((now) => (now.panel === null || now.form !== form ? now : { ...now, panel: null, ...next(id) }));
    if (document.activeElement === document.body) toList();
  };
  const sending = Boolean(desk.pending[`${view.panel}:${view.panel in PANELS ? ticket?.id : view.form}`]);
  /** A form's number tells it from every other, so that an answer finds the form it belongs to. */
  const show = (panel, ticket) =>
    change({ panel, selected: ticket?.id ?? null, opened: ticket, visit: null, alert: null, form: view.form + 1 });
  const untriaged = (id) => lines.find((line) => line.ticket.id !== id && line.ticket.state === "checked_in")?.ticket;
  const open = (panel) => () => {
    if (panel in PANELS && !(ticket && (ALWAYS.has(panel) || actions.includes(panel))))
      return ticket && desk.notify(t("cannot", { number: ticket.number, state: t(`state.${ticket.state}`) }), "attention");
    if (panel !== view.panel) return show(panel, ticket);
    if (!sending) return; // it is open already
    if (panel === "check_in") return show(panel, ticket); // the next person, while the one before is on the way
    if (panel === "triage" && untriaged(ticket.id)) show(panel, untriaged(ticket.id));
  };
  const plain = (action) => () => {
    if (!ticket) return;
    if (view.selected && ticket.id !== view.selected) {
      // the one that was chosen left the line: a second press meant for it acts on no neighbour
      change({ selected: ticket.id });
      return desk.notify(t("chosen.now", { number: ticket.number }), "attention");
    }
    if (!actions.includes(action))
      return desk.notify(t("cannot", { number: ticket.number, state: t(`state.${ticket.state}`) }), "attention");
    change({ selected: ticket.id }); // who stood first and was never chosen is chosen by the action
    desk.act(
      `${action}:${ticket.id}`,
      `/api/v1/tickets/${ticket.id}/${action}`,
      {},
      {
        done: () => t(`done.${action}`, { number: ticket.number }),
        ticket: desk.reference.undoable.includes(action) ? ticket.id : null,
      },
    );
  };
  const chosen = (id) => ({ selected: id, panel: view.panel in FREE_PANELS ? view.panel : null });
  const select = (id) => change(chosen(id));
  const step = (by) => () => {
    const next = lines[Math.max(0, Math.min(lines.length - 1, place.current + by))];
    if (next) select(next.ticket.id);
  };
  const acknowledge = (alert) =>
    desk.act(
      `acknowledge:${alert.id}`,
      `/api/v1/alerts/${alert.id}/acknowledge`,
      {},
      { done: () => t("done.acknowledge") },
    );
  /** A line's own panel, or for one who is not urgent the check-in that ends it. */
  const handle = (panel) => (alert) =>
    change({ panel, alert: panel === "alert" ? alert.id : alert, visit: null, form: view.form + 1 });
  const firstAlert = (wanted) => Alerts.sorted(desk.hall.alerts).find(wanted);
  /** Where the desk goes with somebody who was identified: to their ticket, or to the check-in. */
  const foundOut = (visit) => {
    const held = desk.hall.tickets.find((one) => visit.choices.tickets.some((choice) => choice.id === one.id));
    return held
      ? { panel: null, selected: held.id, tab: tabOf(held), queue: "all" }
      : { panel: "check_in", visit, alert: null, form: view.form + 1 };
  };
  const lookUp = async () => {
    if (lines.length) {
      change({ ...chosen(lines[0].ticket.id), tab: tabOf(lines[0].ticket), typed: "", queue: "all" });
      list.current?.focus();
      return;
    }
    const found = await desk.act(
      `look_up:${view.typed}`,
      "/api/v1/identifications",
      { hall: desk.hall.hall, scan: view.typed },
      { quiet: ["choose"] },
    );
    const several = found?.body.code === "choose";
    if (found?.status !== 200 && !several) return;
    const more = several
      ? { panel: "who", visit: found.body.choices, alert: null, form: view.form + 1 }
      : foundOut(found.body);
    const gone = (now) => ["typed", "panel", "form", "selected"].some((word) => now[word] !== view[word]); // the nurse went on meanwhile
    setView((now) => (gone(now) ? now : { ...now, ...more, typed: "" }));
  };
  const afterForm = (panel) => (id) => ({
    selected: (panel === "triage" && untriaged(id)?.id) || id,
    ...(panel === "start" ? { tab: "rooms", typed: "" } : {}),
  });
  const checkedIn = (id) => ({ visit: null, selected: id, queue: "all", tab: "waiting", typed: "" });
  useKeys({
    ArrowDown: step(1),
    ArrowUp: step(-1),
    J: step(1),
    K: step(-1),
    PageDown: step(12),
    PageUp: step(-12),
    Home: step(-9999),
    End: step(9999),
    "/": () => {
      search.current.focus();
      search.current.select();
    },
    N: open("check_in"),
    T: open("triage"),
    G: open("stage"),
    Enter: () => sending || open("triage")(),
    H: open("hold"),
    M: open("transfer"),
    P: open("prioritise"),
    X: open("cancel"),
    E: open("explain"),
    I: open("desk_code"),
    B: open("start"),
    F: () => ticket?.bypass && plain("finish")(),
    R: plain("return"),
    Y: plain("arrived"),
    W: plain("worse"),
    Z: () => desk.undo(),
    A: () => {
      const alert = firstAlert((one) => !one.acknowledged_at);
      if (alert) acknowledge(alert);
    },
    C: () => {
      const alert = firstAlert(isLine);
      if (alert) handle("alert")(alert);
    },
    D: open("machines"),
    S: open("rooms"),
    L: open("reports"),
    "?": () => change({ keys: true }),
    Escape: () => {
      change({ typed: "", keys: false });
      close();
    },
    ...Object.fromEntries(
      ["waiting", "passed", "return", "held", "rooms"].map((tab, at) => [
        String(at + 1),
        () => change({ tab, typed: "", selected: null }),
      ]),
    ),
  });
  const Panel = PANELS[view.panel];
  const FreePanel = FREE_PANELS[view.panel];
  const side = FreePanel
    ? html`<${FreePanel} key=${view.form} desk=${desk} form=${view.form} onClose=${close} visit=${view.visit} alert=${view.alert} checkIn=${handle("check_in")} giveCode=${(visit) => change({ panel: "visit_code", visit, form: view.form + 1 })} found=${(visit) => change({ ...foundOut(visit), typed: "" })} onDone=${done(view.form, view.panel === "alert" ? () => ({}) : checkedIn)} />`
    : ticket
      ? Panel
        ? html`<${Panel} key=${ticket.id} desk=${desk} ticket=${ticket} onClose=${close} onDone=${done(view.form, afterForm(view.panel))} />`
        : html`<${Detail} desk=${desk} ticket=${ticket} actions=${actions} open=${open} plain=${plain} />`
      : html`<p class="empty">${t("nobody.side")}</p>`;
  return html`<div class="desk" data-link=${desk.link}>
    <${Head} desk=${desk} page="nurse" onLanguage=${redraw} />
    <${Alerts} desk=${desk} acknowledge=${acknowledge} handle=${handle("alert")} />
    <div class="body">
      <${Queues} desk=${desk} chosen=${view.queue} choose=${(queue) => change({ queue, selected: null })} open=${open} />
      <main class="main">
        <div class="tools">
          <${Tabs} counts=${counts} chosen=${view.typed ? null : view.tab} choose=${(tab) => change({ tab, typed: "", selected: null })} />
          <input class="input search" ref=${search} type="search" value=${view.typed} aria-label=${t("search.label")} aria-keyshortcuts="/"
            placeholder=${t("search.hint")} onInput=${(event) => change({ typed: event.target.value })}
            onKeyDown=${(event) => {
              if (event.key === "Enter" && view.typed) lookUp();
            }} />
          <button type="button" class="button button-primary" data-act="check_in" aria-keyshortcuts="N" onClick=${open("check_in")}>${t("deed.check_in")}<kbd aria-hidden="true">N</kbd></button>
        </div>
        <${List} desk=${desk} lines=${lines} scope=${`${view.queue} ${view.tab} ${view.typed}`} selected=${ticket?.id} select=${select} box=${list} empty=${t(view.typed ? "nobody.found" : `nobody.${view.tab}`)} />
      </main>
      <aside class="side" aria-label=${t("side")}>${side}</aside>
    </div>
    <${Foot} desk=${desk} keys=${() => change({ keys: true })} />
    ${view.keys ? html`<${Keys} onClose=${() => change({ keys: false })} keys=${["↑ ↓", "/", "N", "T", "G", "R", "H", "M", "P", "Y", "W", "X", "E", "I", "B", "F", "Z", "A", "C", "D", "S", "L", "1 – 5", "Esc", "?"].map((key) => [key, t(`key.${key.replaceAll(" ", "")}`)])} />` : null}
    ${desk.signedOut ? html`<${SignInAgain} desk=${desk} />` : null}
  </div>`;
}

const root = document.getElementById("page");
const desk = new Desk();
await desk.open();
root.replaceChildren();
render(html`<${Nurse} desk=${desk} />`, root);

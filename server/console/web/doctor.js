// Owns the doctor's page: which parts a station is made of. What it shows is in station_state.js, what it does in
// station_commands.js. Knows no rule.

import { html, render } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { helpOf, isPossible, kindOf, labelOf, possible, STATION_ACTIONS } from "/console/web/actions.js";
import { getWithRetry } from "/console/web/api.js";
import { clock } from "/console/web/clock.js";
import { Facts, History } from "/console/web/detail.js";
import { Desk } from "/console/web/desk.js";
import { Transfer } from "/console/web/forms.js";
import {
  ActionButton,
  Chips,
  Dialog,
  Foot,
  Grade,
  Head,
  Keys,
  SignInAgain,
  useDesk,
  useKeys,
  Wait,
} from "/console/web/parts.js";
import { personOf } from "/console/web/person.js";
import { callNext, keysOf, openForm, resume, runRow } from "/console/web/station_commands.js";
import { Examination, PassAnyway, Pause } from "/console/web/station_forms.js";
import { after, currentAt, minutesHere, nextLabel, whyNotNext, whyNotPass } from "/console/web/station_state.js";
import { has, named, t } from "/console/web/texts.js";
import { levelOf, waitOf } from "/console/web/waits.js";

const SETTLE = 60; // several events of one action come within milliseconds: one preview is enough
const COMPACT = new URLSearchParams(location.search).has("compact");
const FORMS = { examination: Examination, transfer: Transfer, pass: PassAnyway, pause: Pause };
const KEYS_AFTER = ["B", "Z", "Esc", "?"];

/** Who comes to this station and whether who is called may be passed, as the server says; asked after every event. */
function useComing(desk, station) {
  const [coming, setComing] = useState([]);
  const [passing, setPassing] = useState(null);
  const seq = desk.hall?.seq;
  const epoch = desk.hall?.epoch;
  useEffect(() => {
    if (!station || seq === undefined) return undefined;
    let here = true;
    const timer = setTimeout(async () => {
      // without an answer the button would go on naming who was next before
      const answer = await getWithRetry(`/console/stations/${encodeURIComponent(station)}/coming`, () => here);
      if (!here || answer?.status !== 200) return;
      setComing(answer.body.coming);
      setPassing(answer.body.passing);
    }, SETTLE);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [station, seq, epoch]);
  return { coming, passing, setPassing };
}

const nameOf = (ticket) => ticket.name ?? ticket.display_name ?? "";

function Next({ page }) {
  const { desk, station, current, coming } = page;
  const pending = desk.pending.next;
  const [first] = after(coming, current);
  const ticket = desk.hall.tickets.find((one) => one.id === first?.ticket);
  const why = whyNotNext(station, current);
  const blocked = why ? t(why.key, why.gaps) : "";
  const label = nextLabel(current, pending);
  return html`<button type="button" class=${`next ${pending ? "is-pending" : ""}`} data-act="next" aria-keyshortcuts="N"
    aria-disabled=${Boolean(blocked || pending)} aria-busy=${Boolean(pending)} onClick=${() => callNext(page)}>
    <span class="next-word">${t(label.key, label.gaps)} <kbd aria-hidden="true">N</kbd></span>
    ${
      ticket
        ? html`<span class="next-number">${ticket.number}</span><span class="next-name">${nameOf(ticket)}</span>
      <${Grade} level=${levelOf(ticket, desk.hall, desk.reference)} />
      <span class="next-why">${blocked || named(first.reason_text)}</span>`
        : html`<span class="next-name">${blocked || t("next.nobody")}</span>`
    }
  </button>`;
}

function Nobody({ desk, station }) {
  const until = station.until ? clock(station.until, desk.hall) : "";
  const text =
    station.state === "open"
      ? t("current.nobody")
      : `${t(`station.${station.state}`)} ${until} ${station.reason ?? ""}`;
  return html`<section class="panel current" aria-label=${t("current")}>
    <p class="current-line"><span class="text-title">${text}</span></p></section>`;
}

function BookingAlerts({ desk, ticket }) {
  const about = desk.hall.alerts.filter((alert) => alert.kind === "booking" && alert.ticket === ticket.id);
  const textOf = (alert) => (has(`alert_text.${alert.text}`) ? t(`alert_text.${alert.text}`) : alert.text);
  return about.map(
    (alert) => html`<p key=${alert.id} class="notice notice-danger" role="alert" data-booking=${alert.text}>
      <b>${t("alert.booking")}</b> · ${textOf(alert)}</p>`,
  );
}

function Current({ desk, ticket, station }) {
  if (!ticket) return html`<${Nobody} desk=${desk} station=${station} />`;
  const { hall, reference } = desk;
  const minutes = minutesHere(ticket, desk.now());
  const again = ticket.calls > 1 ? ` · ${t("fact.calls_count", ticket)}` : "";
  return html`<section class="panel current" aria-label=${t("current")} data-current=${ticket.number}
    data-state=${ticket.state}>
    <${BookingAlerts} desk=${desk} ticket=${ticket} />
    <p class="current-line"><span class="current-number number">${ticket.number}</span>
      <span class="ticket-name">${nameOf(ticket)}</span>
      <span class="secondary">${personOf(ticket, desk.now())}</span>
      <${Grade} level=${levelOf(ticket, hall, reference)} /></p>
    <p class="state-word"><strong>${t(`state.${ticket.state}`)}</strong> · ${t("minutes", { minutes })}${again}</p>
    <${Chips} ticket=${{ ...ticket, station: null }} hall=${hall} zone=${hall.timezone} />
    <${Facts} desk=${desk} ticket=${ticket} />
    <${History} ticket=${ticket} reference=${reference} hall=${hall} />
  </section>`;
}

function Then({ desk, ticket }) {
  const { hall, reference } = desk;
  if (!ticket) return html`<div class="panel after-one"><span class="secondary">${t("after.nobody")}</span></div>`;
  return html`<div class="panel after-one"><span class="secondary">${t("after.then")}</span>
    <span class="number">${ticket.number}</span><span class="line-name">${nameOf(ticket)}</span>
    <${Grade} level=${levelOf(ticket, hall, reference)} wordy=${false} />
    <${Wait} wait=${waitOf(ticket, reference, desk.now())} /></div>`;
}

function After({ page }) {
  const { desk, coming, current } = page;
  const [, second, third] = after(coming, current);
  const ticketOf = (one) => one && desk.hall.tickets.find((ticket) => ticket.id === one.ticket);
  return html`<section class="after" aria-label=${t("after")}>
    <${Then} desk=${desk} ticket=${ticketOf(second)} /><${Then} desk=${desk} ticket=${ticketOf(third)} />
  </section>`;
}

/** The button of one row; that of passing has the rule's reason instead of the state. */
function RowButton({ page, row }) {
  const { desk, current, actions, why } = page;
  const passing = row.action === "pass";
  return html`<${ActionButton} desk=${desk} name=${row.action} command=${`${row.action}:${current?.id}`}
    word=${t(labelOf(row))} hotkey=${row.key} kind=${kindOf(row, current?.state)}
    disabled=${passing ? Boolean(why) : !isPossible(row, actions)}
    why=${passing && current?.state === "called" ? why : undefined} onClick=${() => runRow(page, row)} />`;
}

function PauseButton({ page }) {
  const { desk, station } = page;
  if (station.state === "open")
    return html`<${ActionButton} desk=${desk} name="pause" word=${t("action.pause")} hotkey="B" wide
      onClick=${() => openForm(page, "pause")} />`;
  return html`<${ActionButton} desk=${desk} name="open" word=${t("action.open")} hotkey="B" kind="primary" wide
    onClick=${() => resume(page)} />`;
}

function Buttons({ page }) {
  const { current, why } = page;
  return html`<div>
    <div class="doctor-actions" role="group" aria-label=${t("actions")}>
      ${STATION_ACTIONS.map((row) => html`<${RowButton} key=${row.action} page=${page} row=${row} />`)}
      <${PauseButton} page=${page} />
    </div>
    <p class="why-not" id="why-not">${current?.state === "called" && why ? t("pass.not_yet", { why }) : ""}</p>
  </div>`;
}

/** The form that is open; it keeps its patient while the list changes. */
function OpenForm({ page }) {
  const { desk, form, setForm, station, why } = page;
  const Form = FORMS[form.name];
  const ticket = form.ticket && (desk.hall.tickets.find((one) => one.id === form.ticket.id) ?? form.ticket);
  const done = () => setForm((now) => (now === form ? null : now)); // another one may have been opened meanwhile
  return html`<${Form} key=${`${form.name}:${form.ticket?.id}`} desk=${desk} station=${station} ticket=${ticket}
    why=${why || t("pass.nobody")} onClose=${() => setForm(null)} onDone=${done} />`;
}

function StationHead({ desk, station, redraw, leave }) {
  const name = named(station.name);
  return html`<${Head} desk=${desk} page="doctor" onLanguage=${redraw}>
    ${
      leave
        ? html`<button type="button" class="plain" data-act="other-room"
          onClick=${leave}>${name} · ${t("room.other")}</button>`
        : html`<strong>${name}</strong>`
    }
  <//>`;
}

function KeyList({ onClose }) {
  const textOf = (key) => [key, `doctor_key.${key}`];
  const lines = [textOf("N"), ...helpOf(STATION_ACTIONS), ...KEYS_AFTER.map(textOf)];
  return html`<${Keys} onClose=${onClose} keys=${lines.map(([key, text]) => [key, t(text)])} />`;
}

/** The station, its patient and what may be done now. */
function useStation(desk, id) {
  const [form, setForm] = useState(null); // { name, ticket }
  const [keys, setKeys] = useState(false);
  const { coming, passing, setPassing } = useComing(desk, id);
  const { hall, reference } = desk;
  const station = hall.stations.find((one) => one.id === id);
  const current = currentAt(hall.tickets, id);
  const actions = possible(current, reference);
  const reason = whyNotPass(current, passing, desk.now());
  const why = reason ? t(reason.key, reason.gaps) : "";
  return { desk, station, current, coming, actions, why, form, setForm, keys, setKeys, setPassing };
}

function Station({ desk, id, redraw, leave }) {
  const page = useStation(desk, id);
  const { station, current, form, setForm, keys, setKeys } = page;
  useKeys(keysOf(page));
  const filled = form ? html`<${OpenForm} page=${page} />` : null;
  return html`<div class=${`desk ${COMPACT ? "compact" : ""}`} data-link=${desk.link}>
    ${COMPACT ? null : html`<${StationHead} desk=${desk} station=${station} redraw=${redraw} leave=${leave} />`}
    <span></span>
    <main class="station">
      ${COMPACT ? html`<h1 class="visually-hidden">${named(station.name)} ${t("title.doctor")}</h1>` : null}
      <${Next} page=${page} />
      <div class="station-side">
        ${
          filled && !COMPACT
            ? html`<div class="panel side-form">${filled}</div>`
            : html`<${Current} desk=${desk} ticket=${current} station=${station} />`
        }
        <${Buttons} page=${page} />
        <${After} page=${page} />
      </div>
    </main>
    <${Foot} desk=${desk} keys=${() => setKeys(true)} compact=${COMPACT} />
    ${
      filled && COMPACT
        ? html`<${Dialog} title=${t(`form.${form.name}`)}
      onClose=${() => setForm(null)}>${filled}<//>`
        : null
    }
    ${keys ? html`<${KeyList} onClose=${() => setKeys(false)} />` : null}
    ${desk.signedOut ? html`<${SignInAgain} desk=${desk} />` : null}
  </div>`;
}

function RoomButton({ desk, station, choose }) {
  const queues = station.queues.map((id) => named(desk.hall.queues.find((queue) => queue.id === id)?.name));
  const doctor = station.doctor_name ? ` · ${station.doctor_name}` : "";
  return html`<button type="button" class="button button-primary" data-room=${station.id}
    onClick=${() => choose(station.id)}>
    <span class="text-title">${named(station.name)}</span><span class="text-small">${queues.join(" · ")}${doctor}</span>
      </button>`;
}

function ChooseRoom({ desk, redraw, choose }) {
  const rooms = desk.hall.stations;
  return html`<div class="desk" data-link=${desk.link}>
    <${Head} desk=${desk} page="doctor" onLanguage=${redraw} /><span></span>
    <main class="rooms-choice"><h2 class="text-title">${t("room.choose")}</h2>
      ${rooms.map(
        (station) => html`<${RoomButton} key=${station.id} desk=${desk} station=${station}
        choose=${choose} />`,
      )}
    </main>
    <${Foot} desk=${desk} keys=${() => null} />
    ${desk.signedOut ? html`<${SignInAgain} desk=${desk} />` : null}
  </div>`;
}

/** The address names the station, so that loading the page again stays there. */
function rememberStation(station) {
  const address = new URL(location.href);
  if (station) address.searchParams.set("station", station);
  else address.searchParams.delete("station");
  history.replaceState(null, "", address);
}

/** Who has no room of their own sits down in one by opening it; answers whether that worked. */
async function sitDown(desk, id) {
  const station = desk.hall.stations.find((one) => one.id === id);
  if (!desk.me.doctor || station.doctor === desk.me.doctor) return true;
  return (await resume({ desk, station }))?.status === 200;
}

function Doctor({ desk }) {
  const redraw = useDesk(desk);
  const [chosen, setChosen] = useState(new URLSearchParams(location.search).get("station"));
  if (!desk.hall || !desk.reference) return html`<p class="loading" role="status">${t("loading")}</p>`;
  const bound = desk.me.station;
  const id = bound ?? chosen;
  const choose = (station) => {
    rememberStation(station);
    setChosen(station);
  };
  const sit = async (station) => (await sitDown(desk, station)) && choose(station);
  if (!desk.hall.stations.some((station) => station.id === id))
    return html`<${ChooseRoom} desk=${desk} redraw=${redraw} choose=${sit} />`;
  return html`<${Station} key=${id} desk=${desk} id=${id} redraw=${redraw}
    leave=${bound ? null : () => choose(null)} />`;
}

const root = document.getElementById("page");
const desk = new Desk();
await desk.open();
root.replaceChildren();
render(html`<${Doctor} desk=${desk} />`, root);

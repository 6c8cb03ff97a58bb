// Owns the doctor's station: one large next, who is here, who comes, the deeds on the current patient. Knows no rule.

import { html, render } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { getWithRetry } from "/console/web/api.js";
import { Facts, History } from "/console/web/detail.js";
import { Desk, refusal } from "/console/web/desk.js";
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
import { ageWords } from "/console/web/person.js";
import { Examination, PassAnyway, Pause, whyNotPass } from "/console/web/station_forms.js";
import { has, named, t, currentLanguage } from "/console/web/texts.js";
import { levelOf, waitOf } from "/console/web/waits.js";

const SETTLE = 60; // several facts of one deed come within milliseconds: one look ahead is enough
const COMPACT = new URLSearchParams(location.search).has("compact");

/** Who comes to this station, as the server would choose now; asked again after every fact. */
function useComing(desk, station) {
  const [coming, setComing] = useState([]);
  const seq = desk.hall?.seq;
  const epoch = desk.hall?.epoch;
  useEffect(() => {
    if (!station || seq === undefined) return undefined;
    let here = true;
    const timer = setTimeout(async () => {
      // without an answer the button would go on naming who was next before
      const answer = await getWithRetry(`/console/stations/${encodeURIComponent(station)}/coming`, () => here);
      if (here && answer?.status === 200) setComing(answer.body.coming);
    }, SETTLE);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [station, seq, epoch]);
  return coming;
}

function Next({ desk, station, current, coming, call }) {
  const pending = desk.pending.next;
  const first = coming.find((one) => one.ticket !== current?.id);
  const ticket = desk.hall.tickets.find((one) => one.id === first?.ticket);
  const blocked =
    station.state !== "open"
      ? t("next.closed")
      : current?.state === "called"
        ? t("next.busy", { number: current.number })
        : "";
  const word = pending
    ? pending.attempt
      ? t("wish.again_short", pending)
      : t("next.calling")
    : t(current?.state === "serving" ? "next.finish" : "next");
  return html`<button type="button" class=${`next ${pending ? "is-pending" : ""}`} data-act="next" aria-keyshortcuts="N"
    aria-disabled=${Boolean(blocked || pending)} aria-busy=${Boolean(pending)} onClick=${call}>
    <span class="next-word">${word} <kbd aria-hidden="true">N</kbd></span>
    ${
      ticket
        ? html`<span class="next-number">${ticket.number}</span><span class="next-name">${ticket.name ?? ticket.display_name ?? ""}</span>
      <${Grade} level=${levelOf(ticket, desk.hall, desk.reference)} />
      <span class="next-why">${blocked || first.reason_text[currentLanguage()]}</span>`
        : html`<span class="next-name">${blocked || t("next.nobody")}</span>`
    }
  </button>`;
}

function Current({ desk, ticket, station }) {
  if (!ticket) {
    const until =
      station.until &&
      new Date(station.until).toLocaleTimeString("en-GB", {
        hour: "2-digit",
        minute: "2-digit",
        timeZone: desk.hall.timezone,
      });
    return html`<section class="panel current" aria-label=${t("current")}><p class="current-line"><span class="text-title">${
      station.state === "open"
        ? t("current.nobody")
        : `${t(`station.${station.state}`)} ${until ?? ""} ${station.reason ?? ""}`
    }</span></p></section>`;
  }
  const age = ageWords(ticket.birth_date, desk.now());
  const started = ticket.times[ticket.state === "serving" ? "started" : "called"];
  const minutes = started ? Math.max(0, Math.floor((desk.now() - new Date(started).getTime()) / 60000)) : 0;
  return html`<section class="panel current" aria-label=${t("current")} data-current=${ticket.number} data-state=${ticket.state}>
    ${desk.hall.alerts
      .filter((alert) => alert.kind === "booking" && alert.ticket === ticket.id)
      .map(
        (alert) => html`<p key=${alert.id}
      class="notice notice-danger" role="alert" data-booking=${alert.text}><b>${t("alert.booking")}</b> · ${has(`alert_text.${alert.text}`) ? t(`alert_text.${alert.text}`) : alert.text}</p>`,
      )}
    <p class="current-line"><span class="current-number number">${ticket.number}</span><span class="ticket-name">${ticket.name ?? ticket.display_name ?? ""}</span>
      <span class="secondary">${[ticket.sex && has(`sex.${ticket.sex}`) ? t(`sex.${ticket.sex}`) : "", age].filter(Boolean).join(" · ")}</span>
      <${Grade} level=${levelOf(ticket, desk.hall, desk.reference)} /></p>
    <p class="state-word"><strong>${t(`state.${ticket.state}`)}</strong> · ${t("minutes", { minutes })}${ticket.calls > 1 ? ` · ${t("fact.calls_count", ticket)}` : ""}</p>
    <${Chips} ticket=${{ ...ticket, station: null }} hall=${desk.hall} zone=${desk.hall.timezone} />
    <${Facts} desk=${desk} ticket=${ticket} />
    <${History} ticket=${ticket} reference=${desk.reference} zone=${desk.hall.timezone} />
  </section>`;
}

function After({ desk, coming, current }) {
  const rest = coming.filter((one) => one.ticket !== current?.id).slice(1, 3);
  return html`<section class="after" aria-label=${t("after")}>
    ${[0, 1].map((place) => {
      const ticket = desk.hall.tickets.find((one) => one.id === rest[place]?.ticket);
      return html`<div class="panel after-one" key=${place}>${
        ticket
          ? html`<span class="secondary">${t("after.then")}</span><span class="number">${ticket.number}</span>
        <span class="line-name">${ticket.name ?? ticket.display_name ?? ""}</span><${Grade} level=${levelOf(ticket, desk.hall, desk.reference)} wordy=${false} />
        <${Wait} wait=${waitOf(ticket, desk.hall, desk.reference, desk.now())} />`
          : html`<span class="secondary">${t("after.nobody")}</span>`
      }</div>`;
    })}
  </section>`;
}

const FORMS = { examination: Examination, transfer: Transfer, pass: PassAnyway, pause: Pause };

function Station({ desk, id, redraw, leave }) {
  const [form, setForm] = useState(null); // { name, ticket }: a form keeps its patient, come what may
  const [keys, setKeys] = useState(false);
  const [refused, setRefused] = useState(null);
  const { hall, reference } = desk;
  const station = hall.stations.find((one) => one.id === id);
  const current =
    hall.tickets.find((ticket) => ticket.station === id && (ticket.state === "called" || ticket.state === "serving")) ??
    null;
  const coming = useComing(desk, id);
  const actions = current ? reference.moves[current.state] : [];
  const why = whyNotPass(current, hall, reference, desk.now(), refused);
  const close = () => setForm(null);
  const done = () => setForm((now) => (now === form ? null : now)); // another one may have been opened meanwhile
  const say = (text) => desk.notify(text, "attention");

  const call = async () => {
    if (station.state !== "open") return say(t("next.closed"));
    if (current?.state === "called") return say(t("next.busy", { number: current.number }));
    const answer = await desk.act("next", `/api/v1/stations/${id}/call-next`, current ? { finish_current: true } : {}, {
      undoable: true,
      quiet: ["station_busy"],
    });
    if (!answer) return;
    if (answer.status >= 400) return answer.body.code === "station_busy" && desk.notify(refusal(answer.body), "danger");
    const { ticket, reason_text: because } = answer.body;
    if (!ticket) return say(because?.[currentLanguage()] ?? t("next.nobody"));
    desk.last = {
      text: t("done.call", { number: ticket.number, because: because?.[currentLanguage()] ?? "" }),
      ticket: ticket.id,
      until: desk.now() + (reference.queues[ticket.queue]?.undo_seconds ?? 30) * 1000,
    };
    desk.publish();
  };
  const plain = (action) => () => {
    if (!actions.includes(action))
      return say(
        current ? t("cannot", { number: current.number, state: t(`state.${current.state}`) }) : t("current.nobody"),
      );
    desk.act(
      `${action}:${current.id}`,
      `/api/v1/tickets/${current.id}/${action}`,
      {},
      {
        done: () => t(`done.${action}`, { number: current.number }),
        ticket: reference.undoable.includes(action) ? current.id : null,
      },
    );
  };
  const pass = async () => {
    if (!actions.includes("pass")) return say(t("pass.nobody"));
    if (why) return setForm({ name: "pass", ticket: current });
    const answer = await desk.act(
      `pass:${current.id}`,
      `/api/v1/tickets/${current.id}/pass`,
      {},
      {
        done: () => t("done.pass", { number: current.number }),
        ticket: current.id,
      },
    );
    if (answer?.body.allowed_at)
      setRefused({ ticket: current.id, allowedAt: new Date(answer.body.allowed_at).getTime() });
  };
  const open = (name) => () => {
    const needed = { examination: "hold", transfer: "transfer" }[name];
    if (needed && !actions.includes(needed))
      return say(
        current ? t("cannot", { number: current.number, state: t(`state.${current.state}`) }) : t("current.nobody"),
      );
    setForm({ name, ticket: current });
  };
  const resume = () => desk.act("open", `/api/v1/stations/${id}/open`, {}, { done: () => t("done.open") });
  useKeys({
    N: call,
    R: plain("recall"),
    P: pass,
    S: plain("start"),
    F: plain("finish"),
    E: open("examination"),
    M: open("transfer"),
    B: () => (station.state === "open" ? open("pause")() : resume()),
    Z: () => desk.undo(),
    "?": () => setKeys(true),
    Escape: close,
  });

  const deed = (
    name,
    key,
    onClick,
    extra = {},
  ) => html`<${ActionButton} desk=${desk} name=${name} command=${`${name}:${current?.id}`} word=${t(`deed.${extra.word ?? name}`)} hotkey=${key} onClick=${onClick}
    disabled=${!actions.includes(extra.action ?? name)} ...${extra.more ?? {}} />`;
  const rest =
    station.state === "open"
      ? html`<${ActionButton} desk=${desk} name="pause" word=${t("deed.pause")} hotkey="B" wide onClick=${open("pause")} />`
      : html`<${ActionButton} desk=${desk} name="open" word=${t("deed.open")} hotkey="B" kind="primary" wide onClick=${resume} />`;
  const Form = FORMS[form?.name];
  const filled = Form
    ? html`<${Form} key=${`${form.name}:${form.ticket?.id}`} desk=${desk} station=${station} why=${why || t("pass.nobody")} onClose=${close} onDone=${done}
    ticket=${form.ticket && (hall.tickets.find((ticket) => ticket.id === form.ticket.id) ?? form.ticket)} />`
    : null;
  return html`<div class=${`desk ${COMPACT ? "compact" : ""}`} data-link=${desk.link}>
    ${
      COMPACT
        ? null
        : html`<${Head} desk=${desk} page="doctor" onLanguage=${redraw}>
      ${leave ? html`<button type="button" class="plain" data-act="other-room" onClick=${leave}>${named(station.name)} · ${t("room.other")}</button>` : html`<strong>${named(station.name)}</strong>`}
    <//>`
    }
    <span></span>
    <main class="station">
      ${COMPACT ? html`<h1 class="visually-hidden">${named(station.name)} ${t("title.doctor")}</h1>` : null}
      <${Next} desk=${desk} station=${station} current=${current} coming=${coming} call=${call} />
      <div class="station-side">
        ${filled && !COMPACT ? html`<div class="panel side-form">${filled}</div>` : html`<${Current} desk=${desk} ticket=${current} station=${station} />`}
        <div>
          <div class="doctor-deeds" role="group" aria-label=${t("deeds")}>
            ${deed("recall", "R", plain("recall"))}
            ${deed("start", "S", plain("start"), { more: { kind: current?.state === "called" ? "primary" : "quiet" } })}
            ${deed("finish", "F", plain("finish"), { more: { kind: current?.state === "serving" ? "primary" : "quiet" } })}
            <${ActionButton} desk=${desk} name="pass" command=${`pass:${current?.id}`} word=${t("deed.pass")} hotkey="P" disabled=${Boolean(why)} why=${current?.state === "called" ? why : undefined} onClick=${pass} />
            ${deed("hold", "E", open("examination"), { word: "examination" })}
            ${deed("transfer", "M", open("transfer"))}
            ${rest}
          </div>
          <p class="why-not" id="why-not">${current?.state === "called" && why ? t("pass.not_yet", { why }) : ""}</p>
        </div>
        <${After} desk=${desk} coming=${coming} current=${current} />
      </div>
    </main>
    <${Foot} desk=${desk} keys=${() => setKeys(true)} compact=${COMPACT} />
    ${filled && COMPACT ? html`<${Dialog} title=${t(`form.${form.name}`)} onClose=${close}>${filled}<//>` : null}
    ${keys ? html`<${Keys} onClose=${() => setKeys(false)} keys=${["N", "R", "S", "F", "P", "E", "M", "B", "Z", "Esc", "?"].map((key) => [key, t(`doctor_key.${key}`)])} />` : null}
    ${desk.signedOut ? html`<${SignInAgain} desk=${desk} />` : null}
  </div>`;
}

function ChooseRoom({ desk, redraw, choose }) {
  return html`<div class="desk" data-link=${desk.link}>
    <${Head} desk=${desk} page="doctor" onLanguage=${redraw} /><span></span>
    <main class="rooms-choice"><h2 class="text-title">${t("room.choose")}</h2>
      ${desk.hall.stations.map(
        (
          station,
        ) => html`<button type="button" class="button button-primary" key=${station.id} data-room=${station.id} onClick=${() => choose(station.id)}>
        <span class="text-title">${named(station.name)}</span><span class="text-small">${station.queues.map((id) => named(desk.hall.queues.find((queue) => queue.id === id)?.name)).join(" · ")}${station.doctor_name ? ` · ${station.doctor_name}` : ""}</span></button>`,
      )}
    </main>
    <${Foot} desk=${desk} keys=${() => null} />
    ${desk.signedOut ? html`<${SignInAgain} desk=${desk} />` : null}
  </div>`;
}

function Doctor({ desk }) {
  const redraw = useDesk(desk);
  const [chosen, setChosen] = useState(new URLSearchParams(location.search).get("station"));
  if (!desk.hall || !desk.reference) return html`<p class="loading" role="status">${t("loading")}</p>`;
  const bound = desk.me.station;
  const id = bound ?? chosen;
  /** Who has no room of their own sits down in one by opening it. */
  const sit = async (station) => {
    const free = !desk.me.doctor || desk.hall.stations.find((one) => one.id === station).doctor === desk.me.doctor;
    const answer =
      free || (await desk.act("open", `/api/v1/stations/${station}/open`, {}, { done: () => t("done.open") }));
    if (free || answer?.status === 200) choose(station);
  };
  const choose = (station) => {
    const address = new URL(location.href);
    if (station) address.searchParams.set("station", station);
    else address.searchParams.delete("station");
    history.replaceState(null, "", address);
    setChosen(station);
  };
  if (!desk.hall.stations.some((station) => station.id === id))
    return html`<${ChooseRoom} desk=${desk} redraw=${redraw} choose=${sit} />`;
  return html`<${Station} key=${id} desk=${desk} id=${id} redraw=${redraw} leave=${bound ? null : () => choose(null)} />`;
}

const root = document.getElementById("page");
const desk = new Desk();
await desk.open();
root.replaceChildren();
render(html`<${Doctor} desk=${desk} />`, root);

// Owns the small forms on one ticket: hold, transfer, priority, cancel; and the choices they share. Knows no list.
// Focus moves in layout effects: who types on at once after the key that opened a form must hit the form.

import { html } from "htm/preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ActionButton, TicketHead } from "/console/web/parts.js";
import { named, t } from "/console/web/texts.js";
import { sendForm } from "/console/web/ticket_commands.js";

/** Radio buttons that also answer to number keys: [[value, words], …]. */
export function RadioGroup({ legend, name, options, value, choose, onEnter, focus }) {
  const box = useRef();
  useLayoutEffect(() => {
    if (focus) (box.current.querySelector("input:checked") ?? box.current.querySelector("input"))?.focus();
  }, [focus]);
  const hear = (event) => {
    const place = Number(event.key) - 1;
    if (event.key !== " " && options[place]) {
      event.preventDefault();
      choose(options[place][0]);
      box.current.querySelectorAll("input")[place].focus();
    } else if (event.key === "Enter" && onEnter) {
      event.preventDefault();
      onEnter();
    }
  };
  return html`<fieldset ref=${box} onKeyDown=${hear} data-choice=${name}><legend>${legend}</legend><div class="radios">
    ${options.map(
      ([option, words], place) => html`<label class="radio" key=${option}>
      <input type="radio" name=${name} value=${option} checked=${option === value} onChange=${() => choose(option)} />
      <span>${words}</span>${place < 9 ? html`<kbd aria-hidden="true">${place + 1}</kbd>` : null}</label>`,
    )}
  </div></fieldset>`;
}

/** A labelled line of text. */
export function TextField({ id, label, value, set, focus, error, ...more }) {
  const box = useRef();
  useLayoutEffect(() => {
    if (focus) box.current.focus();
  }, [focus]);
  return html`<label class="field" for=${id}><span>${label}</span>
    <input class="input" id=${id} ref=${box} value=${value} onInput=${(event) => set(event.target.value)}
      autocomplete="off"
      aria-invalid=${error ? "true" : undefined} aria-describedby=${error ? `${id}-error` : undefined} ...${more} />
    ${error ? html`<span class="field-error" id=${`${id}-error`}>${error}</span>` : null}</label>`;
}

/** While the form's command is on its way the keys belong to the desk again; a form that stays takes the focus back. */
function useFocusOnTheDesk(sending) {
  const box = useRef();
  const left = useRef(null);
  useLayoutEffect(() => {
    const at = document.activeElement;
    if (sending && box.current.contains(at)) {
      left.current = at;
      at.blur();
    } else if (!sending && at === document.body) {
      left.current?.focus();
    }
  }, [sending]);
  return box;
}

function leaveForm(event, onClose) {
  event.preventDefault();
  event.stopPropagation();
  onClose();
}

/**
 * Frame of a form: title, ticket, fields, send and leave; `name` is the name of its command. One that cannot be sent
 * has no button for it.
 */
export function TicketForm({
  desk,
  ticket,
  title,
  name,
  word,
  submit,
  onClose,
  terse = false,
  sendable = true,
  children,
}) {
  const box = useFocusOnTheDesk(Boolean(desk.pending[name]));
  const send = (event) => {
    event?.preventDefault();
    submit();
  };
  const leave = (event) => event.key === "Escape" && leaveForm(event, onClose);
  const gone = ticket && !desk.hall.tickets.some((one) => one.id === ticket.id);
  return html`<form ref=${box} onSubmit=${send} onKeyDown=${leave} data-form=${name.split(":")[0]} aria-label=${title}
    novalidate>
    <h2 class=${terse ? "visually-hidden" : ""}>${title}</h2>
    ${ticket ? html`<${TicketHead} ticket=${ticket} hall=${desk.hall} reference=${desk.reference} />` : null}
    ${gone ? html`<p class="question" role="alert" data-gone>${t("gone", { number: ticket.number })}</p>` : null}
    ${children}
    <div class="form-end">
      <button type="button" class="button button-quiet" onClick=${onClose}>${t("leave")}<kbd
        aria-hidden="true">Esc</kbd></button>
      ${
        sendable
          ? html`<${ActionButton} desk=${desk} name=${name} word=${word} hotkey="↵" kind="primary"
        onClick=${send} />`
          : null
      }
      <button type="submit" class="visually-hidden" tabindex="-1" aria-hidden="true"></button>
    </div>
  </form>`;
}

/** A level that does not queue is treated at once, at a rescue place. */
export function Start({ desk, ticket, onClose, onDone }) {
  const [place, setPlace] = useState(t("rescue.usual"));
  const submit = () => sendForm(desk, ticket, "start", { place: place.trim() || undefined }, onDone);
  return html`<${TicketForm} desk=${desk} ticket=${ticket} title=${t("form.start")} name=${`start:${ticket.id}`}
    word=${t("action.rescue")} submit=${submit} onClose=${onClose}>
    <${TextField} id="rescue-place" label=${t("rescue.place")} value=${place} set=${setPlace} focus=${true}
      maxlength="100" />
  <//>`;
}

/** The rooms of a ticket's queue that may have it sent ahead, and how full their short lists are. */
function roomsAhead(desk, ticket) {
  const { hall, reference } = desk;
  const cap = reference.queues[ticket.queue]?.stage_cap ?? 0;
  return hall.stations
    .filter(
      (station) =>
        station.state !== "stopped" &&
        station.queues.includes(ticket.queue) &&
        (!ticket.doctor || station.doctor === ticket.doctor),
    )
    .map((station) => {
      const there = hall.tickets.filter(
        (one) => one.state === "staged" && one.station === station.id && one.id !== ticket.id,
      ).length;
      return { id: station.id, words: `${named(station.name)} ${there} / ${cap}`, free: there < cap };
    });
}

/** 二次候诊: sent ahead to the door of a room that has a place on its short list. */
export function Stage({ desk, ticket, onClose, onDone }) {
  const rooms = roomsAhead(desk, ticket);
  const [station, setStation] = useState((rooms.find((room) => room.free) ?? rooms[0])?.id);
  const submit = () =>
    station ? sendForm(desk, ticket, "stage", { station }, onDone) : desk.notify(t("stage.nowhere"), "danger");
  return html`<${TicketForm} desk=${desk} ticket=${ticket} title=${t("form.stage")} name=${`stage:${ticket.id}`}
    word=${t("action.stage")} submit=${submit} onClose=${onClose}>
    ${
      rooms.length
        ? html`<${RadioGroup} legend=${t("stage.to")} name="station" value=${station} choose=${setStation}
      onEnter=${submit} focus=${true} options=${rooms.map((room) => [room.id, room.words])} />`
        : html`<p class="question">${t("stage.nowhere")}</p>`
    }
  <//>`;
}

const HOLDS = ["examination", "toilet", "payment", "away", "other"];

/** The reason of a hold as it is stored: our code, and what was typed behind it. */
export function holdReason(code, more) {
  const typed = more.trim();
  if (code === "other") return typed;
  return typed ? `${code}: ${typed}` : code;
}

export function Hold({ desk, ticket, onClose, onDone }) {
  const [code, setCode] = useState("examination");
  const [more, setMore] = useState("");
  const submit = () => {
    const reason = holdReason(code, more);
    if (!reason) return desk.notify(t("reason.needed"), "danger");
    sendForm(desk, ticket, "hold", { reason }, onDone);
  };
  return html`<${TicketForm} desk=${desk} ticket=${ticket} title=${t("form.hold")} name=${`hold:${ticket.id}`}
    word=${t("action.hold")} submit=${submit} onClose=${onClose}>
    <${RadioGroup} legend=${t("reason")} name="hold" value=${code} choose=${setCode} onEnter=${submit} focus=${true}
      options=${HOLDS.map((one) => [one, t(`hold.${one}`)])} />
    <${TextField} id="hold-more" label=${t(code === "examination" ? "hold.which" : "reason.more")} value=${more}
      set=${setMore} maxlength="120" />
  <//>`;
}

/** The queues a ticket may go to, those of its own hall first: [{value, words}]. */
function queuesElsewhere(reference, hall, ticket) {
  const here = (one) => one.id === hall.hall;
  const words = (one, queue) => (here(one) ? named(queue.name) : `${named(queue.name)}(${named(one.name)})`);
  const halls = [...reference.halls].sort((one, other) => here(other) - here(one));
  return halls
    .flatMap((one) => one.queues.map((queue) => ({ value: `${one.id}/${queue.id}`, words: words(one, queue) })))
    .filter((place) => place.value !== `${hall.hall}/${ticket.queue}`);
}

function DoctorField({ doctors, value, set }) {
  return html`<label class="field" for="doctor"><span>${t("transfer.doctor")}</span>
    <select class="input" id="doctor" value=${value} onChange=${(event) => set(event.target.value)}>
      <option value="">${t("doctor.any")}</option>
      ${Object.entries(doctors).map(([id, name]) => html`<option key=${id} value=${id}>${name}</option>`)}
    </select></label>`;
}

function WhereTo({ places, value, set, submit }) {
  if (!places.length) return html`<p class="question">${t("transfer.nowhere")}</p>`;
  return html`<${RadioGroup} legend=${t("transfer.to")} name="to" value=${value} choose=${set} onEnter=${submit}
    focus=${true} options=${places.map((place) => [place.value, place.words])} />`;
}

export function Transfer({ desk, ticket, onClose, onDone }) {
  const { hall, reference } = desk;
  const places = queuesElsewhere(reference, hall, ticket);
  const [to, setTo] = useState(places[0]?.value);
  const [doctor, setDoctor] = useState("");
  const [reason, setReason] = useState("");
  const submit = () => {
    if (!to) return desk.notify(t("transfer.nowhere"), "danger");
    if (!reason.trim()) return desk.notify(t("reason.needed"), "danger");
    const [where, queue] = to.split("/");
    const body = { queue, reason: reason.trim() };
    if (where !== hall.hall) body.hall = where;
    if (doctor) body.doctor = doctor;
    sendForm(desk, ticket, "transfer", body, onDone);
  };
  return html`<${TicketForm} desk=${desk} ticket=${ticket} title=${t("form.transfer")} name=${`transfer:${ticket.id}`}
    word=${t("action.transfer")} submit=${submit} onClose=${onClose}>
    <${WhereTo} places=${places} value=${to} set=${setTo} submit=${submit} />
    <${DoctorField} doctors=${reference.doctors} value=${doctor} set=${setDoctor} />
    <${TextField} id="reason" label=${t("reason")} value=${reason} set=${setReason} maxlength="200" required />
  <//>`;
}

export function Priority({ desk, ticket, onClose, onDone }) {
  const tags = desk.reference.queues[ticket.queue]?.policy_tags ?? [];
  const [tag, setTag] = useState(tags[0]);
  const [evidence, setEvidence] = useState("");
  const submit = () => {
    if (!evidence.trim()) return desk.notify(t("evidence.needed"), "danger");
    sendForm(desk, ticket, "prioritise", { tag, evidence: evidence.trim() }, onDone);
  };
  return html`<${TicketForm} desk=${desk} ticket=${ticket} title=${t("form.prioritise")}
    name=${`prioritise:${ticket.id}`}
    word=${t("action.prioritise")} submit=${submit} onClose=${onClose}>
    <${RadioGroup} legend=${t("tag")} name="tag" value=${tag} choose=${setTag} focus=${true}
      options=${tags.map((one) => [one, `${one} ${t(`tag.${one}`)}`])}
      onEnter=${() => document.getElementById("evidence").focus()} />
    <${TextField} id="evidence" label=${t("evidence")} value=${evidence} set=${setEvidence} maxlength="200" required
      placeholder=${t("evidence.hint")} />
  <//>`;
}

export function Cancel({ desk, ticket, onClose, onDone }) {
  const [reason, setReason] = useState("");
  const submit = () => {
    if (!reason.trim()) return desk.notify(t("reason.needed"), "danger");
    sendForm(desk, ticket, "cancel", { reason: reason.trim() }, onDone);
  };
  return html`<${TicketForm} desk=${desk} ticket=${ticket} title=${t("form.cancel")} name=${`cancel:${ticket.id}`}
    word=${t("action.cancel")} submit=${submit} onClose=${onClose}>
    <${TextField} id="reason" label=${t("reason")} value=${reason} set=${setReason} focus=${true} maxlength="200"
      required
      placeholder=${t("cancel.hint")} />
  <//>`;
}

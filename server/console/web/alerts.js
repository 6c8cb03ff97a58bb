// Owns the strip of alerts: a line stands until somebody closes it. Knows no other part of the desk.

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { clock } from "/console/web/clock.js";
import { ActionButton } from "/console/web/parts.js";
import { personOf } from "/console/web/person.js";
import { beep, canSound } from "/console/web/sound.js";
import { has, named, t } from "/console/web/texts.js";

const ORDER = [
  "red_flag",
  "escort",
  "worse",
  "help",
  "storage_damaged",
  "storage_failed",
  "storage",
  "restored",
  "clock",
  "fever",
  "reassess",
  "booking",
  "starved",
  "staged_long",
  "paused_long",
  "print",
  "device",
];
const DANGERS = new Set(["red_flag", "escort", "worse", "help"]);
const LINES = new Set(["red_flag", "escort", "worse", "help", "fever"]);
const SHOWN = 3;
const REPEAT_AFTER = 60000; // milliseconds after which an alert that nobody acknowledged sounds again
let soundedAt = 0;

/** Sound for every alert that was just raised, or raised again. */
export function soundAlerts(events) {
  const raised = events.filter((event) => event.kind === "alert.raised" || event.kind === "alert.repeated");
  if (!raised.length) return;
  soundedAt = Date.now();
  beep(raised.some((event) => DANGERS.has(event.alert.kind)));
}

/** Whether an alert about a person waits for somebody who goes. */
export function isUnanswered(alert) {
  return isLine(alert) && !alert.acknowledged_at;
}

/** Sound again each minute while a person waits for somebody who goes. */
export function repeatSound(alerts, now = Date.now()) {
  if (now - soundedAt < REPEAT_AFTER || !alerts.some(isUnanswered)) return false;
  soundedAt = now;
  beep(true);
  return true;
}

/** Whether an alert stands until it is closed with an outcome; any other is over when it was read. */
export function isLine(alert) {
  return LINES.has(alert.kind);
}

/** A kind that a newer server raises and this page does not know stands last. */
function place(alert) {
  return (ORDER.indexOf(alert.kind) + ORDER.length + 1) % (ORDER.length + 1);
}

const lastAt = (alert) => alert.last_at ?? alert.raised_at;

/** Those nobody acknowledged first; of these the dangers, the newest danger first; then by kind, the newest first. */
export function sorted(alerts) {
  const group = (alert) => (alert.acknowledged_at ? 2 : DANGERS.has(alert.kind) ? 0 : 1);
  return [...alerts].sort(
    (one, other) =>
      group(one) - group(other) ||
      (group(one) === 0 ? 0 : place(one) - place(other)) ||
      lastAt(other).localeCompare(lastAt(one)),
  );
}

/** The lines that are whole: the first ones, and always the newest of all, whatever it is about. */
export function whole(alerts) {
  const all = sorted(alerts);
  if (all.length <= SHOWN) return all;
  const newest = all.reduce((one, other) => (lastAt(other) > lastAt(one) ? other : one));
  const first = all.slice(0, SHOWN);
  return first.includes(newest) ? first : [...first.slice(0, SHOWN - 1), newest];
}

const FACTS = {
  starved: /: (?<waited>\d+) \/ (?<target>\d+) min$/,
  restored: /^(?<lost>\d*)$/,
  clock: /^(?<minutes>[+-]\d+)$/,
  print: /^moved: (?<printer>.+)$/,
  paused_long: /^(?<station>.+): (?<count>\d+)$/,
};

/** What a rule's alert is about and what to do, where its text holds only figures; null for any other text. */
function told(alert, hall) {
  const facts = FACTS[alert.kind]?.exec(alert.text ?? "")?.groups;
  if (!facts) return null;
  const room = named(hall.stations.find((station) => station.id === facts.station)?.name) || facts.station;
  const which = facts.count === "0" ? ".nobody" : facts.lost === "" ? ".unknown" : "";
  return t(`alert_text.${alert.kind}${which}`, { ...facts, room });
}

function since(alert, now) {
  const seconds = Math.max(0, Math.floor((now - new Date(lastAt(alert)).getTime()) / 1000));
  return seconds < 60 ? t("ago.seconds", { seconds }) : t("ago.minutes", { minutes: Math.floor(seconds / 60) });
}

/** The complaint in the words of the questions at the door; the plain "one of these" says nothing more. */
export function complaint(alert, reference) {
  const flags = (alert.flags ?? []).filter((id) => id !== "red_flag");
  return flags.map((id) => named(reference.flags.find((flag) => flag.id === id)?.names) || id).join("、");
}

/** Where an alert was raised: the machine and where that stands. */
export function whereOf(alert, hall) {
  const device = hall.devices.find((one) => one.id === alert.device);
  const name = alert.device_name ?? device?.name;
  return [name, named(alert.place) || named(device?.place)].filter(Boolean).join(" · ");
}

/** What an alert is about, beside its kind and the name. */
export function words(alert, { hall, reference }) {
  const number = hall.tickets.find((ticket) => ticket.id === alert.ticket)?.number;
  const queue = named(hall.queues.find((one) => one.id === alert.queue)?.name);
  const device = hall.devices.find((one) => one.id === alert.device)?.name;
  const rest = number && alert.text?.startsWith(`${number}: `) ? alert.text.slice(number.length + 2) : alert.text;
  const text =
    told(alert, hall) ?? (rest && rest !== device ? (has(`alert_text.${rest}`) ? t(`alert_text.${rest}`) : rest) : "");
  return [number, queue, complaint(alert, reference), text, whereOf(alert, hall)].filter(Boolean).join(" · ");
}

/** Who goes, as far as it is known. */
export function goes(alert) {
  return alert.going ?? (alert.acknowledged_by ?? "").split(":").at(-1);
}

/** What kind of call it is, how often it came, and about whom. */
function AlertTitle({ alert }) {
  const mark = DANGERS.has(alert.kind) ? html`<span aria-hidden="true">▲ </span>` : null;
  const times = html`<b class="number" data-count=${alert.count}>${t("alert.times", { count: alert.count })}</b>`;
  return html`<strong>${mark}${t(`alert.${alert.kind}`)}</strong>
    ${alert.count > 1 ? times : null}
    ${isLine(alert) ? html`<b class="alert-name">${alert.name ?? t("alert.nameless")}</b>` : null}`;
}

/** What can be done about it: say that somebody goes, or that it was read; and its own panel. */
function AlertButtons({ desk, alert, first, acknowledge, handle }) {
  const line = isLine(alert);
  const go = html`<${ActionButton} desk=${desk} name=${`acknowledge:${alert.id}`}
    word=${t(line ? "alert.go" : "acknowledge")} hotkey=${first ? "A" : undefined}
    onClick=${() => acknowledge(alert)} />`;
  const open = html`<${ActionButton} desk=${desk} name=${`handle:${alert.id}`} word=${t("alert.handle")}
    onClick=${() => handle(alert)} />`;
  return html`${alert.acknowledged_at ? null : go}${line ? open : null}`;
}

function AlertLine({ desk, alert, first, acknowledge, handle }) {
  const { hall } = desk;
  const danger = DANGERS.has(alert.kind) && !alert.acknowledged_at;
  const late = isUnanswered(alert) && desk.now() - new Date(alert.raised_at).getTime() >= REPEAT_AFTER;
  const about = words(alert, desk);
  const person = personOf(alert, desk.now());
  const gone = isLine(alert) && alert.acknowledged_at;
  const going = gone ? t("alert.goes", { who: goes(alert), at: clock(alert.acknowledged_at, hall) }) : "";
  return html`<li data-kind=${alert.kind} data-alert=${alert.id} class=${`alert ${danger ? "alert-danger" : ""}`}>
    <${AlertTitle} alert=${alert} />
    <span class="alert-words" title=${about}>${[person, about].filter(Boolean).join(" · ")}</span>
    <span class="secondary number">${clock(alert.raised_at, hall)} · ${since(alert, desk.now())}</span>
    ${late ? html`<b data-late>${t("alert.unanswered")}</b>` : null}
    ${going ? html`<span class="alert-going">${going}</span>` : null}
    <${AlertButtons} desk=${desk} alert=${alert} first=${first} acknowledge=${acknowledge} handle=${handle} />
  </li>`;
}

export function Alerts({ desk, acknowledge, handle }) {
  const { alerts } = desk.hall;
  const [open, setOpen] = useState(false);
  if (!alerts.length) return null;
  const shown = open ? sorted(alerts) : whole(alerts);
  const folded = alerts.length - shown.length;
  const first = sorted(alerts).find((alert) => !alert.acknowledged_at);
  return html`<section class=${`alerts ${open ? "alerts-open" : ""}`} aria-label=${t("alerts")} tabindex="0">
    <p class="alerts-head"><span class="alerts-count">${t("alerts")} ${alerts.length}</span>
      ${canSound() ? null : html`<span class="chip chip-flag" role="note">${t("sound.off")}</span>`}
      ${
        folded || open
          ? html`<button type="button" class="plain" data-act="more-alerts" aria-expanded=${open}
        onClick=${() => setOpen(!open)}>${open ? t("alerts.less") : t("alerts.more", { count: folded })}</button>`
          : null
      }</p>
    <ul>${shown.map(
      (alert) => html`<${AlertLine} key=${alert.id} desk=${desk} alert=${alert} first=${alert === first}
      acknowledge=${acknowledge} handle=${handle} />`,
    )}</ul>
  </section>`;
}

// Owns the strip of alerts: it stays until somebody acknowledges. Knows no other part of the desk.

import { html } from "htm/preact";
import { Act } from "/console/web/parts.js";
import { beep, canSound } from "/console/web/sound.js";
import { has, named, t } from "/console/web/texts.js";

const ORDER = ["red_flag", "escort", "worse", "help", "storage", "restored", "fever", "reassess", "starved", "staged_long", "paused_long", "print", "device"];
const DANGERS = new Set(["red_flag", "escort", "worse", "help"]);

/** Sound for every alert that was just raised. */
export function soundAlerts(events) {
  const raised = events.filter((event) => event.kind === "alert.raised");
  if (raised.length) beep(raised.some((event) => DANGERS.has(event.alert.kind)));
}

/** A kind that a newer server raises and this page does not know stands last. */
function place(alert) {
  return (ORDER.indexOf(alert.kind) + ORDER.length + 1) % (ORDER.length + 1);
}

const FACTS = {
  starved: /: (?<waited>\d+) \/ (?<target>\d+) min$/,
  restored: /^(?<lost>\d+)$/,
  paused_long: /^(?<station>.+): (?<count>\d+)$/,
};

/** What a rule's alert is about and what to do, where its text holds only figures; null for any other text. */
function told(alert, hall) {
  const facts = FACTS[alert.kind]?.exec(alert.text ?? "")?.groups;
  if (!facts) return null;
  const room = named(hall.stations.find((station) => station.id === facts.station)?.name) || facts.station;
  return t(`alert_text.${alert.kind}${facts.count === "0" ? ".nobody" : ""}`, { ...facts, room });
}

function since(alert, now) {
  const seconds = Math.max(0, Math.floor((now - new Date(alert.raised_at).getTime()) / 1000));
  return seconds < 60 ? t("ago.seconds", { seconds }) : t("ago.minutes", { minutes: Math.floor(seconds / 60) });
}

export function Alerts({ desk, acknowledge }) {
  const { alerts, tickets, devices } = desk.hall;
  if (!alerts.length) return null;
  const words = (alert) => {
    const number = tickets.find((ticket) => ticket.id === alert.ticket)?.number;
    const device = devices.find((one) => one.id === alert.device)?.name;
    const rest = number && alert.text?.startsWith(`${number}: `) ? alert.text.slice(number.length + 2) : alert.text;
    const text = told(alert, desk.hall) ?? (rest && rest !== device ? (has(`alert_text.${rest}`) ? t(`alert_text.${rest}`) : rest) : "");
    return [number, device, text].filter(Boolean).join(" · ");
  };
  return html`<section class="alerts" aria-label=${t("alerts")} tabindex="0">
    <span class="alerts-count">${t("alerts")} ${alerts.length}</span>
    ${canSound() ? null : html`<span class="chip chip-flag" role="note">${t("sound.off")}</span>`}
    <ul>${Alerts.sorted(alerts).map((alert, place) => html`<li key=${alert.id} data-kind=${alert.kind}
      class=${`alert ${DANGERS.has(alert.kind) ? "alert-danger" : ""}`}>
      <strong>${DANGERS.has(alert.kind) ? html`<span aria-hidden="true">▲ </span>` : null}${t(`alert.${alert.kind}`)}</strong>
      <span>${words(alert)}</span><span class="secondary number">${since(alert, desk.now())}</span>
      <${Act} desk=${desk} name=${`acknowledge:${alert.id}`} word=${t("acknowledge")} hotkey=${place ? undefined : "A"} onClick=${() => acknowledge(alert)} />
    </li>`)}</ul>
  </section>`;
}

/** The most urgent first, then the oldest. */
Alerts.sorted = (alerts) =>
  [...alerts].sort((one, other) => place(one) - place(other) || one.raised_at.localeCompare(other.raised_at));

// Owns what the desk tells of the chosen ticket and the keys that act on it. Draws; decides nothing.

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { buttonsOf, isPossible, kindOf, labelOf, NURSE_ACTIONS } from "/console/web/actions.js";
import { getWithRetry } from "/console/web/api.js";
import { clock } from "/console/web/clock.js";
import { ActionButton, Chips, holdWords, TicketHead, Wait } from "/console/web/parts.js";
import { personOf } from "/console/web/person.js";
import { has, named, t } from "/console/web/texts.js";
import { reassessIn, waitOf } from "/console/web/waits.js";

const orEmpty = (parts, between) => parts.filter(Boolean).join(between);

/** What is known of a ticket beside its number and grade: [[key of the label, text], …]. */
function factsOf({ hall, reference, now }, ticket) {
  const queue = hall.queues.find((one) => one.id === ticket.queue);
  const held = ticket.state === "held" ? holdWords(ticket.hold_reason) : "";
  const flags = (ticket.flags ?? []).map((id) => named(reference.flags.find((flag) => flag.id === id)?.names) || id);
  const facts = [
    ["fact.queue", named(queue?.name)],
    ["fact.state", orEmpty([t(`state.${ticket.state}`), held], " · ")],
    ["fact.rescue", ticket.rescue_place],
    ["fact.remarks", remarkWords(ticket.remarks)],
    ["fact.person", orEmpty([personOf(ticket, now), ticket.birth_date], " · ")],
    ["fact.doctor", ticket.doctor ? (reference.doctors[ticket.doctor] ?? ticket.doctor) : ""],
    ["fact.checked_in", clock(ticket.times.checked_in, hall)],
    ["fact.slot", clock(ticket.slot, hall)],
    ["fact.calls", ticket.calls ? t("fact.calls_count", { calls: ticket.calls, passes: ticket.passes }) : ""],
    ["fact.flags", flags.join(", ")],
  ];
  return facts.filter(([, value]) => value);
}

/** When the ticket must be looked at again: `minutes` from now, negative when that is over. */
function Reassessment({ minutes }) {
  const due = minutes <= 0;
  return html`<dt>${t("fact.reassess")}</dt><dd class=${due ? "bad" : ""} data-reassess=${due ? "due" : "later"}>
    <span aria-hidden="true">${due ? "▲ " : "◷ "}</span>${
      due ? t("reassess.due", { minutes: -minutes }) : t("reassess.in", { minutes })
    }</dd>`;
}

export function Facts({ desk, ticket }) {
  const { hall, reference } = desk;
  const now = desk.now();
  const minutes = reassessIn(ticket, hall, reference, now);
  const facts = factsOf({ hall, reference, now }, ticket);
  return html`<dl class="facts">
    ${facts.map(([name, value]) => html`<dt key=${name}>${t(name)}</dt><dd>${value}</dd>`)}
    ${minutes === null ? null : html`<${Reassessment} minutes=${minutes} />`}
  </dl>`;
}

/** What staff typed about a ticket beside the codes of reasons; that of a hold stands with the state. */
function remarkWords(remarks) {
  const others = Object.entries(remarks ?? {}).filter(([action]) => action !== "hold" && action !== "triage");
  return others
    .map(([action, words]) =>
      has(`action.${action}`) ? t("labelled", { label: t(`action.${action}`), words }) : words,
    )
    .join(" · ");
}

/** One earlier triage: when, from which grade to which, by whom, on what. */
function PastTriage({ triage, reference, hall }) {
  const vitalWords = ([name, value]) => `${has(`vital.${name}`) ? t(`vital.${name}`) : name} ${value}`;
  const vitals = Object.entries(triage.vitals).filter(([, value]) => value !== null && value !== false);
  const findings = triage.findings.map((id) => named(reference.findings[id]) || id);
  const by = triage.actor.split(":").pop();
  const second = triage.second ? ` + ${triage.second}` : "";
  return html`<li>
    <b>${clock(triage.at, hall)}</b> ${triage.from_grade ?? "–"} → <b>${triage.grade}</b> · ${by}${second}
    ${triage.reason ? html` · ${triage.reason}` : null}
    <div class="secondary">${vitals.map(vitalWords).join(" · ")}</div>
    ${findings.length ? html`<div>${findings.join(" · ")}</div>` : null}
  </li>`;
}

/** Earlier triages of a ticket, latest first. */
export function History({ ticket, reference, hall }) {
  const [triages, setTriages] = useState([]);
  useEffect(() => {
    let here = true;
    setTriages([]);
    const show = (answer) => here && answer?.status === 200 && setTriages([...answer.body.triages].reverse());
    if (ticket.times.triaged) getWithRetry(`/api/v1/tickets/${ticket.id}/triages`, () => here).then(show);
    return () => {
      here = false;
    };
  }, [ticket.id, ticket.times.triaged]);
  if (!triages.length) return null;
  return html`<section><h3>${t("history")}</h3><ol class="history plain-list">
    ${triages.map(
      (triage) => html`<${PastTriage} key=${triage.at} triage=${triage} reference=${reference}
      hall=${hall} />`,
    )}
  </ol></section>`;
}

/** The buttons of the table's rows on one ticket; `run(row)` does what a row says. */
function Buttons({ desk, ticket, actions, run }) {
  const { reference, me } = desk;
  const rows = buttonsOf(NURSE_ACTIONS, { ticket, actions, reference, role: me.role });
  const nameOf = (row) => (row.form ? row.action : `${row.action}:${ticket.id}`);
  return html`<div class="actions" role="group" aria-label=${t("actions")}>
    ${rows.map(
      (row) => html`<${ActionButton} key=${row.action} desk=${desk} name=${nameOf(row)} word=${t(labelOf(row))}
        hotkey=${row.key} disabled=${!isPossible(row, actions)} kind=${kindOf(row)} onClick=${() => run(row)} />`,
    )}
  </div>`;
}

export function Detail({ desk, ticket, actions, run }) {
  const { hall, reference } = desk;
  return html`<h2 class="visually-hidden">${t("detail", { number: ticket.number })}</h2>
    <${TicketHead} ticket=${ticket} hall=${hall} reference=${reference} />
    <${Chips} ticket=${ticket} hall=${hall} zone=${hall.timezone} />
    <${Wait} wait=${waitOf(ticket, reference, desk.now())} />
    <${Buttons} desk=${desk} ticket=${ticket} actions=${actions} run=${run} />
    <${Facts} desk=${desk} ticket=${ticket} />
    <${History} ticket=${ticket} reference=${reference} hall=${hall} />`;
}

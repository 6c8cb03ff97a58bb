// Owns what the desk tells of the chosen ticket and the keys that act on it. Draws; decides nothing.

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { getWithRetry } from "/console/web/api.js";
import { ActionButton, Chips, holdWords, TicketHead, Wait } from "/console/web/parts.js";
import { personOf } from "/console/web/person.js";
import { has, named, t } from "/console/web/texts.js";
import { reassessIn, waitOf } from "/console/web/waits.js";

const DEEDS = [
  ["triage", "T"],
  ["stage", "G"],
  ["return", "R"],
  ["hold", "H"],
  ["transfer", "M"],
  ["prioritise", "P"],
  ["arrived", "Y"],
  ["worse", "W"],
  ["cancel", "X"],
  ["explain", "E"],
  ["desk_code", "I"],
];
/** What is possible whatever the ticket's state. */
export const ALWAYS = new Set(["explain", "desk_code"]);
const RESCUE = [
  ["start", "B"],
  ["finish", "F"],
]; // of a level that does not queue: treated at once, at no station
const FORMS = new Set(["start", "triage", "stage", "hold", "transfer", "prioritise", "cancel", ...ALWAYS]);

/** What is known of a ticket beside its number and grade. */
export function Facts({ desk, ticket }) {
  const { hall, reference } = desk;
  const zone = hall.timezone;
  const clock = (at) =>
    new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  const look = reassessIn(ticket, hall, reference, desk.now());
  const person = [personOf(ticket, desk.now()), ticket.birth_date].filter(Boolean).join(" · ");
  const facts = [
    ["fact.queue", named(hall.queues.find((queue) => queue.id === ticket.queue)?.name)],
    [
      "fact.state",
      [t(`state.${ticket.state}`), ticket.state === "held" ? holdWords(ticket.hold_reason) : ""]
        .filter(Boolean)
        .join(" · "),
    ],
    ["fact.rescue", ticket.rescue_place],
    ["fact.remarks", remarkWords(ticket.remarks)],
    ["fact.person", person],
    ["fact.doctor", ticket.doctor ? (reference.doctors[ticket.doctor] ?? ticket.doctor) : ""],
    ["fact.checked_in", ticket.times.checked_in ? clock(ticket.times.checked_in) : ""],
    ["fact.slot", ticket.slot ? clock(ticket.slot) : ""],
    ["fact.calls", ticket.calls ? t("fact.calls_count", { calls: ticket.calls, passes: ticket.passes }) : ""],
    [
      "fact.flags",
      (ticket.flags ?? []).map((id) => named(reference.flags.find((flag) => flag.id === id)?.names) || id).join(", "),
    ],
  ].filter(([, value]) => value);
  return html`<dl class="facts">
    ${facts.map(([name, value]) => html`<dt key=${name}>${t(name)}</dt><dd>${value}</dd>`)}
    ${
      look === null
        ? null
        : html`<dt>${t("fact.reassess")}</dt><dd class=${look <= 0 ? "bad" : ""} data-reassess=${look <= 0 ? "due" : "later"}>
      <span aria-hidden="true">${look <= 0 ? "▲ " : "◷ "}</span>${look <= 0 ? t("reassess.due", { minutes: -look }) : t("reassess.in", { minutes: look })}</dd>`
    }
  </dl>`;
}

/** What staff typed about a ticket beside the codes of reasons; that of a hold stands with the state. */
function remarkWords(remarks) {
  const others = Object.entries(remarks ?? {}).filter(([action]) => action !== "hold" && action !== "triage");
  return others
    .map(([action, words]) => (has(`deed.${action}`) ? t("labelled", { label: t(`deed.${action}`), words }) : words))
    .join(" · ");
}

/** Earlier triages of a ticket, latest first. */
export function History({ ticket, reference, zone }) {
  const [triages, setTriages] = useState([]);
  useEffect(() => {
    let here = true;
    setTriages([]);
    if (ticket.times.triaged) {
      getWithRetry(`/api/v1/tickets/${ticket.id}/triages`, () => here).then(
        (answer) => here && answer?.status === 200 && setTriages([...answer.body.triages].reverse()),
      );
    }
    return () => {
      here = false;
    };
  }, [ticket.id, ticket.times.triaged]);
  if (!triages.length) return null;
  return html`<section><h3>${t("history")}</h3><ol class="history plain-list">${triages.map(
    (one) => html`<li key=${one.at}>
    <b>${new Date(one.at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone })}</b> ${one.from_grade ?? "–"} → <b>${one.grade}</b> · ${one.actor.split(":").at(-1)}${one.second ? ` + ${one.second}` : ""}
    ${one.reason ? html` · ${one.reason}` : null}
    <div class="secondary">${Object.entries(one.vitals)
      .filter(([, value]) => value !== null && value !== false)
      .map(([name, value]) => `${has(`vital.${name}`) ? t(`vital.${name}`) : name} ${value}`)
      .join(" · ")}</div>
    ${one.findings.length ? html`<div>${one.findings.map((id) => named(reference.findings[id]) || id).join(" · ")}</div>` : null}
  </li>`,
  )}</ol></section>`;
}

export function Detail({ desk, ticket, actions, open, plain }) {
  const { hall, reference } = desk;
  return html`<h2 class="visually-hidden">${t("detail", { number: ticket.number })}</h2>
    <${TicketHead} ticket=${ticket} hall=${hall} reference=${reference} />
    <${Chips} ticket=${ticket} hall=${hall} zone=${hall.timezone} />
    <${Wait} wait=${waitOf(ticket, hall, reference, desk.now())} />
    <div class="deeds" role="group" aria-label=${t("deeds")}>
      ${[...(ticket.bypass ? RESCUE.filter(([action]) => actions.includes(action)) : []), ...DEEDS].map(
        ([
          action,
          key,
        ]) => html`<${ActionButton} key=${action} desk=${desk} name=${FORMS.has(action) ? action : `${action}:${ticket.id}`}
        word=${t(action === "start" ? "deed.rescue" : `deed.${action}`)} hotkey=${key} disabled=${!ALWAYS.has(action) && !actions.includes(action)} kind=${action === "triage" || action === "start" ? "primary" : "quiet"}
        onClick=${FORMS.has(action) ? open(action) : plain(action)} />`,
      )}
    </div>
    <${Facts} desk=${desk} ticket=${ticket} />
    <${History} ticket=${ticket} reference=${reference} zone=${hall.timezone} />`;
}

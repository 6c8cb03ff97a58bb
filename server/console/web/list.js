// Owns the desk's list of tickets, its tabs and the column of queues. Draws; decides nothing.

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { TABS } from "/console/web/nurse_state.js";
import { Chips, Grade, isMissing, Wait } from "/console/web/parts.js";
import { named, t } from "/console/web/texts.js";
import { levelOf, tabOf, waitOf } from "/console/web/waits.js";

export function Tabs({ counts, chosen, choose }) {
  return html`<div class="tabs" role="group" aria-label=${t("tabs")}>
    ${TABS.map(
      (tab) => html`<button type="button" key=${tab} class="tab" data-tab=${tab} aria-pressed=${tab === chosen}
      onClick=${() => choose(tab)}>${t(`tab.${tab}`)} <b class="number">${counts[tab]}</b></button>`,
    )}
  </div>`;
}

export function Queues({ desk, chosen, choose, open }) {
  const { hall, reference } = desk;
  const now = desk.now();
  const sum = (queue) => {
    const waiting = hall.tickets.filter(
      (ticket) => (queue === "all" || ticket.queue === queue) && tabOf(ticket) === "waiting",
    );
    return {
      count: waiting.length,
      over: waiting.filter((ticket) => waitOf(ticket, reference, now)?.state === "overdue").length,
    };
  };
  const one = (id, name) => {
    const { count, over } = sum(id);
    return html`<button type="button" key=${id} class="queue" data-queue=${id} aria-pressed=${id === chosen}
      onClick=${() => choose(id)}>
      <span>${name}</span><b>${count}</b>${over ? html`<small>${t("queues.over", { over })}</small>` : null}</button>`;
  };
  const offline = hall.devices.filter(isMissing).length;
  const stuck = hall.print_jobs.filter((job) => job.state === "failed" || job.state === "unknown").length;
  const closed = hall.stations.filter((station) => station.state !== "open").length;
  return html`<nav class="queues" aria-label=${t("queues")}>
    ${one("all", t("queues.all"))}
    ${hall.queues.map((queue) => one(queue.id, named(queue.name)))}
    <span class="spacer"></span>
    <button type="button" class="queue" data-act="reports" aria-keyshortcuts="L" onClick=${open("reports")}>
      <span>${t("reports.short")}</span><kbd aria-hidden="true">L</kbd></button>
    <button type="button" class="queue" data-act="rooms" aria-keyshortcuts="S" onClick=${open("rooms")}>
      <span>${t("rooms.title")}</span><kbd
        aria-hidden="true">S</kbd>${closed ? html`<small>${t("rooms.closed", { closed })}</small>` : null}</button>
    <button type="button" class="queue" data-act="machines" aria-keyshortcuts="D" onClick=${open("machines")}>
      <span>${t("machines.title")}</span><kbd aria-hidden="true">D</kbd>
      ${stuck ? html`<small>${t("machines.stuck", { stuck })}</small>` : null}
      ${offline ? html`<small>${t("machines.offline", { offline })}</small>` : null}</button>
  </nav>`;
}

export function List({ desk, lines, scope, selected, select, box, empty }) {
  const { hall, reference } = desk;
  useEffect(() => {
    document.getElementById(`line-${selected}`)?.scrollIntoView({ block: "nearest" });
  }, [selected, scope]);
  if (!lines.length) return html`<div class="list" ref=${box} tabindex="-1"><p class="empty">${empty}</p></div>`;
  return html`<div class="list" role="listbox" tabindex="0" ref=${box} aria-label=${t("list")}
    aria-activedescendant=${`line-${selected}`}>
    ${lines.map(
      ({ ticket, wait }) => html`<div role="option" class="line" id=${`line-${ticket.id}`} key=${ticket.id}
      data-number=${ticket.number} data-state=${ticket.state} data-wait=${wait?.state ?? "none"}
      aria-selected=${ticket.id === selected} onClick=${() => select(ticket.id)}>
      <${Grade} level=${levelOf(ticket, hall, reference)} />
      <span class="number">${ticket.number}</span>
      <span class="line-name" title=${ticket.name}>${ticket.name ?? ticket.display_name ?? ""}</span>
      <${Chips} ticket=${ticket} hall=${hall} zone=${hall.timezone} />
      <${Wait} wait=${wait} />
    </div>`,
    )}
  </div>`;
}

// Owns the emergency board: who waits with which grade against which target, most urgent first. Staff only; no actions.

import { html, render } from "htm/preact";
import { useState } from "preact/hooks";
import { Desk } from "/console/web/desk.js";
import { Chips, Foot, Grade, Head, Keys, SignInAgain, useDesk, useKeys, Wait } from "/console/web/parts.js";
import { named, t } from "/console/web/texts.js";
import { levelOf, reassessIn, tabOf, targetOf, waitOf } from "/console/web/waits.js";

/** Most urgent first, then the longest over its target; who has no grade yet stands first of all. */
export function boardLines(hall, reference, now, queues) {
  const limit = ({ ticket }) =>
    ticket.state === "checked_in" ? -1 : (targetOf(ticket, reference, "ordinary") ?? Infinity);
  const share = (line) => line.wait?.share ?? 9;
  return hall.tickets
    .filter((ticket) => queues.includes(ticket.queue))
    .filter((ticket) => tabOf(ticket) === "waiting" || (ticket.state === "held" && ticket.hold_reason === "escort"))
    .map((ticket) => ({ ticket, wait: waitOf(ticket, reference, now), level: levelOf(ticket, hall, reference) }))
    .sort(
      (one, other) =>
        limit(one) - limit(other) || share(other) - share(one) || one.ticket.order.localeCompare(other.ticket.order),
    );
}

/** The queues on the board: those that were chosen, else the graded ones, else all. */
function shownQueues(queues, chosen) {
  const all = queues.map((queue) => queue.id);
  const graded = queues.filter((queue) => queue.mode === "graded").map((queue) => queue.id);
  if (chosen && chosen !== "all") return [chosen];
  return chosen || !graded.length ? all : graded;
}

function QueueTabs({ hall, shown, choose }) {
  const all = hall.queues.map((queue) => queue.id);
  if (all.length < 2) return null;
  const isOn = (id) => (id === "all" ? shown.length === all.length : shown.length === 1 && shown[0] === id);
  const name = (id) => (id === "all" ? t("queues.all") : named(hall.queues.find((queue) => queue.id === id).name));
  return html`<div class="tabs" role="group" aria-label=${t("queues")}>${["all", ...all].map(
    (id) => html`<button type="button" class="tab" key=${id} aria-pressed=${isOn(id)}
      onClick=${() => choose(id)}>${name(id)}</button>`,
  )}</div>`;
}

function Sum({ lines }) {
  const over = lines.filter((line) => line.wait?.state === "overdue").length;
  const levels = [...new Map(lines.filter((line) => line.level).map((line) => [line.level.code, line.level])).values()];
  const count = (level) => lines.filter((line) => line.level?.code === level.code).length;
  return html`<p class="board-sum"><span>${t("board.waiting", { count: lines.length })}</span>
    <strong class=${over ? "bad" : ""}>${t("board.over", { over })}</strong>
    ${levels.map((level) => html`<span key=${level.code}><${Grade} level=${level} /> ${count(level)}</span>`)}</p>`;
}

function reassessText(minutes) {
  if (minutes === null) return "";
  return minutes <= 0 ? t("reassess.due", { minutes: -minutes }) : t("reassess.in", { minutes });
}

function BoardLine({ desk, line: { ticket, wait, level } }) {
  const { hall, reference } = desk;
  const look = reassessIn(ticket, hall, reference, desk.now());
  return html`<tr data-wait=${wait?.state ?? "none"} data-number=${ticket.number}>
    <td><${Grade} level=${level} /></td><td class="number">${ticket.number}</td>
    <td>${ticket.name ?? ticket.display_name ?? ""}</td>
    <td>${named(hall.queues.find((queue) => queue.id === ticket.queue)?.name)}</td>
    <td><${Chips} ticket=${ticket} hall=${hall} zone=${hall.timezone} /></td><td><${Wait} wait=${wait} /></td>
    <td class=${look !== null && look <= 0 ? "bad" : ""}>${reassessText(look)}</td></tr>`;
}

const COLUMNS = ["grade", "number", "name", "queue", "chips", "wait", "reassess"];

function Table({ desk, lines }) {
  if (!lines.length) return html`<p class="empty text-title">${t("nobody.waiting")}</p>`;
  return html`<table class="table board-table">
    <thead><tr>${COLUMNS.map((column) => html`<th scope="col" key=${column}>${t(`board.${column}`)}</th>`)}</tr></thead>
    <tbody>${lines.map((line) => html`<${BoardLine} key=${line.ticket.id} desk=${desk} line=${line} />`)}</tbody>
      </table>`;
}

const KEYS = ["?", "Esc"];

function Board({ desk }) {
  const redraw = useDesk(desk);
  const [keys, setKeys] = useState(false);
  const [chosen, choose] = useState(null);
  useKeys({ "?": () => setKeys(true) });
  if (!desk.hall || !desk.reference) return html`<p class="loading" role="status">${t("loading")}</p>`;
  const { hall, reference } = desk;
  const queues = shownQueues(hall.queues, chosen);
  const lines = boardLines(hall, reference, desk.now(), queues);
  const help = KEYS.map((key) => [key, t(`key.${key}`)]);
  return html`<div class="desk" data-link=${desk.link}>
    <${Head} desk=${desk} page="board" onLanguage=${redraw} /><span></span>
    <main class="board" tabindex="0" aria-label=${t("title.board")}>
      <${QueueTabs} hall=${hall} shown=${queues} choose=${choose} />
      <${Sum} lines=${lines} />
      <${Table} desk=${desk} lines=${lines} />
    </main>
    <${Foot} desk=${desk} keys=${() => setKeys(true)} />
    ${keys ? html`<${Keys} onClose=${() => setKeys(false)} keys=${help} />` : null}
    ${desk.signedOut ? html`<${SignInAgain} desk=${desk} />` : null}
  </div>`;
}

const root = document.getElementById("page");
const desk = new Desk();
await desk.open();
root.replaceChildren();
render(html`<${Board} desk=${desk} />`, root);

// Owns the desk's panel on reports that wait there: who they are of, why they wait, which one is opened.

import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { getWithRetry } from "/console/web/api.js";
import { refusal } from "/console/web/desk.js";
import { HandOver } from "/console/web/hand_over.js";
import { isMeant, personWords, reasonWords, timeWords } from "/console/web/report_words.js";
import { t } from "/console/web/texts.js";

function Row({ report, zone, chosen, open }) {
  return html`<div role="option" class="report-row" id=${`report-${report.id}`} data-report=${report.id}
    aria-selected=${chosen} onClick=${open}>
    <span class="report-name" title=${report.name}>${report.name || t("report.nobody")}</span>
    <span class="secondary">${personWords(report)}</span>
    <span class="report-title" title=${report.title}>${report.title} <span
      class="secondary number">${timeWords(report.issued_at ?? report.received_at, zone)}</span></span>
    <span class="chips">${report.reasons.map(
      (reason) => html`<span key=${reason}
      class=${`chip ${reason === "critical" ? "chip-urgent" : ""}`}>${reasonWords("reason", reason)}</span>`,
    )}</span>
  </div>`;
}

/** The server's answer on the reports that wait, null until there is one; asked anew when `asked` changes. */
function useWaiting(hall, asked) {
  const [answer, setAnswer] = useState(null);
  useEffect(() => {
    let here = true;
    getWithRetry(`/api/v1/halls/${encodeURIComponent(hall.hall)}/reports`, () => here).then(
      (found) => here && found && setAnswer(found),
    );
    return () => {
      here = false;
    };
  }, [asked]);
  return [answer, setAnswer];
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 };

/** The search, whose keys also lead through the list; `chosen` is the place in it. */
function Search({ typed, setTyped, shown, chosen, choose, open, box }) {
  const hear = (event) => {
    const step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      choose(Math.max(0, Math.min(shown.length - 1, chosen + step)));
    } else if (event.key === "Enter" && shown[chosen]) {
      event.preventDefault();
      open(shown[chosen]);
    }
  };
  const type = (event) => {
    setTyped(event.target.value);
    choose(0);
  };
  return html`<input class="input" ref=${box} type="search" role="combobox" aria-expanded=${String(shown.length > 0)}
    aria-controls=${shown.length ? "reports-list" : undefined}
    aria-activedescendant=${shown[chosen] ? `report-${shown[chosen].id}` : undefined} value=${typed}
    aria-label=${t("reports.search")} placeholder=${t("reports.search")} autocomplete="off" maxlength="100"
    onKeyDown=${hear} onInput=${type} />`;
}

function Rows({ reports, zone, chosen, open }) {
  return html`<div class="report-list" id="reports-list" role="listbox" aria-label=${t("reports.title")}
    data-reports=${reports.length}>
    ${reports.map(
      (report, place) => html`<${Row} key=${report.id} report=${report} zone=${zone} chosen=${place === chosen}
        open=${() => open(report)} />`,
    )}
  </div>`;
}

/** The list, or why there is none. */
function Found({ answer, shown, again, ...rows }) {
  if (answer === null) return html`<p class="loading">${t("loading")}</p>`;
  if (answer.status !== 200)
    return html`<div class="question" role="alert"><p>${refusal(answer.body)}</p>
      <button type="button" class="button" onClick=${again}>${t("reports.again")}</button></div>`;
  const none = answer.body.reports.length ? "reports.none_found" : "reports.none";
  return html`${shown.length ? html`<${Rows} reports=${shown} ...${rows} />` : html`<p class="empty">${t(none)}</p>`}
    ${answer.body.more ? html`<p class="secondary">${t("reports.more")}</p>` : null}`;
}

function PanelHead({ count, onClose }) {
  const shown = count === null ? null : html` <span class="number" data-count>${count}</span>`;
  return html`<div class="spread row"><h2>${t("reports.title")}${shown}</h2>
    <button type="button" class="button button-quiet" onClick=${onClose}>${t("close")}<kbd aria-hidden="true">Esc</kbd>
    </button></div>`;
}

export function Reports({ desk, onClose }) {
  const { hall } = desk;
  const [asked, ask] = useState(0);
  const [answer, setAnswer] = useWaiting(hall, asked);
  const [typed, setTyped] = useState("");
  const [place, choose] = useState(0);
  const [opened, open] = useState(null);
  const box = useRef();
  const read = answer?.status === 200;
  const reports = read ? answer.body.reports : [];
  const shown = reports.filter((report) => isMeant(report, typed));
  const chosen = Math.min(place, Math.max(0, shown.length - 1));
  useLayoutEffect(() => {
    if (!opened) box.current?.focus();
  }, [opened]);
  useEffect(() => {
    document.getElementById(`report-${shown[chosen]?.id}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen, typed]);
  const askAgain = () => ask((count) => count + 1);
  const again = () => [setAnswer(null), askAgain()];
  const leave = () => [open(null), askAgain()]; // meanwhile others may have handed over too
  if (opened)
    return html`<${HandOver} key=${opened.id} desk=${desk} report=${opened} onClose=${leave} onChanged=${open}
      onDone=${leave} />`;
  return html`<${PanelHead} count=${read ? reports.length : null} onClose=${onClose} />
    <p class="secondary report-hint">${t("reports.hint")}</p>
    <${Search} typed=${typed} setTyped=${setTyped} shown=${shown} chosen=${chosen} choose=${choose} open=${open}
      box=${box} />
    <p class="visually-hidden" role="status">${read ? t("reports.shown", { count: shown.length }) : ""}</p>
    <${Found} answer=${answer} shown=${shown} again=${again} zone=${hall.timezone} chosen=${chosen} open=${open} />`;
}

// Owns the desk's panel on reports that wait there: who they are of, why they wait, which one is opened. Hands over nothing.

import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { getWithRetry } from "/console/web/api.js";
import { refusal } from "/console/web/desk.js";
import { HandOver } from "/console/web/hand_over.js";
import { isMeant, personWords, reasonWords, timeWords } from "/console/web/report_words.js";
import { t } from "/console/web/texts.js";

function Row({ report, zone, chosen, open }) {
  return html`<div role="option" class="report-row" id=${`report-${report.id}`} data-report=${report.id} aria-selected=${chosen} onClick=${open}>
    <span class="report-name" title=${report.name}>${report.name || t("report.nobody")}</span>
    <span class="secondary">${personWords(report)}</span>
    <span class="report-title" title=${report.title}>${report.title} <span class="secondary number">${timeWords(report.issued_at ?? report.received_at, zone)}</span></span>
    <span class="chips">${report.reasons.map((reason) => html`<span key=${reason} class=${`chip ${reason === "critical" ? "chip-urgent" : ""}`}>${reasonWords("reason", reason)}</span>`)}</span>
  </div>`;
}

export function Reports({ desk, onClose }) {
  const { hall } = desk;
  const [answer, setAnswer] = useState(null);
  const [asked, ask] = useState(0);
  const [typed, setTyped] = useState("");
  const [chosen, choose] = useState(0);
  const [opened, setOpened] = useState(null);
  const box = useRef();
  useEffect(() => {
    let here = true;
    getWithRetry(`/api/v1/halls/${encodeURIComponent(hall.hall)}/reports`, () => here).then(
      (found) => here && found && setAnswer(found),
    );
    return () => {
      here = false;
    };
  }, [asked]);
  useLayoutEffect(() => {
    if (!opened) box.current?.focus();
  }, [opened]);
  const reports = answer?.status === 200 ? answer.body.reports : [];
  const shown = reports.filter((report) => isMeant(report, typed));
  const at = Math.min(chosen, Math.max(0, shown.length - 1));
  useEffect(() => {
    document.getElementById(`report-${shown[at]?.id}`)?.scrollIntoView({ block: "nearest" });
  }, [at, typed]);
  const again = () => {
    setAnswer(null);
    ask((count) => count + 1);
  };
  const leave = () => {
    setOpened(null);
    ask((count) => count + 1);
  }; // meanwhile others may have handed over too
  const hear = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 }[event.key];
    if (step) {
      event.preventDefault();
      choose(Math.max(0, Math.min(shown.length - 1, at + step)));
    } else if (event.key === "Enter" && shown[at]) {
      event.preventDefault();
      setOpened(shown[at]);
    }
  };
  if (opened) {
    return html`<${HandOver} key=${opened.id} desk=${desk} report=${opened} onClose=${leave} onChanged=${setOpened} onDone=${leave} />`;
  }
  return html`<div class="spread row"><h2>${t("reports.title")}${answer?.status === 200 ? html` <span class="number" data-count>${reports.length}</span>` : null}</h2>
      <button type="button" class="button button-quiet" onClick=${onClose}>${t("close")}<kbd aria-hidden="true">Esc</kbd></button></div>
    <p class="secondary report-hint">${t("reports.hint")}</p>
    <input class="input" ref=${box} type="search" role="combobox" aria-expanded=${String(shown.length > 0)} aria-controls=${shown.length ? "reports-list" : undefined} aria-activedescendant=${shown[at] ? `report-${shown[at].id}` : undefined}
      value=${typed} aria-label=${t("reports.search")} placeholder=${t("reports.search")} autocomplete="off" maxlength="100" onKeyDown=${hear}
      onInput=${(event) => {
        setTyped(event.target.value);
        choose(0);
      }} />
    <p class="visually-hidden" role="status">${answer?.status === 200 ? t("reports.shown", { count: shown.length }) : ""}</p>
    ${answer === null ? html`<p class="loading">${t("loading")}</p>` : null}
    ${answer && answer.status !== 200 ? html`<div class="question" role="alert"><p>${refusal(answer.body)}</p><button type="button" class="button" onClick=${again}>${t("reports.again")}</button></div>` : null}
    ${answer?.status === 200 && !shown.length ? html`<p class="empty">${t(reports.length ? "reports.none_found" : "reports.none")}</p>` : null}
    ${
      shown.length
        ? html`<div class="report-list" id="reports-list" role="listbox" aria-label=${t("reports.title")} data-reports=${shown.length}>
      ${shown.map((report, place) => html`<${Row} key=${report.id} report=${report} zone=${hall.timezone} chosen=${place === at} open=${() => setOpened(report)} />`)}
    </div>`
        : null
    }
    ${answer?.body?.more ? html`<p class="secondary">${t("reports.more")}</p>` : null}`;
}

// Owns the form that hands a report over at the desk: whose it is, a critical value, a look at the card. Knows no list.

import { html } from "htm/preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { refusal } from "/console/web/desk.js";
import { RadioGroup, TextField, TicketForm } from "/console/web/forms.js";
import { ActionButton } from "/console/web/parts.js";
import { personWords, reasonWords, timeWords } from "/console/web/report_words.js";
import { has, t } from "/console/web/texts.js";

const REASONS = ["in_person", "proxy", "other"];

/** What the report says of itself: title, patient, the name on it where that differs, version, times, who made it. */
function Facts({ report, zone }) {
  const facts = [
    ["report.fact.title", report.title],
    ["report.fact.person", personWords(report)],
    [
      "report.fact.name_on_report",
      report.name_on_report && report.name_on_report !== report.name ? report.name_on_report : "",
    ],
    [
      "report.fact.status",
      [
        has(`report.status.${report.status}`) ? t(`report.status.${report.status}`) : report.status,
        report.version > 1 ? t("report.version", { version: report.version }) : "",
      ]
        .filter(Boolean)
        .join(" · "),
    ],
    ["report.fact.issued", timeWords(report.issued_at, zone)],
    ["report.fact.performer", report.performer],
    ["report.fact.prints", report.prints ? t("report.prints", { count: report.prints }) : ""],
  ].filter(([, value]) => value);
  return html`<dl class="facts">${facts.map(
    ([name, value]) => html`<dt key=${name}>${t(name)}</dt>
    <dd>${value}</dd>`,
  )}</dl>`;
}

function Acknowledged({ report, zone }) {
  const gaps = { name: report.acknowledged_by ?? "", at: timeWords(report.acknowledged_at, zone) };
  return html`<p class="good">${t("report.answered", gaps)}</p>`;
}

/** The critical values, and who answers for them or the line in which somebody says so. */
function Critical({ desk, report, onChanged, focus }) {
  const [by, setBy] = useState("");
  const open = report.missing.includes("acknowledgement");
  const name = `acknowledge_report:${report.id}`;
  const acknowledge = async () => {
    if (!by.trim()) return desk.notify(t("report.by_needed"), "danger");
    const done = () => t("done.acknowledge_report", { name: by.trim() });
    const answer = await desk.act(name, `/api/v1/reports/${report.id}/acknowledge`, { by: by.trim() }, { done });
    if (answer?.status < 400) onChanged(answer.body.report);
  };
  const hear = (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      acknowledge();
    }
  };
  return html`<div class=${open ? "question report-critical" : "report-critical"}
    data-critical=${open ? "open" : "answered"}>
    <p><b>${t("report.critical")}</b> ${report.critical.join(" · ")}</p>
    ${
      open
        ? html`<div class="report-acknowledge" onKeyDown=${hear}>
          <${TextField} id="report-by" label=${t("report.by")} value=${by} set=${setBy} focus=${focus}
            maxlength="100" />
          <${ActionButton} desk=${desk} name=${name} word=${t("report.acknowledge")} onClick=${acknowledge} /></div>`
        : html`<${Acknowledged} report=${report} zone=${desk.hall.timezone} />`
    }
  </div>`;
}

/** What is lacking before a report can be handed over: {field, text}, or null. */
function lacking(report, { patient, code, more, seen }) {
  const needs = (what) => report.missing.includes(what);
  if (needs("acknowledgement")) return { field: "report-by", text: "report.acknowledge_first" };
  if (needs("patient") && !patient.trim()) return { field: "report-patient", text: "report.patient_needed" };
  if (code !== "in_person" && !more.trim()) return { field: "report-more", text: `report.needed.${code}` };
  return seen ? null : { field: "report-seen", text: "report.look_first" };
}

/** The body of the command; a patient may be named by the number of a ticket. */
function bodyOf({ patient, code, more, asked, sure }, hall) {
  const typed = more.trim();
  const reason = code === "other" ? typed : [code, typed].filter(Boolean).join(": ");
  const body = { hall: hall.hall, reason, document_seen: true };
  const number = patient.trim().toUpperCase();
  if (number) body.patient = hall.tickets.find((ticket) => ticket.number === number)?.id ?? patient.trim();
  if (asked && sure) body[asked.field] = true;
  return body;
}

/** What the server asks before it prints: `confirm` or `again`; null where it asks nothing. */
function askedBy(problem) {
  const field = problem?.code === "report_handed_over" ? "again" : problem?.confirm ? "confirm" : "";
  return field ? { field, words: refusal(problem) } : null;
}

function Tick({ id, checked, set, text }) {
  return html`<label class="report-seen"><input type="checkbox" id=${id} checked=${checked}
    onChange=${(event) => set(event.target.checked)} /> <span>${t(text)}</span></label>`;
}

function Sure({ fields, set }) {
  const { asked, sure } = fields;
  return html`<div class="question" role="alert" data-asked=${asked.field}><p>${asked.words}</p>
    <${Tick} id="report-sure" checked=${sure} set=${(on) => set({ sure: on })} text=${`report.sure.${asked.field}`} />
      </div>`;
}

/** Whose report it is, to whom it is given, and that somebody looked at the card. */
function Fields({ report, fields, set, first, submit }) {
  const { patient, code, more, seen, asked } = fields;
  const whose = report.missing.includes("patient") || report.reasons.includes("name_mismatch");
  return html`${
    whose
      ? html`<${TextField} id="report-patient" label=${t("report.patient")} value=${patient}
        set=${(text) => set({ patient: text })} focus=${first === "patient"} maxlength="128" />`
      : null
  }
    <${RadioGroup} legend=${t("report.reason")} name="report-reason" value=${code} choose=${(one) => set({ code: one })}
      focus=${first === "code"} onEnter=${submit} options=${REASONS.map((one) => [one, t(`report.by.${one}`)])} />
    <${TextField} id="report-more" label=${t(code === "in_person" ? "reason.more" : `report.more.${code}`)}
      value=${more}
      set=${(text) => set({ more: text })} maxlength="120" />
    <${Tick} id="report-seen" checked=${seen} set=${(on) => set({ seen: on })} text="report.seen" />
    ${asked ? html`<${Sure} fields=${fields} set=${set} />` : null}`;
}

/** Without paper nothing can be filled in; the keys belong to the form all the same. */
function NoPaper() {
  const box = useRef();
  useLayoutEffect(() => {
    box.current.focus();
  }, []);
  return html`<p class="question" role="alert" tabindex="-1" ref=${box}>${t("report.no_paper")}</p>`;
}

/** The fields of the form, and handing over. */
function useHandOver(desk, report, onDone) {
  const [fields, setFields] = useState({
    patient: "",
    code: "in_person",
    more: "",
    seen: false,
    asked: null,
    sure: false,
  });
  const set = (more) => setFields((now) => ({ ...now, ...more }));
  useLayoutEffect(() => {
    if (fields.asked) document.getElementById("report-sure")?.focus();
  }, [fields.asked]);
  const submit = async () => {
    if (report.missing.includes("paper")) return;
    const lack = lacking(report, fields);
    if (lack) {
      desk.notify(t(lack.text), "danger");
      return document.getElementById(lack.field).focus();
    }
    const done = () => t("done.hand_over", { name: report.name || report.title });
    const body = bodyOf(fields, desk.hall);
    const answer = await desk.act(`hand_over:${report.id}`, `/api/v1/reports/${report.id}/hand-over`, body, { done });
    if (answer?.status < 400) return onDone();
    set({ asked: askedBy(answer?.body), sure: false });
  };
  return { fields, set, submit };
}

export function HandOver({ desk, report, onClose, onChanged, onDone }) {
  const { fields, set, submit } = useHandOver(desk, report, onDone);
  const needs = (what) => report.missing.includes(what);
  const critical = report.critical.length > 0 || needs("acknowledgement");
  const first = needs("acknowledgement") ? "by" : needs("patient") ? "patient" : "code";
  const why = (reason) => html`<li key=${reason} data-reason=${reason}>${reasonWords("why", reason)}</li>`;
  return html`<${TicketForm} desk=${desk} title=${t("form.hand_over")} name=${`hand_over:${report.id}`}
    word=${t("report.give")} submit=${submit} onClose=${onClose} sendable=${!needs("paper")}>
    <p class="ticket-head"><span class="ticket-name">${report.name || t("report.nobody")}</span></p>
    <${Facts} report=${report} zone=${desk.hall.timezone} />
    <ul class="report-reasons">${report.reasons.map(why)}</ul>
    ${
      critical
        ? html`<${Critical} desk=${desk} report=${report} onChanged=${onChanged} focus=${first === "by"} />`
        : null
    }
    ${
      needs("paper")
        ? html`<${NoPaper} />`
        : html`<${Fields} report=${report} fields=${fields} set=${set} first=${first} submit=${submit} />`
    }
  <//>`;
}

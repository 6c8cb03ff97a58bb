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
  return html`<dl class="facts">${facts.map(([name, value]) => html`<dt key=${name}>${t(name)}</dt><dd>${value}</dd>`)}</dl>`;
}

/** The critical values, and who answers for them or the line in which somebody says so. */
function Critical({ desk, report, onChanged, focus }) {
  const [by, setBy] = useState("");
  const open = report.missing.includes("acknowledgement");
  const name = `acknowledge_report:${report.id}`;
  const acknowledge = async () => {
    if (!by.trim()) return desk.notify(t("report.by_needed"), "danger");
    const answer = await desk.act(
      name,
      `/api/v1/reports/${report.id}/acknowledge`,
      { by: by.trim() },
      { done: () => t("done.acknowledge_report", { name: by.trim() }) },
    );
    if (answer?.status < 400) onChanged(answer.body.report);
  };
  const hear = (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      acknowledge();
    }
  };
  return html`<div class=${open ? "question report-critical" : "report-critical"} data-critical=${open ? "open" : "answered"}>
    <p><b>${t("report.critical")}</b> ${report.critical.join(" · ")}</p>
    ${
      open
        ? html`<div class="report-acknowledge" onKeyDown=${hear}><${TextField} id="report-by" label=${t("report.by")} value=${by} set=${setBy} focus=${focus} maxlength="100" />
          <${ActionButton} desk=${desk} name=${name} word=${t("report.acknowledge")} onClick=${acknowledge} /></div>`
        : html`<p class="good">${t("report.answered", { name: report.acknowledged_by ?? "", at: timeWords(report.acknowledged_at, desk.hall.timezone) })}</p>`
    }
  </div>`;
}

export function HandOver({ desk, report, onClose, onChanged, onDone }) {
  const { hall } = desk;
  const [patient, setPatient] = useState("");
  const [code, setCode] = useState("in_person");
  const [more, setMore] = useState("");
  const [seen, setSeen] = useState(false);
  const [asked, setAsked] = useState(null); // what the server asks before it prints: `confirm` or `again`
  const [sure, setSure] = useState(false);
  const needs = (what) => report.missing.includes(what);
  const critical = report.critical.length > 0 || needs("acknowledgement");
  const name = `hand_over:${report.id}`;
  const lacks = (field, words) => {
    desk.notify(words, "danger");
    document.getElementById(field).focus();
  };
  const submit = async () => {
    const typed = more.trim();
    if (needs("paper")) return;
    if (needs("acknowledgement")) return lacks("report-by", t("report.acknowledge_first"));
    if (needs("patient") && !patient.trim()) return lacks("report-patient", t("report.patient_needed"));
    if (code !== "in_person" && !typed) return lacks("report-more", t(`report.needed.${code}`));
    if (!seen) return lacks("report-seen", t("report.look_first"));
    const body = {
      hall: hall.hall,
      reason: code === "other" ? typed : [code, typed].filter(Boolean).join(": "),
      document_seen: true,
    };
    const number = patient.trim().toUpperCase();
    if (patient.trim()) body.patient = hall.tickets.find((ticket) => ticket.number === number)?.id ?? patient.trim();
    if (asked && sure) body[asked.field] = true;
    const answer = await desk.act(name, `/api/v1/reports/${report.id}/hand-over`, body, {
      done: () => t("done.hand_over", { name: report.name || report.title }),
    });
    if (answer?.status < 400) return onDone();
    const field = answer?.body?.code === "report_handed_over" ? "again" : answer?.body?.confirm ? "confirm" : "";
    setAsked(field ? { field, words: refusal(answer.body) } : null);
    setSure(false);
  };
  useLayoutEffect(() => {
    if (asked) document.getElementById("report-sure")?.focus();
  }, [asked]);
  const dead = useRef();
  useLayoutEffect(() => {
    dead.current?.focus();
  }, []); // keys belong to the form, also where nothing can be filled in
  const first = needs("acknowledgement") ? "by" : needs("patient") ? "patient" : "code";
  return html`<${TicketForm} desk=${desk} title=${t("form.hand_over")} name=${name} word=${t("report.give")} submit=${submit} onClose=${onClose} sendable=${!needs("paper")}>
    <p class="ticket-head"><span class="ticket-name">${report.name || t("report.nobody")}</span></p>
    <${Facts} report=${report} zone=${hall.timezone} />
    <ul class="report-reasons">${report.reasons.map((reason) => html`<li key=${reason} data-reason=${reason}>${reasonWords("why", reason)}</li>`)}</ul>
    ${critical ? html`<${Critical} desk=${desk} report=${report} onChanged=${onChanged} focus=${first === "by"} />` : null}
    ${
      needs("paper")
        ? html`<p class="question" role="alert" tabindex="-1" ref=${dead}>${t("report.no_paper")}</p>`
        : html`
      ${needs("patient") || report.reasons.includes("name_mismatch") ? html`<${TextField} id="report-patient" label=${t("report.patient")} value=${patient} set=${setPatient} focus=${first === "patient"} maxlength="128" />` : null}
      <${RadioGroup} legend=${t("report.reason")} name="report-reason" value=${code} choose=${setCode} focus=${first === "code"} onEnter=${submit} options=${REASONS.map((one) => [one, t(`report.by.${one}`)])} />
      <${TextField} id="report-more" label=${t(code === "in_person" ? "reason.more" : `report.more.${code}`)} value=${more} set=${setMore} maxlength="120" />
      <label class="report-seen"><input type="checkbox" id="report-seen" checked=${seen} onChange=${(event) => setSeen(event.target.checked)} /> <span>${t("report.seen")}</span></label>
      ${
        asked
          ? html`<div class="question" role="alert" data-asked=${asked.field}><p>${asked.words}</p>
        <label class="report-seen"><input type="checkbox" id="report-sure" checked=${sure} onChange=${(event) => setSure(event.target.checked)} /> <span>${t(`report.sure.${asked.field}`)}</span></label></div>`
          : null
      }`
    }
  <//>`;
}

// Owns the triage form: vitals in one line by keyboard, the suggestion while typing, the grade, what the server asks.

import { html } from "htm/preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useAdvice } from "/console/web/advice.js";
import { RadioGroup, TextField, TicketForm } from "/console/web/forms.js";
import { Grade } from "/console/web/parts.js";
import { named, t } from "/console/web/texts.js";
import { askedAfter, bodyOf, gradeOf, opened, VITALS, vitalsOf } from "/console/web/triage_state.js";

function VitalField({ name, value, set, wrong }) {
  return html`<label class="field" for=${`vital-${name}`}>
    <span title=${t(`vital.${name}.unit`)}>${t(`vital.${name}`)}</span>
    <input class="input" id=${`vital-${name}`} inputmode=${name === "consciousness" ? "text" : "decimal"} maxlength="6"
      autocomplete="off" value=${value} onInput=${(event) => set(event.target.value)}
      aria-invalid=${wrong ? "true" : undefined} /></label>`;
}

/** The boxes of the vital signs: space or slash leads on, backspace back, enter to the grades. */
function Vitals({ typed, set, wrong, onEnter }) {
  const box = useRef();
  useLayoutEffect(() => box.current.querySelector("input").focus(), []);
  const hear = (event) => {
    const boxes = [...box.current.querySelectorAll("input")];
    const place = boxes.indexOf(event.target);
    if (event.key === " " || event.key === "/") {
      event.preventDefault();
      (boxes[place + 1] ?? document.getElementById("complaint")).focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      onEnter();
    } else if (event.key === "Backspace" && !event.target.value && place > 0) {
      event.preventDefault();
      boxes[place - 1].focus();
    }
  };
  return html`<fieldset ref=${box} onKeyDown=${hear}><legend>${t("vitals.help")}</legend><div class="vitals">
    ${VITALS.map(
      (name) => html`<${VitalField} key=${name} name=${name} value=${typed[name] ?? ""}
        set=${(text) => set(name, text)} wrong=${wrong === `vitals.${name}`} />`,
    )}
  </div></fieldset>`;
}

const SHOWN_ELSEWHERE = new Set(["missing", "stale"]);

function Scores({ scores }) {
  const known = Object.entries(scores ?? {}).filter(([, score]) => score);
  return known.map(
    ([name, { total, missing }]) =>
      html`<span class="number" key=${name}>${name.toUpperCase()} ${total}${missing.length ? "+" : ""}</span>`,
  );
}

function Criteria({ criteria }) {
  if (!criteria.length) return html`<p>${t("suggestion.nothing")}</p>`;
  return html`<ul>${criteria.map((criterion, place) => html`<li key=${place}>${named(criterion.names)}</li>`)}</ul>`;
}

function Notes({ notes }) {
  const shown = notes.filter((note) => !SHOWN_ELSEWHERE.has(note.id));
  if (!shown.length) return null;
  return html`<p class="secondary">${shown.map(
    (note, place) => html`<span key=${place} data-note=${note.id}>${place ? " · " : ""}${named(note.names)}</span>`,
  )}</p>`;
}

function Suggestion({ suggestion, scale }) {
  if (!suggestion) return html`<p class="suggestion secondary">${t("suggestion.none")}</p>`;
  const level = scale.levels.find((one) => one.code === suggestion.grade);
  const missing = (suggestion.missing ?? []).map((name) => t(`vital.${name}`)).join(t("comma"));
  return html`<div class="suggestion" data-suggestion=${suggestion.grade} role="status">
    <p class="suggestion-title">${t("suggestion")} <${Grade} level=${level} />
      <${Scores} scores=${suggestion.scores} /></p>
    <${Criteria} criteria=${suggestion.criteria} />
    <${Notes} notes=${suggestion.notes} />
    ${missing ? html`<p class="secondary">${t("suggestion.missing", { vitals: missing })}</p>` : null}
    ${suggestion.stale?.length ? html`<p class="bad">${t("suggestion.stale")}</p>` : null}
  </div>`;
}

function CheckBox({ checked, change, children }) {
  return html`<label><input type="checkbox" checked=${checked}
    onChange=${(event) => change(event.target.checked)} />${children}</label>`;
}

/** What is ticked: oxygen, a known lung disease, pregnancy, and the findings heard in the complaint. */
function Checks({ state }) {
  const { desk, ticket, fields, set, vitals, advice } = state;
  const refuse = (id, taken) =>
    set({ refused: taken ? fields.refused.filter((one) => one !== id) : [...fields.refused, id] });
  const box = (name, text) =>
    html`<${CheckBox} checked=${fields[name]} change=${(on) => set({ [name]: on })}>${t(text)}<//>`;
  return html`<div class="checks">
    ${box("oxygen", "vital.oxygen")}
    ${"spo2" in vitals ? box("hypercapnic", "hypercapnic.known") : null}
    ${ticket.sex === "male" ? null : box("pregnant", "pregnant")}
    ${advice.heard.map(
      (id) => html`<${CheckBox} key=${id} checked=${!fields.refused.includes(id)} change=${(on) => refuse(id, on)}>
        ${named(desk.reference.findings[id])}<//>`,
    )}
  </div>`;
}

function QueueField({ state }) {
  const { desk, fields, set } = state;
  const { queues } = desk.hall;
  if (queues.length < 2) return null;
  return html`<label class="field" for="triage-queue"><span>${t("fact.queue")}</span>
    <select class="input" id="triage-queue" value=${fields.queue}
      onChange=${(event) => set({ queue: event.target.value, chosen: null })}>
      ${queues.map((one) => html`<option key=${one.id} value=${one.id}>${named(one.name)}</option>`)}</select></label>`;
}

/** What the patient complains of, and the queue: enter leads to the grades. */
function Complaint({ state }) {
  const { fields, set, toGrade } = state;
  const hear = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    toGrade();
  };
  return html`<div class="form-row complaint">
    <${TextField} id="complaint" label=${t("complaint")} value=${fields.complaint}
      set=${(complaint) => set({ complaint })}
      maxlength="200" placeholder=${t("complaint.hint")} onKeyDown=${hear} />
    <${QueueField} state=${state} /></div>`;
}

/** What the server asked for: why the grade differs, and who else answers for it. */
function Asked({ state }) {
  const { fields, set, asks } = state;
  const { reason, second } = fields;
  const change = (more) => set({ second: { ...second, ...more } });
  return html`${
    asks.reason
      ? html`<${TextField} id="triage-reason" label=${t("triage.reason")} value=${reason}
        set=${(text) => set({ reason: text })} focus=${!asks.second} maxlength="200" />`
      : null
  }${
    asks.second
      ? html`<div class="form-row">
      <${TextField} id="second-name" label=${t("second.username")} value=${second.username}
        set=${(username) => change({ username })} focus=${true} />
      <${TextField} id="second-password" label=${t("second.password")} type="password" value=${second.password}
        set=${(password) => change({ password })} /></div>`
      : null
  }`;
}

function gradedText({ ticket, suggestion }, scale) {
  const level = scale.levels.find((one) => one.code === ticket.grade);
  const grade = level ? `${level.symbol} ${level.code}` : ticket.grade;
  const done = t("done.triage", { number: ticket.number, grade });
  const why = suggestion?.criteria?.[0] ? ` (${named(suggestion.criteria[0].names)})` : "";
  return suggestion ? `${done} · ${t("suggestion")} ${suggestion.grade}${why}` : done;
}

/** The fields of the form and what follows from them: vitals, advice, grade. */
function useTriage(desk, ticket) {
  const [fields, setFields] = useState(opened(ticket));
  const [asks, setAsks] = useState({});
  const [atGrade, setAtGrade] = useState(0);
  const set = (more) => setFields((now) => ({ ...now, ...more }));
  const type = (name, text) => setFields((now) => ({ ...now, typed: { ...now.typed, [name]: text } }));
  const toGrade = () => setAtGrade((now) => now + 1);
  const vitals = vitalsOf(fields.typed, fields.oxygen, fields.hypercapnic);
  const scaleId = desk.hall.queues.find((one) => one.id === fields.queue).scale;
  const { complaint, refused, pregnant } = fields;
  const advice = useAdvice({ ticket: ticket.id, scale: scaleId, vitals, complaint, refused, pregnant });
  const scale = desk.reference.scales[scaleId];
  const grade = gradeOf(fields, advice.suggestion, scale, ticket);
  return { desk, ticket, fields, set, type, asks, setAsks, atGrade, toGrade, vitals, advice, scale, grade };
}

/** Send the triage; enter confirms no suggestion about other values than those that stand there. */
async function sendTriage(state, onDone) {
  const { desk, ticket, fields, asks, setAsks, vitals, advice, scale, grade } = state;
  if (!fields.chosen && !advice.current) return desk.notify(t("suggestion.wait"), "attention");
  if (!grade) return desk.notify(t("grade.needed"), "danger");
  const findings = advice.heard.filter((id) => !fields.refused.includes(id));
  const body = bodyOf(fields, { grade, vitals, findings, ticket, at: desk.now(), askedSecond: asks.second });
  const answer = await desk.act(`triage:${ticket.id}`, `/api/v1/tickets/${ticket.id}/triage`, body, {
    done: (graded) => gradedText(graded, scale),
    ticket: ticket.id,
  });
  if (!answer) return;
  if (answer.status < 400) onDone(ticket.id);
  else setAsks((now) => askedAfter(now, answer.body.code));
}

export function Triage({ desk, ticket, onClose, onDone }) {
  const state = useTriage(desk, ticket);
  const { fields, set, advice, scale, grade, toGrade } = state;
  const submit = () => sendTriage(state, onDone);
  const levels = scale.levels.map((level) => [level.code, html`<${Grade} level=${level} />`]);
  return html`<${TicketForm} desk=${desk} ticket=${ticket} title=${t("form.triage")} name=${`triage:${ticket.id}`}
    word=${t("triage.confirm")} terse submit=${submit} onClose=${onClose}>
    <${Vitals} typed=${fields.typed} wrong=${advice.wrong} set=${state.type} onEnter=${toGrade} />
    ${advice.refusal ? html`<p class="field-error" role="alert">${advice.refusal}</p>` : null}
    ${advice.questions.map(
      (question) => html`<p class="question" key=${question.vital} role="status">${named(question.names)}</p>`,
    )}
    <${Checks} state=${state} />
    <${Complaint} state=${state} />
    <${Asked} state=${state} />
    <${Suggestion} suggestion=${advice.suggestion} scale=${scale} />
    <${RadioGroup} legend=${t("grade")} name="grade" value=${grade} choose=${(chosen) => set({ chosen })}
      onEnter=${submit} focus=${state.atGrade} options=${levels} />
  <//>`;
}

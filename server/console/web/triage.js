// Owns the triage form: vitals in one line by keyboard, the suggestion while typing, the grade, what the server asks.

import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { post } from "/console/web/api.js";
import { UNREACHABLE } from "/console/web/command.js";
import { refusal } from "/console/web/desk.js";
import { RadioGroup, TextField, TicketForm } from "/console/web/forms.js";
import { Grade } from "/console/web/parts.js";
import { has, named, t } from "/console/web/texts.js";

const VITALS = [
  "respiration",
  "spo2",
  "systolic",
  "diastolic",
  "pulse",
  "temperature",
  "consciousness",
  "pain",
  "glucose",
  "gcs",
  "potassium",
]; // in the order fingers know: a new one goes last
const THINKING = 150;
const AGAIN = 2000; // after a question that did not get through

/** What the boxes hold as the server wants it; a text that is no number stays a text: the server says what is wrong. */
export function vitalsOf(typed, oxygen, hypercapnic) {
  const vitals = {};
  for (const name of VITALS) {
    const text = (typed[name] ?? "").normalize("NFKC").trim(); // an input method writes 36.5 in wide letters
    if (!text) continue;
    vitals[name] = name === "consciousness" ? text.toUpperCase() : Number.isFinite(Number(text)) ? Number(text) : text;
  }
  if (oxygen) vitals.oxygen = true;
  if (hypercapnic && "spo2" in vitals) vitals.hypercapnic = true;
  return vitals;
}

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
      (
        name,
      ) => html`<label class="field" key=${name} for=${`vital-${name}`}><span title=${t(`vital.${name}.unit`)}>${t(`vital.${name}`)}</span>
      <input class="input" id=${`vital-${name}`} inputmode=${name === "consciousness" ? "text" : "decimal"} maxlength="6" autocomplete="off"
        value=${typed[name] ?? ""} onInput=${(event) => set(name, event.target.value)} aria-invalid=${wrong === `vitals.${name}` ? "true" : undefined} /></label>`,
    )}
  </div></fieldset>`;
}

function Suggestion({ suggestion, scale }) {
  if (!suggestion) return html`<p class="suggestion secondary">${t("suggestion.none")}</p>`;
  const level = scale.levels.find((one) => one.code === suggestion.grade);
  const notes = suggestion.notes.filter((note) => !SAID_ELSEWHERE.has(note.id));
  const scores = Object.entries(suggestion.scores ?? {}).filter(([, score]) => score);
  return html`<div class="suggestion" data-suggestion=${suggestion.grade} role="status">
    <p class="suggestion-title">${t("suggestion")} <${Grade} level=${level} />
      ${scores.map(([name, score]) => html`<span class="number" key=${name}>${name.toUpperCase()} ${score.total}${score.missing.length ? "+" : ""}</span>`)}</p>
    ${suggestion.criteria.length ? html`<ul>${suggestion.criteria.map((criterion, place) => html`<li key=${place}>${named(criterion.names)}</li>`)}</ul>` : html`<p>${t("suggestion.nothing")}</p>`}
    ${notes.length ? html`<p class="secondary">${notes.map((note, place) => html`<span key=${place} data-note=${note.id}>${place ? " · " : ""}${named(note.names)}</span>`)}</p>` : null}
    ${suggestion.missing?.length ? html`<p class="secondary">${t("suggestion.missing", { vitals: suggestion.missing.map((name) => t(`vital.${name}`)).join(t("comma")) })}</p>` : null}
    ${suggestion.stale?.length ? html`<p class="bad">${t("suggestion.stale")}</p>` : null}
  </div>`;
}

const SAID_ELSEWHERE = new Set(["missing", "stale"]);
const NOTHING = { suggestion: null, heard: [], questions: [], wrong: null, refusal: "" };

/** The suggestion for what the form holds; a finding heard in the complaint and taken out by the nurse stays out. */
async function advise({ complaint, refused, ...body }) {
  const asked = await post("/api/v1/triage-suggestions", { ...body, complaint: complaint || undefined });
  const heard = asked.body.findings ?? [];
  if (asked.status !== 200 || !heard.some((id) => refused.includes(id))) return { ...asked, heard };
  const kept = await post("/api/v1/triage-suggestions", {
    ...body,
    findings: heard.filter((id) => !refused.includes(id)),
  });
  return { ...kept, heard };
}

/** Why a value is refused, beginning with which one: English sentences of the server leave that out. */
function aboutField(problem) {
  const text = refusal(problem);
  const name = problem.field?.replace("vitals.", "vital.");
  const field = has(name) ? t(name) : "";
  return text.includes(field) ? text : `${field}: ${text}`;
}

/** Ask a moment after the last change, until there is an answer; a later question makes an earlier answer void. `about` is what it is about. */
function useAdvice(body) {
  const [advice, setAdvice] = useState(NOTHING);
  const asked = JSON.stringify(body);
  useEffect(() => {
    let here = true;
    let timer = setTimeout(ask, THINKING);
    async function ask() {
      if (!Object.keys(body.vitals).length && !body.complaint.trim()) return setAdvice({ ...NOTHING, about: asked });
      try {
        const answer = await advise(body);
        if (!here) return;
        if (answer.status === 200) setAdvice({ ...NOTHING, ...answer.body, heard: answer.heard, about: asked });
        else setAdvice({ ...NOTHING, wrong: answer.body.field ?? "", refusal: aboutField(answer.body), about: asked });
      } catch (error) {
        if (error.code !== UNREACHABLE) throw error;
        if (!here) return;
        setAdvice((now) => ({ ...NOTHING, heard: now.heard })); // what stands there is about other values
        timer = setTimeout(ask, AGAIN);
      }
    }
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [asked]);
  return { ...advice, current: advice.about === asked };
}

export function Triage({ desk, ticket, onClose, onDone }) {
  const { hall, reference } = desk;
  const [typed, setTyped] = useState({});
  const [complaint, setComplaint] = useState("");
  const [refused, setRefused] = useState([]);
  const [oxygen, setOxygen] = useState(false);
  const [hypercapnic, setHypercapnic] = useState(false);
  const [pregnant, setPregnant] = useState(false);
  const [queue, setQueue] = useState(ticket.queue);
  const [chosen, setChosen] = useState(null);
  const [asks, setAsks] = useState({});
  const [reason, setReason] = useState("");
  const [second, setSecond] = useState({ username: "", password: "" });
  const [atGrade, setAtGrade] = useState(0);
  const vitals = vitalsOf(typed, oxygen, hypercapnic);
  const scaleId = hall.queues.find((one) => one.id === queue).scale;
  const advice = useAdvice({ ticket: ticket.id, scale: scaleId, vitals, complaint, refused, pregnant });
  const scale = reference.scales[scaleId];
  const findings = advice.heard.filter((id) => !refused.includes(id));
  const toggle = (id) => setRefused((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id]));
  const suggested = advice.suggestion?.grade ?? null;
  const grade =
    chosen ?? suggested ?? (scale.levels.some((level) => level.code === ticket.grade) ? ticket.grade : null);
  const submit = async () => {
    if (!chosen && !advice.current) return desk.notify(t("suggestion.wait"), "attention"); // Enter confirms no suggestion about other values
    if (!grade) return desk.notify(t("grade.needed"), "danger");
    const body = { grade };
    if (Object.keys(vitals).length) body.vitals = { ...vitals, measured_at: new Date(desk.now()).toISOString() };
    if (findings.length) body.findings = findings;
    if (queue !== ticket.queue) body.queue = queue;
    if (pregnant) body.pregnant = true;
    if (reason.trim()) body.reason = reason.trim();
    if (asks.second) body.second = second;
    const answer = await desk.act(`triage:${ticket.id}`, `/api/v1/tickets/${ticket.id}/triage`, body, {
      done: (body) => gradedWords(body, scale),
      ticket: ticket.id,
    });
    if (!answer) return;
    if (answer.status < 400) return onDone(ticket.id);
    const { code } = answer.body;
    if (code === "reason_needed") setAsks((now) => ({ ...now, reason: true }));
    if (code === "second_needed" || (code === "wrong_credentials" && asks.second))
      setAsks({ reason: true, second: true });
  };
  return html`<${TicketForm} desk=${desk} ticket=${ticket} title=${t("form.triage")} name=${`triage:${ticket.id}`} word=${t("triage.confirm")} terse submit=${submit} onClose=${onClose}>
    <${Vitals} typed=${typed} wrong=${advice.wrong} set=${(name, value) => setTyped((now) => ({ ...now, [name]: value }))} onEnter=${() => setAtGrade((now) => now + 1)} />
    ${advice.refusal ? html`<p class="field-error" role="alert">${advice.refusal}</p>` : null}
    ${advice.questions.map((question) => html`<p class="question" key=${question.vital} role="status">${named(question.names)}</p>`)}
    <div class="checks">
      <label><input type="checkbox" checked=${oxygen} onChange=${(event) => setOxygen(event.target.checked)} />${t("vital.oxygen")}</label>
      ${"spo2" in vitals ? html`<label><input type="checkbox" checked=${hypercapnic} onChange=${(event) => setHypercapnic(event.target.checked)} />${t("hypercapnic.known")}</label>` : null}
      ${ticket.sex === "male" ? null : html`<label><input type="checkbox" checked=${pregnant} onChange=${(event) => setPregnant(event.target.checked)} />${t("pregnant")}</label>`}
      ${advice.heard.map((id) => html`<label key=${id}><input type="checkbox" checked=${!refused.includes(id)} onChange=${() => toggle(id)} />${named(reference.findings[id])}</label>`)}
    </div>
    <div class="form-row complaint"><${TextField} id="complaint" label=${t("complaint")} value=${complaint} set=${setComplaint} maxlength="200" placeholder=${t("complaint.hint")}
      onKeyDown=${(event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          event.stopPropagation();
          setAtGrade((now) => now + 1);
        }
      }} />
    ${
      hall.queues.length > 1
        ? html`<label class="field" for="triage-queue"><span>${t("fact.queue")}</span>
      <select class="input" id="triage-queue" value=${queue} onChange=${(event) => {
        setQueue(event.target.value);
        setChosen(null);
      }}>
        ${hall.queues.map((one) => html`<option key=${one.id} value=${one.id}>${named(one.name)}</option>`)}</select></label>`
        : null
    }</div>
    ${asks.reason ? html`<${TextField} id="triage-reason" label=${t("triage.reason")} value=${reason} set=${setReason} focus=${!asks.second} maxlength="200" />` : null}
    ${
      asks.second
        ? html`<div class="form-row">
      <${TextField} id="second-name" label=${t("second.username")} value=${second.username} set=${(username) => setSecond({ ...second, username })} focus=${true} />
      <${TextField} id="second-password" label=${t("second.password")} type="password" value=${second.password} set=${(password) => setSecond({ ...second, password })} /></div>`
        : null
    }
    <${Suggestion} suggestion=${advice.suggestion} scale=${scale} />
    <${RadioGroup} legend=${t("grade")} name="grade" value=${grade} choose=${setChosen} onEnter=${submit} focus=${atGrade}
      options=${scale.levels.map((level) => [level.code, html`<${Grade} level=${level} />`])} />
  <//>`;
}

function gradedWords({ ticket, suggestion }, scale) {
  const level = scale.levels.find((one) => one.code === ticket.grade);
  const said = t("done.triage", {
    number: ticket.number,
    grade: level ? `${level.symbol} ${level.code}` : ticket.grade,
  });
  const why = suggestion?.criteria?.[0] ? named(suggestion.criteria[0].names) : "";
  return suggestion ? `${said} · ${t("suggestion")} ${suggestion.grade}${why ? ` (${why})` : ""}` : said;
}

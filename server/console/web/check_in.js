// Owns checking a patient in at the desk: who, where, priority with evidence, red flags. Knows no list.

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { bodyOf, isForNow, isKnown, opened, toggled } from "/console/web/check_in_state.js";
import { clock } from "/console/web/clock.js";
import { refusal } from "/console/web/desk.js";
import { DOCUMENTS } from "/console/web/desk_code.js";
import { RadioGroup, TextField, TicketForm } from "/console/web/forms.js";
import { has, named, t } from "/console/web/texts.js";
import { whoIs } from "/console/web/who.js";

/** What the foot says after a check-in; one with a red flag raised an alarm instead. */
function doneText({ ticket, print_job: paper }) {
  if (!ticket) return t("alarm.raised");
  return t(paper ? "done.check_in_paper" : "done.check_in", { number: ticket.number });
}

/** The fields, what the server asked, and sending. `page` holds what the form was opened with. */
function useCheckIn(page) {
  const { desk, form, visit, alert, onDone } = page;
  const { hall } = desk;
  const [fields, setFields] = useState(opened(hall, alert));
  const [choices, setChoices] = useState(null);
  const [alarm, setAlarm] = useState(null);
  const sameAs = useRef(null); // the answer to the question who this is holds for the questions after it
  const here = useRef(true);
  useEffect(
    () => () => {
      here.current = false;
    },
    [],
  );
  const set = (more) => setFields((now) => ({ ...now, ...more }));
  const answered = (answer) => {
    const asks = answer.body.code === "choose";
    const label = visit?.display_name ?? fields.person.name;
    if (asks && !here.current) return desk.notify(t("labelled", { label, words: refusal(answer.body) }), "danger");
    if (asks) return setChoices(answer.body.choices ?? {});
    if (answer.status === 202) return setAlarm(answer.body);
    if (answer.status < 400) onDone(answer.body.ticket.id);
  };
  const submit = async (more) => {
    if (!isKnown(page) && !fields.person.name.trim()) return desk.notify(t("name.needed"), "danger");
    const body = bodyOf(fields, { hall, visit, alert, sameAs: sameAs.current }, more);
    const options = { quiet: ["choose"], done: doneText };
    const answer = await desk.act(`check_in:${form}`, "/api/v1/check-ins", body, options);
    if (answer) answered(answer);
  };
  return { ...page, fields, set, choices, setChoices, alarm, sameAs, submit };
}

function PersonField({ state, name, ...more }) {
  const { fields, set, sameAs } = state;
  const change = (text) => {
    sameAs.current = null;
    set({ person: { ...fields.person, [name]: text } });
  };
  return html`<${TextField} id=${`person-${name}`} label=${t(`person.${name}`)} value=${fields.person[name]}
    set=${change} ...${more} />`;
}

function DocumentField({ state }) {
  const { fields, set, sameAs } = state;
  const change = (event) => {
    sameAs.current = null;
    set({ person: { ...fields.person, document_type: event.target.value } });
  };
  return html`<label class="field" for="person-document_type"><span>${t("person.document_type")}</span>
    <select class="input" id="person-document_type" value=${fields.person.document_type} onChange=${change}>
      ${DOCUMENTS.map((one) => html`<option key=${one} value=${one}>${t(`document.${one}`)}</option>`)}
    </select></label>`;
}

/** Who the patient is: known already, or to be typed. */
function Person({ state }) {
  const { visit, alert } = state;
  if (isKnown(state)) {
    const name = visit?.display_name ?? alert.name;
    return html`<p class="suggestion">${t("check_in.recognised", { name })}</p>`;
  }
  return html`<${PersonField} state=${state} name="name" focus=${true} maxlength="100" required />
    <div class="form-row"><${DocumentField} state=${state} />
      <${PersonField} state=${state} name="identity_number" maxlength="32" /></div>
    <div class="form-row"><${PersonField} state=${state} name="phone" maxlength="20" inputmode="tel" />
      <${PersonField} state=${state} name="birth_date" inputmode="numeric" maxlength="10" placeholder="1940-05-01" />
        </div>`;
}

/** What the server asks before it checks in: which appointment, which person, which queue. */
function Choices({ state }) {
  const { desk, choices, set, setChoices, sameAs, submit } = state;
  const { hall } = desk;
  const queueName = (id) => named(hall.queues.find((queue) => queue.id === id)?.name);
  const isThis = (id) => {
    sameAs.current = id;
    setChoices(null);
    submit();
  };
  const toQueue = (queue) => {
    set({ queue });
    submit({ queue });
  };
  const button = (key, words, onClick, person) => html`<button type="button" class="button" key=${key}
    data-person=${person} onClick=${onClick}>${words}</button>`;
  const { appointments = [], people, queues = [] } = choices;
  const slot = (one) => `${queueName(one.queue)} ${clock(one.slot_start, hall)}`;
  return html`<div class="question" role="alert"><p>${t(people ? "choose.people" : "choose")}</p><div
    class="row-buttons">
    ${appointments.filter(isForNow).map((one) => button(one.id, slot(one), () => submit({ appointment: one.id })))}
    ${(people ?? []).map((one) => button(one.id, whoIs(one), () => isThis(one.id), one.id))}
    ${people ? button("new", t("choose.new_person"), () => isThis("new"), "new") : null}
    ${queues.map((one) => button(one.id, queueName(one.id), () => toQueue(one.id)))}
  </div></div>`;
}

function CheckBox({ list, set, id, children }) {
  const change = (event) => set(toggled(list, id, event.target.checked));
  return html`<label><input type="checkbox" checked=${list.includes(id)} onChange=${change} />${children}</label>`;
}

/** Policy priority, with the evidence that was shown. */
function Priority({ state }) {
  const { desk, fields, set } = state;
  const known = desk.reference.queues[fields.queue ?? desk.hall.queues[0]?.id]?.policy_tags ?? [];
  return html`<fieldset><legend>${t("priority.some")}</legend><div class="checks">
      ${known.map(
        (tag) => html`<${CheckBox} key=${tag} list=${fields.tags} set=${(tags) => set({ tags })} id=${tag}>
          <span class="tag">${tag}</span>${has(`tag.${tag}`) ? t(`tag.${tag}`) : ""}<//>`,
      )}
    </div></fieldset>
    ${
      fields.tags.length
        ? html`<${TextField} id="check-in-evidence" label=${t("evidence")} value=${fields.evidence}
      set=${(evidence) => set({ evidence })} focus=${true} maxlength="200" placeholder=${t("evidence.hint")} />`
        : null
    }`;
}

/** Signs of danger, and the reason for checking in all the same after an alarm. */
function Flags({ state }) {
  const { desk, fields, set, alarm } = state;
  const flags = desk.reference.flags.filter((flag) => flag.id !== "red_flag");
  const count = fields.flags.length ? html`<b class="bad">${fields.flags.length}</b>` : null;
  return html`<details open=${Boolean(alarm)}><summary>${t("flags")} ${count}</summary><div class="checks">
      ${flags.map(
        (
          flag,
        ) => html`<${CheckBox} key=${flag.id} list=${fields.flags} set=${(ids) => set({ flags: ids })} id=${flag.id}>
          ${named(flag.names)}<//>`,
      )}
    </div></details>
    ${
      alarm
        ? html`<p class="question" role="alert">${t("alarm.raised")} ${named(alarm.text)}</p>
      <${TextField} id="override" label=${t("override")} value=${fields.override}
        set=${(override) => set({ override })} focus=${true} maxlength="200" />`
        : null
    }`;
}

function CodeButton({ visit, giveCode }) {
  return html`<div class="row-buttons"><button type="button" class="button button-quiet" data-act="visit_code"
    onClick=${() => giveCode(visit)}>${t("action.desk_code")}</button></div>`;
}

/**
 * `form` is this form's number: the next person's may be filled in while this one's command is on its way.
 * `alert` is the call of a patient who turned out not urgent: checking in ends it.
 */
export function CheckIn({ desk, form, visit, alert, giveCode, onClose, onDone }) {
  const state = useCheckIn({ desk, form, visit, alert, onDone });
  const { fields, set, choices, submit } = state;
  const queues = desk.hall.queues.map((one) => [one.id, named(one.name)]);
  return html`<${TicketForm} desk=${desk} title=${t("form.check_in")} name=${`check_in:${form}`}
    word=${t("action.check_in")} submit=${() => submit()} onClose=${onClose}>
    <${Person} state=${state} />
    ${visit ? html`<${CodeButton} visit=${visit} giveCode=${giveCode} />` : null}
    <${RadioGroup} legend=${t("fact.queue")} name="queue" value=${fields.queue} choose=${(queue) => set({ queue })}
      focus=${isKnown(state)} onEnter=${() => submit()} options=${queues} />
    ${choices ? html`<${Choices} state=${state} />` : null}
    <${Priority} state=${state} />
    <${Flags} state=${state} />
  <//>`;
}

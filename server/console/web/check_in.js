// Owns checking a patient in at the desk: who, where, priority with evidence, red flags. Knows no list.

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { refusal } from "/console/web/desk.js";
import { DOCUMENTS } from "/console/web/desk_code.js";
import { RadioGroup, TextField, TicketForm } from "/console/web/forms.js";
import { has, named, t } from "/console/web/texts.js";
import { whoIs } from "/console/web/who.js";

const RESIDENT = "resident";

/** What was filled in; a birth date may be typed as eight digits, and a document's kind stands beside its number only. */
function given(fields) {
  const birth = fields.birth_date.trim().replace(/^(\d{4})\D?(\d{2})\D?(\d{2})$/, "$1-$2-$3");
  const typed = Object.entries({ ...fields, birth_date: birth }).map(([name, text]) => [name, text.trim()]);
  return Object.fromEntries(
    typed.filter(([name, text]) => text && (name !== "document_type" || fields.identity_number.trim())),
  );
}

const forNow = (one) => one.here !== false && (one.when ?? "now") === "now";

/**
 * `form` is this form's number: the next person's may be filled in while this one's command is on its way.
 * `alert` is the call of a patient who turned out not urgent: checking in ends it.
 */
export function CheckIn({ desk, form, visit, alert, giveCode, onClose, onDone }) {
  const { hall, reference } = desk;
  const [person, setPerson] = useState({
    name: "",
    document_type: RESIDENT,
    identity_number: "",
    phone: "",
    birth_date: "",
  });
  const [queue, setQueue] = useState(alert?.queue ?? (hall.queues.length === 1 ? hall.queues[0].id : null));
  const [tags, setTags] = useState([]);
  const [evidence, setEvidence] = useState("");
  const [flags, setFlags] = useState([]);
  const [choices, setChoices] = useState(null);
  const [alarm, setAlarm] = useState(null);
  const [override, setOverride] = useState("");
  const sameAs = useRef(null); // the answer to the question who this is holds for the questions after it
  const here = useRef(true);
  useEffect(
    () => () => {
      here.current = false;
    },
    [],
  );
  const command = `check_in:${form}`;
  const field = (name) => ({
    id: `person-${name}`,
    label: t(`person.${name}`),
    value: person[name],
    set: (text) => {
      sameAs.current = null;
      setPerson({ ...person, [name]: text });
    },
  });
  const kind = field("document_type");
  const toggle = (list, set, id) => (event) =>
    set(event.target.checked ? [...list, id] : list.filter((one) => one !== id));
  const isThis = (id) => {
    sameAs.current = id;
    setChoices(null);
    submit();
  };
  const submit = async (more = {}) => {
    const body = { hall: hall.hall, flags, ...more };
    if (alert) body.alert = alert.id;
    if (visit?.visit_token) body.visit_token = visit.visit_token;
    else if (alert?.name)
      body.patient = undefined; // the alert knows the patient
    else if (!person.name.trim()) return desk.notify(t("name.needed"), "danger");
    else Object.assign(body, { patient: given(person), same_as: sameAs.current ?? undefined });
    if (queue && !body.appointment) body.queue = queue;
    if (tags.length) Object.assign(body, { tags, evidence: evidence.trim() || undefined });
    if (override.trim()) body.override_reason = override.trim();
    const answer = await desk.act(command, "/api/v1/check-ins", body, {
      quiet: ["choose"],
      done: (body) =>
        body.ticket
          ? t(body.print_job ? "done.check_in_paper" : "done.check_in", { number: body.ticket.number })
          : t("alarm.raised"),
    });
    if (!answer) return;
    if (answer.body.code === "choose" && !here.current)
      return desk.notify(
        t("labelled", { label: visit?.display_name ?? person.name, words: refusal(answer.body) }),
        "danger",
      );
    if (answer.body.code === "choose") return setChoices(answer.body.choices ?? {});
    if (answer.status === 202) return setAlarm(answer.body);
    if (answer.status < 400) onDone(answer.body.ticket.id);
  };
  const rules = reference.queues[queue ?? hall.queues[0]?.id];
  return html`<${TicketForm} desk=${desk} title=${t("form.check_in")} name=${command} word=${t("deed.check_in")} submit=${() => submit()} onClose=${onClose}>
    ${
      visit || alert?.name
        ? html`<p class="suggestion">${t("check_in.recognised", { name: visit?.display_name ?? alert.name })}</p>`
        : html`
      <${TextField} ...${field("name")} focus=${true} maxlength="100" required />
      <div class="form-row">
        <label class="field" for="person-document_type"><span>${t("person.document_type")}</span>
          <select class="input" id="person-document_type" value=${person.document_type} onChange=${(event) => kind.set(event.target.value)}>
            ${DOCUMENTS.map((one) => html`<option key=${one} value=${one}>${t(`document.${one}`)}</option>`)}
          </select></label>
        <${TextField} ...${field("identity_number")} maxlength="32" />
      </div>
      <div class="form-row"><${TextField} ...${field("phone")} maxlength="20" inputmode="tel" /><${TextField} ...${field("birth_date")} inputmode="numeric" maxlength="10" placeholder="1940-05-01" /></div>`
    }
    ${visit ? html`<div class="row-buttons"><button type="button" class="button button-quiet" data-act="visit_code" onClick=${() => giveCode(visit)}>${t("deed.desk_code")}</button></div>` : null}
    <${RadioGroup} legend=${t("fact.queue")} name="queue" value=${queue} choose=${setQueue} focus=${Boolean(visit || alert?.name)} onEnter=${() => submit()} options=${hall.queues.map((one) => [one.id, named(one.name)])} />
    ${
      choices
        ? html`<div class="question" role="alert"><p>${t(choices.people ? "choose.people" : "choose")}</p><div class="row-buttons">
      ${(choices.appointments ?? []).filter(forNow).map((one) => html`<button type="button" class="button" key=${one.id} onClick=${() => submit({ appointment: one.id })}>${named(hall.queues.find((other) => other.id === one.queue)?.name)} ${one.slot_start ? new Date(one.slot_start).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: hall.timezone }) : ""}</button>`)}
      ${(choices.people ?? []).map((one) => html`<button type="button" class="button" key=${one.id} data-person=${one.id} onClick=${() => isThis(one.id)}>${whoIs(one)}</button>`)}
      ${choices.people ? html`<button type="button" class="button" data-person="new" onClick=${() => isThis("new")}>${t("choose.new_person")}</button>` : null}
      ${(choices.queues ?? []).map(
        (one) =>
          html`<button type="button" class="button" key=${one.id} onClick=${() => {
            setQueue(one.id);
            submit({ queue: one.id });
          }}>${named(hall.queues.find((other) => other.id === one.id)?.name)}</button>`,
      )}
    </div></div>`
        : null
    }
    <fieldset><legend>${t("priority.some")}</legend><div class="checks">
      ${(rules?.policy_tags ?? []).map((tag) => html`<label key=${tag}><input type="checkbox" checked=${tags.includes(tag)} onChange=${toggle(tags, setTags, tag)} /><span class="tag">${tag}</span>${has(`tag.${tag}`) ? t(`tag.${tag}`) : ""}</label>`)}
    </div></fieldset>
    ${tags.length ? html`<${TextField} id="check-in-evidence" label=${t("evidence")} value=${evidence} set=${setEvidence} focus=${true} maxlength="200" placeholder=${t("evidence.hint")} />` : null}
    <details open=${Boolean(alarm)}><summary>${t("flags")} ${flags.length ? html`<b class="bad">${flags.length}</b>` : null}</summary><div class="checks">
      ${reference.flags.filter((flag) => flag.id !== "red_flag").map((flag) => html`<label key=${flag.id}><input type="checkbox" checked=${flags.includes(flag.id)} onChange=${toggle(flags, setFlags, flag.id)} />${named(flag.names)}</label>`)}
    </div></details>
    ${
      alarm
        ? html`<p class="question" role="alert">${t("alarm.raised")} ${named(alarm.text)}</p>
      <${TextField} id="override" label=${t("override")} value=${override} set=${setOverride} focus=${true} maxlength="200" />`
        : null
    }
  <//>`;
}

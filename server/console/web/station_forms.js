// Owns the small forms of the doctor's station. Knows no list.

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { holdReason, RadioGroup, TextField, TicketForm } from "/console/web/forms.js";
import { t } from "/console/web/texts.js";
import { sendForm } from "/console/web/ticket_commands.js";

export function Examination({ desk, ticket, onClose, onDone }) {
  const [which, setWhich] = useState("");
  const submit = () => {
    const reason = holdReason("examination", which);
    return sendForm(desk, ticket, "hold", { reason }, onDone, "done.examination");
  };
  return html`<${TicketForm} desk=${desk} ticket=${ticket} title=${t("form.examination")} name=${`hold:${ticket.id}`}
    word=${t("action.examination")} submit=${submit} onClose=${onClose}>
    <${TextField} id="which" label=${t("hold.which")} value=${which} set=${setWhich} focus=${true} maxlength="120"
      placeholder="CT" /><//>`;
}

const LENGTHS = ["5", "10", "15", "30", "60"]; // minutes
const LONGEST = 720;

export function Pause({ desk, station, onClose, onDone }) {
  const [minutes, setMinutes] = useState("15");
  const [reason, setReason] = useState("");
  const submit = async () => {
    const length = Number(minutes);
    if (!Number.isInteger(length) || length < 1 || length > LONGEST) return desk.notify(t("pause.wrong"), "danger");
    const body = { minutes: length, reason: reason.trim() || undefined };
    const done = () => t("done.pause");
    const answer = await desk.act("pause", `/api/v1/stations/${station.id}/pause`, body, { done });
    if (answer?.status < 400) onDone();
  };
  return html`<${TicketForm} desk=${desk} title=${t("form.pause")} name="pause" word=${t("action.pause")} submit=${submit}
    onClose=${onClose}>
    <${RadioGroup} legend=${t("pause.minutes")} name="minutes" value=${minutes} choose=${setMinutes} focus=${true}
      onEnter=${submit} options=${LENGTHS.map((one) => [one, t("minutes", { minutes: one })])} />
    <${TextField} id="pause-reason" label=${t("reason")} value=${reason} set=${setReason} maxlength="200" /><//>`;
}

/** Passing before the rule allows it: with a reason, which the trail keeps. */
export function PassAnyway({ desk, ticket, why, onClose, onDone }) {
  const [reason, setReason] = useState("");
  const submit = () => {
    if (!reason.trim()) return desk.notify(t("reason.needed"), "danger");
    return sendForm(desk, ticket, "pass", { reason: reason.trim() }, onDone);
  };
  return html`<${TicketForm} desk=${desk} ticket=${ticket} title=${t("form.pass")} name=${`pass:${ticket.id}`}
    word=${t("pass.anyway")} submit=${submit} onClose=${onClose}>
    <p class="question">${why}</p>
    <${TextField} id="pass-reason" label=${t("pass.reason")} value=${reason} set=${setReason} focus=${true}
      maxlength="200" /><//>`;
}

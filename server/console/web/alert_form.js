// Owns what the desk does about one alert: who goes, how it ended. Knows no list.

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { complaint, goes, whereOf } from "/console/web/alerts.js";
import { clock } from "/console/web/clock.js";
import { RadioGroup, TextField, TicketForm } from "/console/web/forms.js";
import { ActionButton } from "/console/web/parts.js";
import { personOf } from "/console/web/person.js";
import { has, named, t } from "/console/web/texts.js";

function Facts({ desk, alert }) {
  const { hall, reference } = desk;
  const facts = [
    ["fact.person", personOf(alert, desk.now())],
    ["fact.queue", named(hall.queues.find((queue) => queue.id === alert.queue)?.name)],
    ["fact.number", hall.tickets.find((ticket) => ticket.id === alert.ticket)?.number],
    ["fact.complaint", complaint(alert, reference)],
    ["fact.why", alert.text ? (has(`alert_text.${alert.text}`) ? t(`alert_text.${alert.text}`) : alert.text) : ""],
    ["fact.where", whereOf(alert, hall)],
    [
      "fact.raised",
      `${clock(alert.raised_at, hall)}${alert.count > 1 ? ` · ${t("alert.times", { count: alert.count })}` : ""}`,
    ],
    ["fact.goes", alert.acknowledged_at ? `${goes(alert)} · ${clock(alert.acknowledged_at, hall)}` : ""],
  ].filter(([, value]) => value);
  return html`<dl class="facts">${facts.map(
    ([name, value]) => html`<dt key=${name}>${t(name)}</dt>
    <dd>${value}</dd>`,
  )}</dl>`;
}

/** One alert: `id` is its id, `form` this form's number; `checkIn` opens the check-in of who was not urgent. */
export function AlertForm({ desk, form, alert: id, onClose, onDone, checkIn }) {
  const alert = desk.hall.alerts.find((one) => one.id === id);
  const [outcome, setOutcome] = useState(null);
  const [going, setGoing] = useState("");
  const command = `close_alert:${form}`;
  if (!alert)
    return html`<p class="question" role="alert" data-gone>${t("alert.over")}</p><button type="button"
      class="button button-quiet" onClick=${onClose}>${t("close")}<kbd aria-hidden="true">Esc</kbd></button>`;
  const outcomes = desk.reference.outcomes[alert.kind] ?? ["noted"];
  const chosen = outcome ?? outcomes[0];
  const send = () =>
    desk.act(
      `going:${id}`,
      `/api/v1/alerts/${id}/acknowledge`,
      { going: going.trim() || undefined },
      { done: () => t("done.going") },
    );
  const submit = async () => {
    if (chosen === "not_urgent" && !alert.ticket) return checkIn(alert);
    const answer = await desk.act(
      command,
      `/api/v1/alerts/${id}/close`,
      { outcome: chosen },
      { done: () => t("done.close_alert") },
    );
    if (answer?.status < 400) onDone(null);
  };
  return html`<${TicketForm} desk=${desk} title=${`${t(`alert.${alert.kind}`)} · ${alert.name ?? t("alert.nameless")}`}
    name=${command}
      word=${t(chosen === "not_urgent" && !alert.ticket ? "alert.to_check_in" : "alert.end")} submit=${submit}
        onClose=${onClose}>
    <${Facts} desk=${desk} alert=${alert} />
    <div class="form-row"><${TextField} id="going" label=${t("alert.who_goes")} value=${going} set=${setGoing}
      maxlength="40" placeholder=${t("alert.who_goes.hint")} />
      <${ActionButton} desk=${desk} name=${`going:${id}`} word=${t("alert.tell_patient")} onClick=${send} /></div>
    <${RadioGroup} legend=${t("alert.outcome")} name="outcome" value=${chosen} choose=${setOutcome} focus=${true}
      onEnter=${submit}
      options=${outcomes.map((one) => [one, t(`outcome.${one}`)])} />
  <//>`;
}

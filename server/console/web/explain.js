// Owns "why not me?" at the desk: position, who goes before, the numbers of the rule. Draws the server's answer only.

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { getWithRetry } from "/console/web/api.js";
import { refusal } from "/console/web/desk.js";
import { TicketHead } from "/console/web/parts.js";
import { named, t } from "/console/web/texts.js";

const NUMBERS = ["waited_minutes", "target_minutes", "credit_minutes", "score", "due_call", "queue_calls", "passes"];

export function Explain({ desk, ticket, onClose }) {
  const [explanation, setExplanation] = useState(null);
  const [refused, setRefused] = useState("");
  useEffect(() => {
    let here = true;
    getWithRetry(`/api/v1/tickets/${ticket.id}/explanation`, () => here).then((answer) => {
      if (!here) return;
      const found = answer.status === 200;
      setExplanation(found ? answer.body : null);
      setRefused(found ? "" : refusal(answer.body));
    });
    return () => {
      here = false;
    };
  }, [ticket.id, ticket.seq]);
  const numbers = explanation?.numbers ?? {};
  return html`<div class="spread row"><h2>${t("explain.title")}</h2><button type="button" class="button button-quiet" onClick=${onClose}>${t("close")}<kbd aria-hidden="true">Esc</kbd></button></div>
    <${TicketHead} ticket=${ticket} hall=${desk.hall} reference=${desk.reference} />
    ${refused ? html`<p class="field-error" role="alert">${refused}</p>` : null}
    ${
      explanation
        ? html`<div class="stack" data-explained=${ticket.number} role="status">
      <p class="suggestion">${named(explanation.text)}</p>
      ${explanation.wait_high === null ? null : html`<p>${t("explain.wait", { low: explanation.wait_low, high: explanation.wait_high })}</p>`}
      ${explanation.wait_reason ? html`<p data-reason>${named(explanation.wait_reason.text)}</p>` : null}
      <dl class="facts">
        ${NUMBERS.filter((name) => numbers[name] !== null && numbers[name] !== undefined).map((name) => html`<dt key=${name}>${t(`explain.${name}`)}</dt><dd class="number">${numbers[name]}</dd>`)}
        ${numbers.recent_lanes?.length ? html`<dt>${t("explain.recent_lanes")}</dt><dd>${numbers.recent_lanes.map((lane) => t(`lane.${lane}`)).join(" → ")}</dd>` : null}
      </dl>
      ${explanation.ahead?.length ? html`<section><h3>${t("explain.ahead")}</h3><p class="number-list number">${explanation.ahead.map((one) => one.number).join(" · ")}</p></section>` : null}
    </div>`
        : null
    }`;
}

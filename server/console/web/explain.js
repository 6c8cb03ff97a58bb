// Owns "why not me?" at the desk: position, who goes before, the numbers of the rule. Draws the server's answer only.

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { getWithRetry } from "/console/web/api.js";
import { refusal } from "/console/web/desk.js";
import { TicketHead } from "/console/web/parts.js";
import { named, t } from "/console/web/texts.js";

const NUMBERS = ["waited_minutes", "target_minutes", "credit_minutes", "score", "due_call", "queue_calls", "passes"];

/** The figures the rule reckons with, as far as they are known. */
function Figures({ numbers }) {
  const known = NUMBERS.filter((name) => numbers[name] !== null && numbers[name] !== undefined);
  const lanes = (numbers.recent_lanes ?? []).map((lane) => t(`lane.${lane}`)).join(" → ");
  const line = (label, text, name) => html`<dt key=${label}>${t(label)}</dt><dd class=${name}>${text}</dd>`;
  return html`<dl class="facts">
    ${known.map((name) => line(`explain.${name}`, numbers[name], "number"))}
    ${lanes ? line("explain.recent_lanes", lanes) : null}
  </dl>`;
}

function Ahead({ ahead }) {
  const numbers = (ahead ?? []).map((one) => one.number).join(" · ");
  if (!numbers) return null;
  return html`<section><h3>${t("explain.ahead")}</h3><p class="number-list number">${numbers}</p></section>`;
}

function Reasons({ number, explanation }) {
  const { text, wait_low: low, wait_high: high, wait_reason: reason, numbers, ahead } = explanation;
  return html`<div class="stack" data-explained=${number} role="status">
    <p class="suggestion">${named(text)}</p>
    ${high === null ? null : html`<p>${t("explain.wait", { low, high })}</p>`}
    ${reason ? html`<p data-reason>${named(reason.text)}</p>` : null}
    <${Figures} numbers=${numbers ?? {}} />
    <${Ahead} ahead=${ahead} />
  </div>`;
}

/** {explanation, refused}: the server's answer on why the ticket stands where it stands. */
function useExplanation(ticket) {
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
  return { explanation, refused };
}

export function Explain({ desk, ticket, onClose }) {
  const { explanation, refused } = useExplanation(ticket);
  return html`<div class="spread row"><h2>${t("explain.title")}</h2>
      <button type="button" class="button button-quiet" onClick=${onClose}>
        ${t("close")}<kbd aria-hidden="true">Esc</kbd>
      </button></div>
    <${TicketHead} ticket=${ticket} hall=${desk.hall} reference=${desk.reference} />
    ${refused ? html`<p class="field-error" role="alert">${refused}</p>` : null}
    ${explanation ? html`<${Reasons} number=${ticket.number} explanation=${explanation} />` : null}`;
}

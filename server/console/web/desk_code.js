// Owns the desk's one-time code: which card was looked at, then the code for the kiosk, and until when it is good.

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { clock } from "/console/web/clock.js";
import { RadioGroup, TicketForm } from "/console/web/forms.js";
import { t } from "/console/web/texts.js";

export const DOCUMENTS = [
  "resident",
  "passport",
  "hk_macau_permit",
  "taiwan_permit",
  "residence_permit",
  "foreign_resident",
  "other",
];

/** The code, large and in groups of four, until it is over. */
function Made({ desk, made, box }) {
  const over = desk.now() >= new Date(made.expires_at).getTime();
  const groups = made.code.match(/.{1,4}/g);
  return html`<div class="one-time" role="status" tabindex="-1" ref=${box} data-code=${over ? "over" : "good"}>
      ${
        over
          ? html`<p>${t("desk_code.over")}</p>`
          : html`<p class="one-time-code number" data-text=${made.code}>${groups.map(
              (part) => html`<span key=${part}>${part}</span>`,
            )}</p>
        <p>${t("desk_code.until", { at: clock(made.expires_at, desk.hall) })}</p>`
      }
    </div>
    <p>${t("desk_code.how")}</p>`;
}

function Seen({ seen, setSeen, submit }) {
  return html`<p class="secondary">${t("desk_code.why")}</p>
    <${RadioGroup} legend=${t("desk_code.seen")} name="document" value=${seen} choose=${setSeen} focus=${true}
      onEnter=${submit} options=${DOCUMENTS.map((one) => [one, t(`document.${one}`)])} />`;
}

/**
 * For the patient of a ticket, or of a `visit` that was looked up; `form` is the number of a form without a ticket.
 */
export function DeskCode({ desk, ticket, visit, form, onClose }) {
  const [seen, setSeen] = useState(null);
  const [made, setMade] = useState(null);
  const box = useRef();
  const name = ticket ? `desk_code:${ticket.id}` : `visit_code:${form}`;
  useEffect(() => {
    box.current?.focus();
  }, [made]);
  const submit = async () => {
    if (!seen) return desk.notify(t("desk_code.look_first"), "danger");
    const whose = ticket ? { ticket: ticket.id } : { visit_token: visit.visit_token };
    const answer = await desk.act(name, "/api/v1/desk-codes", { hall: desk.hall.hall, document_seen: seen, ...whose });
    if (!answer || answer.status >= 400) return;
    if (answer.body.code) setMade(answer.body);
    else desk.notify(t("desk_code.lost"), "attention"); // its answer was lost, and codes are said once
  };
  return html`<${TicketForm} desk=${desk} ticket=${ticket} title=${t("form.desk_code")} name=${name}
    word=${t("desk_code.make")} submit=${made ? onClose : submit} onClose=${onClose} sendable=${!made}>
    ${visit ? html`<p class="suggestion">${t("check_in.recognised", { name: visit.display_name })}</p>` : null}
    ${
      made
        ? html`<${Made} desk=${desk} made=${made} box=${box} />`
        : html`<${Seen} seen=${seen} setSeen=${setSeen} submit=${submit} />`
    }
  <//>`;
}

// Owns the question which of several people a number names. Draws the server's answer; the desk looks at the card.

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "/console/web/texts.js";

/** Somebody whom the desk is to tell from others, by what stands on a card. */
export function whoIs(one) {
  const tails = [
    one.record_number && t("who.record", { number: one.record_number }),
    one.identity_tail && t("who.identity", { tail: one.identity_tail }),
    one.phone_tail && t("who.phone", { tail: one.phone_tail }),
  ];
  return [one.display_name, one.birth_date, ...tails].filter(Boolean).join(" · ");
}

/** `visit.people` are those whom the number names; `found` gets the identification of the one who was chosen. */
export function Who({ desk, visit, form, found, onClose }) {
  const first = useRef();
  useEffect(() => {
    first.current?.focus();
  }, []);
  const isThis = async (patient) => {
    const answer = await desk.act(`who:${form}`, "/api/v1/identifications", { hall: desk.hall.hall, patient });
    if (answer?.status === 200) found(answer.body);
  };
  const leave = (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    }
  };
  return html`<div class="stack" data-form="who" onKeyDown=${leave}>
    <div class="spread row"><h2>${t("form.who")}</h2><button type="button" class="button button-quiet"
      onClick=${onClose}>${t("close")}<kbd aria-hidden="true">Esc</kbd></button></div>
    <p class="question" role="alert">${t("who.several")}</p>
    ${visit.people.map(
      (one, place) => html`<button type="button" class="button button-quiet" key=${one.id}
      ref=${place ? null : first} data-person=${one.id} onClick=${() => isThis(one.id)}>${whoIs(one)}</button>`,
    )}
  </div>`;
}

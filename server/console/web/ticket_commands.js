// Owns how an action on a ticket is sent: its address, what the foot says after it, whether it can be undone.

import { t } from "/console/web/texts.js";

/**
 * Send an action with what its form holds; answers the server's answer, or null where nobody knows yet. `done` is the
 * key of the text for the foot, a refusal whose code is `quiet` is not said there.
 */
export function sendAction(desk, ticket, action, body = {}, { done = `done.${action}`, quiet } = {}) {
  return desk.act(`${action}:${ticket.id}`, `/api/v1/tickets/${ticket.id}/${action}`, body, {
    done: (answer) => t(done, { number: answer.ticket?.number ?? ticket.number }),
    ticket: desk.reference.actions[action]?.undoable ? ticket.id : null,
    quiet,
  });
}

/** The same from a form: `onDone` hears of a good answer. */
export async function sendForm(desk, ticket, action, body, onDone, done) {
  const answer = await sendAction(desk, ticket, action, body, { done });
  if (answer?.status < 400) onDone(ticket.id);
}

/** Say that the ticket's state does not allow what was asked. */
export function refuse(desk, ticket) {
  const state = t(`state.${ticket.state}`);
  desk.notify(t("cannot", { number: ticket.number, state }), "attention");
}

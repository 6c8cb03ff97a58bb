// Owns what every live page shares, out of its parts: session, hall, reference data, commands on their way, feedback.

import { get } from "/console/web/api.js";
import { Commands } from "/console/web/commands.js";
import { Feedback } from "/console/web/feedback.js";
import { Follower } from "/console/web/follower.js";
import { Reference } from "/console/web/reference.js";
import { Session } from "/console/web/session.js";
import { loadTexts, t } from "/console/web/texts.js";

const TICK = 1000;
const UNDO_SECONDS = 30; // where the ticket went to a hall whose rules this page does not have

/** One page's state; `subscribe` hears of every change, the page draws itself from the fields. */
export class Desk {
  hall = null;
  link = "connecting";
  contact = 0;
  onEvents = () => {};
  #listeners = new Set();
  #session = new Session(() => this.publish());
  #reference = new Reference(() => this.publish());
  #commands = new Commands(() => this.publish(), this.#session);
  #feedback = new Feedback(() => this.publish());

  /** Who is signed in. */
  get me() {
    return this.#session.me;
  }

  /** Whether the session has ended. */
  get signedOut() {
    return this.#session.ended;
  }

  /** The reference data of the hall; null until it was read. */
  get reference() {
    return this.#reference.data;
  }

  /** Commands on their way, by name. */
  get pending() {
    return this.#commands.pending;
  }

  /** What the foot says: {text, tone}, or null. */
  get notice() {
    return this.#feedback.notice;
  }

  /** The last action, as long as it can be undone: {text, ticket, until}, or null. */
  get last() {
    return this.#feedback.last;
  }

  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tell the page that something changed. */
  publish() {
    for (const listener of this.#listeners) listener();
  }

  /** The server's now, in milliseconds. */
  now() {
    return Date.now() + this.#reference.skew;
  }

  /** Load texts and session, then follow the hall; resolves when there is something to draw. */
  async open() {
    await loadTexts();
    await this.#session.load();
    this.follower = new Follower(this.#session.hallOf(location.search), {
      get,
      onChange: (view) => this.#changed(view),
      onEvents: (events, hall) => this.onEvents(events, hall),
      onSession: () => this.#session.lost(),
    });
    this.follower.start();
    setInterval(() => this.#tick(), TICK);
  }

  #changed(view) {
    Object.assign(this, view);
    if (this.hall) this.#reference.load(this.hall);
    this.publish();
  }

  #tick() {
    this.#feedback.expire(this.now());
    if (this.hall) this.#reference.load(this.hall);
    this.publish();
  }

  /** The same person signed in again: everything that waited goes on. */
  signedIn() {
    this.#session.restore();
    this.follower.again();
    this.publish();
  }

  /** Say something at the foot for a while. */
  notify(text, tone) {
    this.#feedback.notify(text, tone);
  }

  /** Say what was done to a ticket, and offer to undo it within the seconds of its queue's rule. */
  offerUndo(text, { id, queue }) {
    const seconds = this.reference.queues[queue]?.undo_seconds ?? UNDO_SECONDS;
    this.#feedback.offerUndo(text, id, this.now() + seconds * 1000);
  }

  /**
   * Send one command once: `name` keeps a second press out while the first is on its way. Answers the server's answer,
   * or null when the command is already on its way or nobody knows what became of it. `done(body)` is the text for the
   * foot; `ticket` makes it something that can be undone, and so does `undoable` where the answer names the ticket.
   * A refusal is said at the foot, except one whose code is `quiet`.
   */
  async act(name, path, body, { done, ticket, undoable = Boolean(ticket), quiet = [] } = {}) {
    if (this.pending[name]) return null;
    this.#feedback.clear();
    const answer = await this.#commands.run(name, path, body, undoable);
    if (!answer.settled) {
      this.notify(t("command.unsure"), "danger");
      return null;
    }
    if (answer.status < 400) this.#accepted(answer.body, done, ticket);
    else if (!quiet.includes(answer.body.code)) this.#refused(answer.body, ticket);
    return answer;
  }

  #accepted(body, done, ticket) {
    this.follower.absorb(body);
    if (!done) return;
    if (ticket) this.offerUndo(done(body), { id: ticket, queue: body.ticket?.queue });
    else this.notify(done(body));
  }

  /** The page may be with another patient by now: the refusal names whose it is. */
  #refused(problem, ticket) {
    const number = this.hall?.tickets.find((one) => one.id === ticket)?.number;
    const words = refusal(problem);
    this.notify(number ? t("labelled", { label: number, words }) : words, "danger");
  }

  /** Undo the last action; while one is on its way that is the last, and cannot be undone yet. */
  async undo() {
    const { last } = this;
    if (this.#commands.hasUndoable()) return this.notify(t("undo.wait"), "attention");
    if (!last) return;
    const done = (body) => t("undo.done", { number: body.ticket.number });
    const answer = await this.act("undo", `/api/v1/tickets/${last.ticket}/undo`, {}, { done });
    if (answer) this.#feedback.taken(last);
    this.publish();
  }
}

/** A refusal in one sentence: the server's, and what exactly where it says so in this language. */
export function refusal(problem) {
  const language = document.documentElement.lang.slice(0, 2);
  const exact = problem.reason && typeof problem.reason === "object" ? problem.reason[language] : "";
  const where = problem.code === "invalid" && !exact ? problem.detail : "";
  return exact || [problem.title ?? t("problem.other"), where].filter(Boolean).join(" ");
}

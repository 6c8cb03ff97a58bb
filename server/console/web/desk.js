// Owns what every live page shares: who is signed in, the hall, commands on their way, the last action and its undo.

import { get, post } from "/console/web/api.js";
import { UNREACHABLE } from "/console/web/command.js";
import { Follower } from "/console/web/follower.js";
import { loadTexts, t } from "/console/web/texts.js";
import { newKey, send } from "/console/web/command.js";

const TICK = 1000;
const NOTICE_FOR = 12000;
const later = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** One page's state; `subscribe` hears of every change, the page draws itself from the fields. */
export class Desk {
  me = null;
  halls = [];
  hall = null;
  reference = null;
  link = "connecting";
  contact = 0;
  pending = {};
  last = null;
  notice = null;
  signedOut = false;
  #skew = 0;
  #listeners = new Set();
  #signIns = [];
  #fetching = false;

  constructor() {
    this.onEvents = () => {};
  }

  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish() {
    for (const listener of this.#listeners) listener();
  }

  /** The server's now, in milliseconds. */
  now() {
    return Date.now() + this.#skew;
  }

  /** Load words and session, then follow the hall; resolves when there is something to draw. */
  async open() {
    await loadTexts();
    const { me, halls } = await this.#session();
    [this.me, this.halls] = [me, halls];
    const asked = new URLSearchParams(location.search).get("hall");
    const id = me.hall ?? (halls.includes(asked) ? asked : halls[0]);
    this.follower = new Follower(id, {
      get,
      onChange: (view) => this.#changed(view),
      onEvents: (events, hall) => this.onEvents(events, hall),
      onSession: () => this.#sessionLost(),
    });
    this.follower.start();
    setInterval(() => this.#tick(), TICK);
  }

  async #session() {
    for (;;) {
      try {
        const { status, body } = await get("/api/v1/session");
        if (status === 200) return { me: body.staff, halls: body.halls };
        if (status === 401) location.assign("/login");
      } catch (error) {
        if (error.code !== UNREACHABLE) throw error;
      }
      await later(2000);
    }
  }

  #changed(view) {
    Object.assign(this, view);
    if (this.hall && this.reference?.epoch !== this.hall.epoch) this.#loadReference();
    this.publish();
  }

  async #loadReference() {
    if (this.#fetching) return;
    this.#fetching = true;
    try {
      const { status, body } = await get(`/console/halls/${encodeURIComponent(this.hall.hall)}`);
      if (status === 200) {
        this.reference = body;
        this.#skew = new Date(body.now).getTime() - Date.now();
        this.publish();
      }
    } catch (error) {
      if (error.code !== UNREACHABLE) throw error;
    } finally {
      this.#fetching = false;
    }
  }

  #tick() {
    if (this.notice && Date.now() > this.notice.until) this.notice = null;
    if (this.last && this.now() > this.last.until) this.last = null;
    if (this.hall && this.reference?.epoch !== this.hall.epoch) this.#loadReference();
    this.publish();
  }

  #sessionLost() {
    if (this.signedOut) return;
    this.signedOut = true;
    this.publish();
  }

  /** The same person signed in again: everything that waited goes on. */
  signedIn() {
    this.signedOut = false;
    for (const resume of this.#signIns.splice(0)) resume();
    this.follower.again();
    this.publish();
  }

  notify(text, tone = "good") {
    this.notice = { text, tone, until: Date.now() + NOTICE_FOR };
    this.publish();
  }

  /**
   * Send one command once: `name` keeps a second press out while the first is on its way. Answers the server's answer,
   * or null when the command is already on its way or nobody knows what became of it. `done(body)` is the sentence for
   * the foot; `ticket` makes it something that can be undone, and so does `undoable` where the answer names the ticket.
   */
  async act(name, path, body, { done, ticket, undoable = Boolean(ticket), quiet = [] } = {}) {
    if (this.pending[name]) return null;
    this.#pend(name, { attempt: 0, undoable });
    this.notice = null;
    const command = { path, body: body ?? {}, key: newKey() };
    try {
      const answer = await send(command, {
        post,
        wait: later,
        now: () => Date.now(),
        onTry: (attempt, cause) => this.#pend(name, { attempt, cause, undoable }),
        signIn: () =>
          new Promise((resume) => {
            this.#signIns.push(resume);
            this.#sessionLost();
          }),
      });
      return this.#settle(answer, { done, ticket, quiet });
    } finally {
      this.#pend(name, null);
    }
  }

  #pend(name, what) {
    this.pending = { ...this.pending, [name]: what };
    if (!what) delete this.pending[name];
    this.publish();
  }

  #settle(answer, { done, ticket, quiet }) {
    if (!answer.settled) {
      this.notify(t("wish.unsure"), "danger");
      return null;
    }
    if (answer.status >= 400) {
      const number = this.hall?.tickets.find((one) => one.id === ticket)?.number; // the page may be with another patient by now
      if (!quiet.includes(answer.body.code))
        this.notify(
          number ? t("labelled", { label: number, words: refusal(answer.body) }) : refusal(answer.body),
          "danger",
        );
      return answer;
    }
    this.follower.absorb(answer.body);
    if (done) {
      const seconds = this.reference.queues[answer.body.ticket?.queue]?.undo_seconds ?? 30;
      const text = done(answer.body);
      if (ticket) this.last = { text, ticket, until: this.now() + seconds * 1000 };
      else this.notify(text);
      this.publish();
    }
    return answer;
  }

  /** Take the last action back; while one is on its way that is the last, and cannot be taken back yet. */
  async undo() {
    const last = this.last;
    if (Object.values(this.pending).some((command) => command.undoable)) return this.notify(t("undo.wait"), "attention");
    if (!last) return;
    const answer = await this.act(
      "undo",
      `/api/v1/tickets/${last.ticket}/undo`,
      {},
      {
        done: (body) => t("undo.done", { number: body.ticket.number }),
      },
    );
    if (answer && this.last === last) this.last = null;
    this.publish();
  }
}

/** A refusal in one sentence: the server's, and what exactly where it says so in this language. */
export function refusal(problem) {
  const exact =
    problem.reason && typeof problem.reason === "object"
      ? problem.reason[document.documentElement.lang.slice(0, 2)]
      : "";
  const where = problem.code === "invalid" && !exact ? problem.detail : "";
  return exact || [problem.title ?? t("problem.other"), where].filter(Boolean).join(" ");
}

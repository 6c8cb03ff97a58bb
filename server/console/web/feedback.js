// Owns what the foot of a page says: a notice for a while, and the last action as long as it can be undone.
// `publish` is called after each change.

const NOTICE_FOR = 12000; // milliseconds

export class Feedback {
  notice = null;
  last = null;
  #publish;

  constructor(publish) {
    this.#publish = publish;
  }

  /** Say something for a while; `tone` is good, attention or danger. */
  notify(text, tone = "good") {
    this.notice = { text, tone, until: Date.now() + NOTICE_FOR };
    this.#publish();
  }

  /** Offer to undo what was done to a ticket, until `until` (milliseconds, server's clock). */
  offerUndo(text, ticket, until) {
    this.last = { text, ticket, until };
    this.#publish();
  }

  /** Forget the notice, for something new is being done. */
  clear() {
    this.notice = null;
  }

  /** Forget an offer once it was taken; a newer one stays. */
  taken(last) {
    if (this.last === last) this.last = null;
  }

  /** Forget what is over; `now` is the server's. */
  expire(now) {
    if (this.notice && Date.now() > this.notice.until) this.notice = null;
    if (this.last && now > this.last.until) this.last = null;
  }
}

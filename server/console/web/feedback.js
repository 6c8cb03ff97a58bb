// Owns what the foot of a page says: a notice for a while, and the last action as long as it can be undone.
// `publish` is called after each change.

const NOTICE_FOR = 12000; // milliseconds

/**
 * @typedef {"good" | "attention" | "danger"} Tone
 * @typedef {{text: string, tone: Tone, until: number}} Notice
 * @typedef {{text: string, ticket: string, until: number}} Offer
 */

export class Feedback {
  /** @type {Notice | null} */
  notice = null;
  /** @type {Offer | null} */
  last = null;
  /** @type {() => void} */
  #publish;

  /** @param {() => void} publish */
  constructor(publish) {
    this.#publish = publish;
  }

  /**
   * Say something for a while; `tone` is good, attention or danger.
   *
   * @param {string} text
   * @param {Tone} tone
   */
  notify(text, tone = "good") {
    this.notice = { text, tone, until: Date.now() + NOTICE_FOR };
    this.#publish();
  }

  /**
   * Offer to undo what was done to a ticket, until `until` (milliseconds, server's clock).
   *
   * @param {string} text
   * @param {string} ticket
   * @param {number} until
   */
  offerUndo(text, ticket, until) {
    this.last = { text, ticket, until };
    this.#publish();
  }

  /** Forget the notice, for something new is being done. */
  clear() {
    this.notice = null;
  }

  /**
   * Forget an offer once it was taken; a newer one stays.
   *
   * @param {Offer} last
   */
  taken(last) {
    if (this.last === last) this.last = null;
  }

  /**
   * Forget what is over; `now` is the server's.
   *
   * @param {number} now
   */
  expire(now) {
    if (this.notice && Date.now() > this.notice.until) this.notice = null;
    if (this.last && now > this.last.until) this.last = null;
  }
}

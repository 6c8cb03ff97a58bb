// Owns who is signed in: read at the start, lost when the session ends, back when the same person signs in again.

import { get } from "/console/web/api.js";
import { UNREACHABLE } from "/console/web/command.js";
import { later } from "/console/web/clock.js";

const AGAIN = 2000; // milliseconds until the session is asked for again

/** @typedef {{hall: string | null, [field: string]: any}} Staff who is signed in */

export class Session {
  /** @type {Staff | null} */
  me = null;
  /** @type {string[]} */
  halls = [];
  ended = false;
  /** @type {((value?: unknown) => void)[]} */
  #waiting = [];
  /** @type {() => void} */
  #publish;

  /** @param {() => void} publish is called after each change */
  constructor(publish) {
    this.#publish = publish;
  }

  /** Ask who is signed in until there is an answer; nobody goes to the login. */
  async load() {
    while (!this.me) {
      try {
        const { status, body } = await get("/api/v1/session");
        if (status === 200) [this.me, this.halls] = [body.staff, body.halls];
        if (status === 401) location.assign("/login");
      } catch (error) {
        if (/** @type {{code?: string}} */ (error).code !== UNREACHABLE) throw error;
      }
      if (!this.me) await later(AGAIN);
    }
  }

  /**
   * The hall to show: the account's own, else the one the address names, else the first.
   *
   * @param {string} address
   * @returns {string | null}
   */
  hallOf(address) {
    const asked = new URLSearchParams(address).get("hall") ?? "";
    return /** @type {Staff} */ (this.me).hall ?? (this.halls.includes(asked) ? asked : this.halls[0]);
  }

  /** The server knows the session no more. */
  lost() {
    if (this.ended) return;
    this.ended = true;
    this.#publish();
  }

  /** Resolves when the same person has signed in again. */
  restored() {
    return new Promise((resume) => {
      this.#waiting.push(resume);
      this.lost();
    });
  }

  /** The same person signed in again: everything that waited goes on. */
  restore() {
    this.ended = false;
    for (const resume of this.#waiting.splice(0)) resume();
  }
}

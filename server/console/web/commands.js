// Owns the commands on their way: each name once at a time, each with one key through every repetition.

import { post } from "/console/web/api.js";
import { later } from "/console/web/clock.js";
import { newKey, send } from "/console/web/command.js";

/** @typedef {{attempt: number, cause?: "link" | "server", undoable?: boolean}} Pending */

export class Commands {
  /** @type {Record<string, Pending>} by name */
  pending = {};
  /** @type {() => void} */
  #publish;
  /** @type {{restored: () => Promise<unknown>}} */
  #session;

  /**
   * @param {() => void} publish is called after each change
   * @param {{restored: () => Promise<unknown>}} session brings the person back whose session ended meanwhile
   */
  constructor(publish, session) {
    this.#publish = publish;
    this.#session = session;
  }

  /**
   * Send one until it is settled or given up: {settled, status, body}; null where that name is on its way already.
   *
   * @param {string} name
   * @param {string} path
   * @param {object=} body
   * @param {boolean=} undoable
   * @returns {Promise<import("/console/web/command.js").Outcome | null>}
   */
  async run(name, path, body, undoable) {
    if (this.pending[name]) return null;
    this.#set(name, { attempt: 0, undoable });
    try {
      return await send(
        { path, body: body ?? {}, key: newKey() },
        {
          post,
          wait: later,
          now: () => Date.now(),
          onTry: (attempt, cause) => this.#set(name, { attempt, cause, undoable }),
          signIn: () => this.#session.restored(),
        },
      );
    } finally {
      this.#set(name, null);
    }
  }

  /** Whether one is on its way that could be undone after its answer. */
  hasUndoable() {
    return Object.values(this.pending).some((command) => command.undoable);
  }

  /**
   * @param {string} name
   * @param {Pending | null} state
   */
  #set(name, state) {
    this.pending = { ...this.pending };
    if (state) this.pending[name] = state;
    else delete this.pending[name];
    this.#publish();
  }
}

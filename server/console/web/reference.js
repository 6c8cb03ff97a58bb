// Owns the reference data of a hall: scales, rules, actions, flags, doctors. Read once in the life of a journal.

import { get } from "/console/web/api.js";
import { UNREACHABLE } from "/console/web/command.js";

/**
 * What server/console/knowledge.py answers.
 *
 * @typedef {object} ReferenceData
 * @property {string} epoch
 * @property {string} now
 * @property {Record<string, Record<string, any>>} queues the rules of each queue
 * @property {Record<string, {names: Record<string, string>, levels: import("/console/web/waits.js").Level[]}>} scales
 * @property {Record<string, string[]>} moves actions by state
 * @property {Record<string, string[]>} escorted actions by state, for a level that does not queue
 * @property {Record<string, {undoable: boolean, roles: string[]}>} actions
 */

export class Reference {
  /** @type {ReferenceData | null} */
  data = null;
  skew = 0; // milliseconds by which the server's clock is ahead
  #loading = false;
  /** @type {() => void} */
  #publish;

  /**
   * @param {() => void} publish is called when it was read
   */
  constructor(publish) {
    this.#publish = publish;
  }

  /**
   * Read it, unless that of this journal's life is there or on its way; the next try is a second away.
   *
   * @param {import("protocol").Snapshot} hall
   */
  async load(hall) {
    if (this.#loading || this.data?.epoch === hall.epoch) return;
    this.#loading = true;
    try {
      const { status, body } = await get(`/console/halls/${encodeURIComponent(hall.hall)}`);
      if (status === 200) this.#take(body);
    } catch (error) {
      if (/** @type {{code?: string}} */ (error).code !== UNREACHABLE) throw error;
    } finally {
      this.#loading = false;
    }
  }

  /**
   * @param {ReferenceData} data
   */
  #take(data) {
    this.data = data;
    this.skew = new Date(data.now).getTime() - Date.now();
    this.#publish();
  }
}

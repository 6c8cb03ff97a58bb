// Owns the reference data of a hall: scales, rules, actions, flags, doctors. Read once in the life of a journal.

import { get } from "/console/web/api.js";
import { UNREACHABLE } from "/console/web/command.js";

export class Reference {
  data = null;
  skew = 0; // milliseconds by which the server's clock is ahead
  #loading = false;
  #publish;

  /** `publish` is called when it was read. */
  constructor(publish) {
    this.#publish = publish;
  }

  /** Read it, unless that of this journal's life is there or on its way; the next try is a second away. */
  async load(hall) {
    if (this.#loading || this.data?.epoch === hall.epoch) return;
    this.#loading = true;
    try {
      const { status, body } = await get(`/console/halls/${encodeURIComponent(hall.hall)}`);
      if (status === 200) this.#take(body);
    } catch (error) {
      if (error.code !== UNREACHABLE) throw error;
    } finally {
      this.#loading = false;
    }
  }

  #take(data) {
    this.data = data;
    this.skew = new Date(data.now).getTime() - Date.now();
    this.#publish();
  }
}

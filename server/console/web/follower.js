// Owns following a hall: snapshot, socket, gaps over HTTP, polling when the socket is dead. Knows no screen.

import { io } from "socket.io-client";
import { absorb, take } from "/console/web/store.js";

const POLL_EVERY = 2000;
const GAP_PATIENCE = 60; // the rest of a gap often follows within milliseconds
const SILENCE = 9000; // the server pings each five seconds
const LOST_AFTER = 5000;

/**
 * @typedef {import("/console/web/store.js").Hall} Hall
 * @typedef {import("/console/web/store.js").Frame} Frame
 * @typedef {"connecting" | "live" | "polling" | "lost" | "broken"} Link
 */

/** Follows one hall; `onChange(view)` hears {hall, link, contact} after every change, `onSession()` a 401. */
export class Follower {
  /** @type {Record<number, Frame>} frames that came before their turn */
  #ahead = {};
  /** @type {Hall | null} */
  #hall = null;
  /** @type {import("socket.io-client").Socket | null} */
  #socket = null;
  #busy = false;
  #again = false;
  #contact = 0;
  /** @type {Link} */
  #link = "connecting";
  /** @type {number | undefined} */
  #timer = undefined;
  #broken = false;
  #polled = 0;

  /**
   * @param {string} id
   * @param {object} page
   * @param {(path: string) => Promise<{status: number, body: any}>} page.get reads from the server
   * @param {(view: {hall: Hall | null, link: Link, contact: number}) => void} page.onChange
   * @param {((news: Frame[], hall: Hall) => void)=} page.onEvents
   * @param {() => void} page.onSession
   */
  constructor(id, { get, onChange, onEvents, onSession }) {
    this.id = id;
    this.get = get;
    this.onChange = onChange;
    this.onEvents = onEvents;
    this.onSession = onSession;
  }

  /** Begin; from here on the page hears of every change. */
  start() {
    this.#connect();
    this.#catchUp();
    this.#timer = setInterval(() => this.#look(), 1000);
  }

  stop() {
    clearInterval(this.#timer);
    this.#socket?.disconnect();
  }

  /**
   * Take what an answer tells at once.
   *
   * @param {import("/console/web/store.js").Answer} answer
   */
  absorb(answer) {
    if (!this.#hall) return;
    this.#hall = absorb(this.#hall, answer);
    this.#tell();
  }

  /** The session is back: connect anew. */
  again() {
    this.#socket?.disconnect();
    this.#connect();
    this.#catchUp();
  }

  #connect() {
    const socket = io("/hall", {
      auth: { hall: this.id },
      transports: ["websocket", "polling"],
      reconnectionDelay: 500,
      reconnectionDelayMax: 3000,
      forceNew: true,
    });
    this.#socket = socket;
    socket.on("position", (position) => {
      this.#heard();
      if (this.#hall && position.epoch !== this.#hall.epoch) this.#hall = null;
      if (!this.#hall || position.seq > this.#hall.seq) this.#catchUp();
      this.#look();
    });
    socket.on("event", (frame) => {
      this.#heard();
      this.#take([frame]);
    });
    socket.io.on("ping", () => this.#heard());
    socket.on("disconnect", () => this.#look());
    socket.on("connect_error", (error) => {
      if (error.message === "unauthenticated") this.onSession();
      this.#look();
    });
  }

  #heard() {
    this.#contact = Date.now();
  }

  /** @param {Frame[]} frames */
  #take(frames) {
    if (!this.#hall) return;
    const before = this.#hall;
    let state = { hall: before, ahead: this.#ahead };
    let gap = false;
    try {
      for (const frame of frames) {
        const taken = take(state, frame);
        if (taken.said === "stale") return this.#restart();
        gap = taken.said === "gap";
        state = taken;
      }
    } catch (thrown) {
      const error = /** @type {Error} */ (thrown);
      // this browser cannot do what the page asks of it: what is shown is old from here on, and must say so
      console.error("an event cannot be applied", error.name); // a browser's message may quote what it read
      this.#broken = true;
      return this.#look();
    }
    const news = frames.filter((frame) => frame.seq > before.seq && frame.seq <= state.hall.seq);
    [this.#hall, this.#ahead] = [state.hall, state.ahead];
    if (gap) setTimeout(() => Object.keys(this.#ahead).length && this.#catchUp(), GAP_PATIENCE);
    if (state.hall !== before) {
      this.#tell();
      this.onEvents?.(news, state.hall);
    }
  }

  #restart() {
    this.#hall = null;
    this.#ahead = {};
    this.#catchUp();
  }

  /** Read what is missing: a snapshot, or the facts after our position. One at a time. */
  async #catchUp() {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    try {
      do {
        this.#again = false;
        await (this.#hall ? this.#fetchEvents(this.#hall) : this.#fetchSnapshot());
      } while (this.#again);
    } catch {
      // said by the link's state, tried again by #look
    } finally {
      this.#busy = false;
      this.#look();
    }
  }

  async #fetchSnapshot() {
    const { status, body } = await this.get(`/api/v1/halls/${encodeURIComponent(this.id)}/snapshot`);
    this.#heard();
    if (status === 401) return this.onSession();
    if (status !== 200) throw new Error(`snapshot ${status}`);
    this.#hall = body;
    this.#ahead = {};
    this.#tell();
    this.onEvents?.([], body);
  }

  /** @param {Hall} hall */
  async #fetchEvents({ epoch, seq }) {
    const { status, body } = await this.get(
      `/api/v1/halls/${encodeURIComponent(this.id)}/events?after=${seq}&epoch=${epoch}&limit=1000`,
    );
    this.#heard();
    if (status === 401) return this.onSession();
    if (status === 410) {
      this.#hall = null;
      this.#again = true;
      return;
    }
    if (status !== 200) throw new Error(`events ${status}`);
    this.#take(body.events);
    if (body.more) this.#again = true;
  }

  /** Once a second: how the link is, and whether to ask over HTTP because the socket is dead or silent. */
  #look() {
    const quiet = Date.now() - this.#contact;
    const live = this.#socket?.connected && quiet < SILENCE;
    const link = this.#broken
      ? "broken"
      : live && this.#hall
        ? "live"
        : quiet < LOST_AFTER && this.#hall
          ? "polling"
          : this.#contact
            ? "lost"
            : "connecting";
    if (!live && !this.#busy && Date.now() - this.#polled >= POLL_EVERY) {
      this.#polled = Date.now();
      this.#catchUp();
    }
    if (link !== this.#link) {
      this.#link = link;
      this.#tell();
    }
  }

  #tell() {
    this.onChange({ hall: this.#hall, link: this.#link, contact: this.#contact });
  }
}

// Owns following a hall: snapshot, socket, gaps over HTTP, polling when the socket is dead. Knows no screen.

import { io } from "socket.io-client";
import { absorb, take } from "/console/web/store.js";

const POLL_EVERY = 2000;
const GAP_PATIENCE = 60; // the rest of a gap often follows within milliseconds
const SILENCE = 9000; // the server pings each five seconds
const LOST_AFTER = 5000;

/** Follows one hall; `onChange(view)` hears {hall, link, contact} after every change, `onSession()` a 401. */
export class Follower {
  #ahead = {};
  #hall = null;
  #socket = null;
  #busy = false;
  #again = false;
  #contact = 0;
  #link = "connecting";
  #timer = null;
  #broken = false;

  constructor(id, { get, onChange, onEvents, onSession }) {
    Object.assign(this, { id, get, onChange, onEvents, onSession });
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

  /** Take what an answer tells at once. */
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

  #take(frames) {
    if (!this.#hall) return;
    const before = this.#hall;
    let state = { hall: this.#hall, ahead: this.#ahead };
    let gap = false;
    try {
      for (const frame of frames) {
        state = take(state, frame);
        if (state.said === "stale") return this.#restart();
        gap = state.said === "gap";
      }
    } catch (error) {
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
        await (this.#hall ? this.#fetchEvents() : this.#fetchSnapshot());
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

  async #fetchEvents() {
    const { epoch, seq } = this.#hall;
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
    if (!live && !this.#busy && Date.now() - (this.polled ?? 0) >= POLL_EVERY) {
      this.polled = Date.now();
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

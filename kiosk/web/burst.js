// Owns telling a scan from the keys that make it: one burst is one scan, whatever ends it. Knows no page and no clock.

export const QUIET = 100; // milliseconds without a key that end a burst; readers send a key every 1 to 40 ms
export const READER_GAP = 40; // mean milliseconds between keys of a reader; fingers in a field take longer
const SHORTEST = 4; // in a field: fewer quick keys may be fingers
const LONGEST = 600; // more than any code of ours has; what is longer is told by its beginning

/**
 * The keys since the last quiet. A key says `at`, its own time in milliseconds; `text` or `end` (Enter, Tab and the
 * like); `field`, whether it went into a field, where only what is quicker than fingers counts as a scan; and `alt`,
 * whether it came as a number with Alt, which fingers never send.
 *
 * @typedef {{text?: string, end?: boolean, alt?: boolean}} Meaning
 * @typedef {Meaning & {at: number, field?: boolean}} Key
 */
export class Burst {
  constructor() {
    /** @type {Key[]} */
    this.keys = [];
    this.heardAt = 0;
  }

  /**
   * Whether a key at `at` belongs to what came before it.
   *
   * @param {number} at milliseconds
   */
  goesOn(at) {
    return this.keys.length > 0 && at - this.heardAt <= QUIET;
  }

  /**
   * Note a key that is only a part of a character: the burst is not over.
   *
   * @param {number} at milliseconds
   */
  hold(at) {
    if (this.goesOn(at)) this.heardAt = at;
  }

  /**
   * Take a key. What came before a quiet is a scan of its own: the answer, or null.
   *
   * @param {Key} key
   */
  take(key) {
    const before = this.goesOn(key.at) ? null : this.finish();
    this.keys.push(key);
    this.heardAt = key.at;
    return before;
  }

  /** Whether the keys so far came from a reader, as far as their pace tells. */
  isReader() {
    const written = this.keys.filter((key) => key.text);
    if (!written.length) return false;
    if (!written[0].field || written[0].alt) return true;
    const pace = (written[written.length - 1].at - written[0].at) / Math.max(1, written.length - 1);
    return written.length >= SHORTEST && pace < READER_GAP;
  }

  /** End the burst: its text, lines joined by line ends; null when it was no scan. */
  finish() {
    const { keys } = this;
    const scanned = this.isReader();
    this.keys = [];
    const text = keys
      .map((key) => key.text || "\n")
      .join("")
      .trim();
    const alone = text.length === 1 && !keys.some((key) => key.end);
    return scanned && text && !alone ? text.slice(0, LONGEST) : null;
  }
}

const CONTROL_ENDS = ["KeyJ", "KeyM", "KeyI"]; // line feed, carriage return, tab as Ctrl and a letter
const KEYPAD = /^Numpad(\d)$/;

/**
 * What one key of a reader means: {text}, {end: true}, or null for none of both. The keypad counts by its place, so
 * that NumLock may be off; so do letters and digits while an input method of the system is in the way.
 *
 * @param {KeyboardEvent} event
 * @returns {Meaning | null}
 */
export function meaning(event) {
  if (event.ctrlKey) return CONTROL_ENDS.includes(event.code) ? { end: true } : null;
  if (event.metaKey) return null;
  if (event.key === "Enter" || event.key === "Tab") return { end: true };
  const keypad = KEYPAD.exec(event.code || "");
  if (keypad) return { text: keypad[1] };
  if (event.key.length === 1) return { text: event.key };
  if (event.key !== "Process" && event.key !== "Unidentified") return null;
  const plain = /^(?:Key([A-Z])|Digit(\d))$/.exec(event.code || "");
  return plain ? { text: plain[2] || (event.shiftKey ? plain[1] : plain[1].toLowerCase()) } : null;
}

/** Characters a reader sends as Alt and their number on the keypad, as Windows takes them. */
export class AltNumber {
  constructor() {
    this.digits = "";
  }

  /**
   * Take a key pressed while Alt is down. Answers whether it is part of a number.
   *
   * @param {KeyboardEvent} event
   */
  take(event) {
    const keypad = KEYPAD.exec(event.code || "");
    if (keypad) this.digits += keypad[1];
    return Boolean(keypad);
  }

  /** Alt is up: the character, or "" when no number was sent. A line end comes as 010 or 013. */
  release() {
    const number = Number(this.digits);
    this.digits = "";
    return number > 0 && number < 0x10000 ? String.fromCharCode(number) : "";
  }
}

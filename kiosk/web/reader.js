// Owns hearing a card or code reader that types like a keyboard. What a scan is stands in burst.js. Knows no screen.

import { AltNumber, Burst, QUIET, meaning } from "/web/burst.js";

const DELIVERY = 50; // milliseconds an event may need from the keyboard to the page

/**
 * Listen for bursts of keys and hand each to `scanned` once it is over; returns the way to stop.
 * The time of a key is the event's own, so a page that is busy tears no code. In a field, fingers are left alone.
 *
 * @param {(text: string) => void} scanned
 */
export function listen(scanned) {
  const burst = new Burst();
  const alt = new AltNumber();
  /** @type {number | undefined} */
  let quiet = undefined;
  /** @type {{element: HTMLInputElement, before: string} | null} */
  let field = null; // the field that the burst began in, and what stood there before

  /** @param {string | null} text */
  function hand(text) {
    if (text === null) return;
    if (field) {
      field.element.value = field.before;
      field.element.dispatchEvent(new Event("input", { bubbles: true }));
    }
    scanned(text);
  }

  function wait() {
    clearTimeout(quiet);
    quiet = setTimeout(over, QUIET + DELIVERY);
  }

  function over() {
    quiet = undefined;
    hand(burst.finish());
    field = null;
  }

  /**
   * Take a key that means something; what a burst holds back goes nowhere else.
   *
   * @param {KeyboardEvent} event
   * @param {import("/web/burst.js").Meaning} key
   */
  function take(event, key) {
    const input = event.target instanceof HTMLInputElement ? event.target : null;
    const typing = input !== null;
    const begins = !burst.goesOn(event.timeStamp);
    hand(burst.take({ ...key, at: event.timeStamp, field: typing }));
    if (begins) field = input ? { element: input, before: input.value } : null;
    wait();
    if (!typing || (key.end && burst.isReader())) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    if (event.altKey && !event.ctrlKey) {
      if (!alt.take(event)) return;
      event.preventDefault();
      burst.hold(event.timeStamp);
      if (quiet !== undefined) wait();
      return;
    }
    const key = meaning(event);
    if (!key) return;
    // alone, Enter and the space press the button in focus and Tab moves on
    if ((key.end || key.text === " ") && !burst.goesOn(event.timeStamp)) return;
    take(event, key);
  }

  /** @param {KeyboardEvent} event */
  function released(event) {
    if (event.key !== "Alt") return;
    const text = alt.release();
    if (text) take(event, { alt: true, ...(/[\r\n\t]/.test(text) ? { end: true } : { text }) });
  }

  window.addEventListener("keydown", pressed, true);
  window.addEventListener("keyup", released, true);
  return () => {
    clearTimeout(quiet);
    window.removeEventListener("keydown", pressed, true);
    window.removeEventListener("keyup", released, true);
  };
}

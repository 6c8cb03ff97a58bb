// Owns times as they are read at a hall, and waiting. Knows no screen.

/**
 * A time of day on the hall's clock, as 14:05; empty where there is none.
 *
 * @param {string | null | undefined} at
 * @param {{timezone: string}} hall
 */
export function clock(at, hall) {
  /** @type {Intl.DateTimeFormatOptions} */
  const format = { hour: "2-digit", minute: "2-digit", timeZone: hall.timezone };
  return at ? new Date(at).toLocaleTimeString("en-GB", format) : "";
}

/**
 * Resolves after so many milliseconds.
 *
 * @param {number} milliseconds
 */
export function later(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

// Owns a command's key and its retries: pressed once, done once, whatever happens to the link. Knows no screen.

export const GIVE_UP_AFTER = 60000;
/** The `code` of an error that says the server could not be reached, or did not answer as ours does. */
export const UNREACHABLE = "unreachable";
const DELAYS = [400, 800, 1600, 3000];
const MAYBE_LATER = new Set([408, 425, 429, 502, 503, 504]);

/** 128 random bits. `crypto.randomUUID` needs HTTPS, a hall's own network may have none. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @typedef {{status: number, body: any}} Answer
 * @typedef {{path: string, body: object, key: string}} Command
 * @typedef {({settled: true} & Answer) | {settled: false}} Outcome
 * @typedef {object} Ways what sending needs of the page
 * @property {(path: string, body: object, key: string) => Promise<Answer>} post
 * @property {(milliseconds: number) => Promise<unknown>} wait
 * @property {() => number} now milliseconds
 * @property {(attempt: number, cause: "link" | "server") => void} onTry
 * @property {() => Promise<unknown>} signIn
 */

/**
 * How long to wait before try number `attempt` (1 is the first repetition), in milliseconds.
 *
 * @param {number} attempt
 */
export function delayBefore(attempt) {
  return DELAYS[Math.min(attempt, DELAYS.length) - 1];
}

/**
 * Whether this answer settles the command; if not, the same command with the same key goes out again.
 *
 * @param {Answer} answer
 */
export function isSettled({ status, body }) {
  if (status === 401) return false; // the session ended: the same person signs in again, then the command goes on
  if (status === 503 && ["storage_full", "storage_damaged"].includes(body.code)) return true;
  return !MAYBE_LATER.has(status);
}

/**
 * Send one command until it is settled or a minute is over.
 *
 * Answers {settled: true, status, body} or {settled: false}: then nobody knows yet, and the list tells when the link
 * is back. `onTry(attempt, cause)` hears of each repetition before it starts; `signIn()` resolves when the session is
 * back. `post`, `wait` and `now` are given by the caller.
 *
 * @param {Command} command
 * @param {Ways} ways
 * @returns {Promise<Outcome>}
 */
export async function send({ path, body, key }, { post, wait, now, onTry, signIn }) {
  let end = now() + GIVE_UP_AFTER;
  for (let attempt = 1; ; attempt += 1) {
    /** @type {"link" | "server"} */
    let cause = "link";
    try {
      const answer = await post(path, body, key);
      if (isSettled(answer)) return { settled: true, ...answer };
      if (answer.status === 401) {
        await signIn();
        end = now() + GIVE_UP_AFTER;
      }
      cause = "server";
    } catch (error) {
      if (/** @type {{code?: string}} */ (error).code !== UNREACHABLE) throw error;
    }
    if (now() >= end) return { settled: false };
    onTry(attempt, cause);
    await wait(delayBefore(attempt));
  }
}

// Owns the page's talk with the server: one request, its limit, its answer or problem. Knows no retry and no screen.

import { UNREACHABLE } from "/console/web/command.js";

/** @typedef {import("/console/web/command.js").Answer} Answer */

const READ_LIMIT = 5000;
const COMMAND_LIMIT = 8000;
const AGAIN = 2000;

/** The server could not be reached, or answered with something that is not ours. */
export class Unreachable extends Error {
  code = UNREACHABLE;
}

let language = "zh";

/**
 * Refusals are asked for in this language from now on.
 *
 * @param {string} tag
 */
export function speak(tag) {
  language = tag;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{body?: object, key?: string, limit: number}} request `limit` in milliseconds
 * @returns {Promise<Answer>}
 */
async function ask(method, path, { body, key, limit }) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", "Accept-Language": language };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "same-origin",
      signal: AbortSignal.timeout(limit),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : {} };
  } catch (error) {
    throw new Unreachable(response ? `answer ${response.status} is not JSON` : /** @type {Error} */ (error).name);
  }
}

/**
 * Read: {status, body}; throws Unreachable.
 *
 * @param {string} path
 */
export function get(path) {
  return ask("GET", path, { limit: READ_LIMIT });
}

/**
 * Read again and again until there is an answer, as long as it is `wanted()`: {status, body}, or null.
 *
 * @param {string} path
 * @param {() => boolean} wanted
 */
export async function getWithRetry(path, wanted) {
  while (wanted()) {
    try {
      const answer = await get(path);
      if (answer.status < 500) return answer;
    } catch (error) {
      if (/** @type {{code?: string}} */ (error).code !== UNREACHABLE) throw error;
    }
    await new Promise((later) => setTimeout(later, AGAIN));
  }
  return null;
}

/**
 * Send a body under a key: {status, body}; throws Unreachable.
 *
 * @param {string} path
 * @param {object | undefined} body
 * @param {string} key
 */
export function post(path, body, key) {
  return ask("POST", path, { body: body ?? {}, key, limit: COMMAND_LIMIT });
}

/** End the session on the server; whatever it answers, the page leaves. */
export async function signOut() {
  await ask("DELETE", "/api/v1/session", { limit: READ_LIMIT }).catch(() => null);
  location.assign("/login");
}

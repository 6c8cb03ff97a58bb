// Owns the page's talk with the agent: the boot secret, one question that waits, one verb at a time. Knows no screen.

const secret = document.querySelector('meta[name="kiosk-secret"]')?.getAttribute("content") ?? "";
const WAIT_LIMIT = 30000;
const TOUCH_LIMIT = 8000;

/**
 * @param {string} path
 * @param {object} body
 * @param {number} limit milliseconds
 */
async function post(path, body, limit) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Kiosk-Secret": secret },
    body: JSON.stringify(body),
    cache: "no-store",
    signal: AbortSignal.timeout(limit),
  });
  if (response.status === 403) location.reload(); // the agent was started again: this page's secret is of before
  if (!response.ok && response.status !== 409) throw new Error(`agent said ${response.status}`);
  return response.json();
}

/**
 * Ask for the screen to draw as soon as it is not `version`.
 *
 * @param {number} version
 */
export function wait(version) {
  return post("/page/wait", { version }, WAIT_LIMIT);
}

/**
 * Say one verb for the screen and the patient of `seen`; answers with the screen to draw.
 *
 * @param {{nonce: string, step: string}} seen
 * @param {string} verb
 */
export function touch(seen, verb, value = "", proof = "") {
  return post("/page/touch", { nonce: seen.nonce, step: seen.step, verb, value, proof }, TOUCH_LIMIT);
}

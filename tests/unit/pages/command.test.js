// A command's key and its retries: pressed once, done once, whatever happens to the link.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Unreachable } from "/console/web/api.js";
import { delayBefore, isSettled, newKey, send } from "/console/web/command.js";

/** A link on which `post` answers, and a clock that only waiting moves. */
function aLink(post) {
  const link = { clock: 0, tries: [], signIns: 0 };
  link.ways = {
    post,
    wait: async (milliseconds) => {
      link.clock += milliseconds;
    },
    now: () => link.clock,
    onTry: (attempt, cause) => link.tries.push([attempt, cause]),
    signIn: async () => {
      link.signIns += 1;
    },
  };
  return link;
}

test("a command keeps its key through every retry and ends with the answer", async () => {
  const busy = { status: 503, body: { code: "busy" } };
  const answers = [new Unreachable("x"), busy, { status: 401, body: {} }, { status: 200, body: { ok: 1 } }];
  const keys = [];
  const link = aLink(async (path, body, key) => {
    keys.push(key);
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return next;
  });

  const answer = await send({ path: "/x", body: {}, key: "k" }, link.ways);

  assert.deepEqual(answer, { settled: true, status: 200, body: { ok: 1 } });
  assert.deepEqual(keys, ["k", "k", "k", "k"]);
  assert.deepEqual(link.tries, [
    [1, "link"],
    [2, "server"],
    [3, "server"],
  ]);
  assert.equal(link.signIns, 1);
});

test("a command gives up after a minute and says that nobody knows", async () => {
  let posts = 0;
  const link = aLink(async () => {
    posts += 1;
    throw new Unreachable("x");
  });

  const answer = await send({ path: "/x", body: {}, key: "k" }, link.ways);

  assert.deepEqual(answer, { settled: false });
  assert.ok(link.clock >= 60_000 && link.clock <= 64_000, `${link.clock} ms`);
  assert.ok(posts >= 15 && posts <= 40, `${posts} tries`);
});

test("an error of the page itself is no reason to try again", async () => {
  const link = aLink(async () => {
    throw new TypeError("wrong");
  });

  await assert.rejects(send({ path: "/x", body: {}, key: "k" }, link.ways), TypeError);
  assert.deepEqual(link.tries, []);
});

for (const [status, code, settled] of [
  [200, undefined, true],
  [409, "station_busy", true],
  [401, "unauthenticated", false],
  [429, "too_many", false],
  [503, "busy", false],
  [503, "storage_full", true],
  [503, "storage_damaged", true],
]) {
  test(`an answer ${status} ${code ?? ""} ${settled ? "settles" : "does not settle"} a command`, () => {
    assert.equal(isSettled({ status, body: { code } }), settled);
  });
}

test("retries come slower and slower, at most three seconds apart", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 40].map(delayBefore), [400, 800, 1600, 3000, 3000, 3000]);
});

test("a key has 128 bits, and no two are the same", () => {
  assert.match(newKey(), /^[0-9a-f]{32}$/);
  assert.notEqual(newKey(), newKey());
});

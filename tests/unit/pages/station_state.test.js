// A doctor's station: who is here, who comes, and why the next one cannot be called.

import assert from "node:assert/strict";
import { test } from "node:test";

import { after, currentAt, minutesHere, nextLabel, whyNotNext, whyNotPass } from "/console/web/station_state.js";

test("here is who is called or seen there, not who waits at the door", () => {
  const staged = { id: "a", station: "R1", state: "staged" };
  const called = { id: "b", station: "R1", state: "called" };

  assert.equal(currentAt([staged, called], "R1"), called);
  assert.equal(currentAt([staged], "R1"), null);
  assert.equal(currentAt([called], "R2"), null);
});

test("who is here does not come", () => {
  assert.deepEqual(after([{ ticket: "a" }, { ticket: "b" }], { id: "a" }), [{ ticket: "b" }]);
  assert.deepEqual(after([{ ticket: "a" }], null), [{ ticket: "a" }]);
});

test("a closed room calls nobody, and one with somebody who is called only when they came", () => {
  assert.equal(whyNotNext({ state: "paused" }, null).key, "next.closed");
  assert.deepEqual(whyNotNext({ state: "open" }, { state: "called", number: "A001" }), {
    key: "next.busy",
    gaps: { number: "A001" },
  });
  assert.equal(whyNotNext({ state: "open" }, { state: "serving" }), null);
  assert.equal(whyNotNext({ state: "open" }, null), null);
});

test("the large button says what it does, and how often it was tried", () => {
  assert.equal(nextLabel(null).key, "next");
  assert.equal(nextLabel({ state: "serving" }).key, "next.finish");
  assert.equal(nextLabel(null, { attempt: 0 }).key, "next.calling");
  assert.equal(nextLabel(null, { attempt: 2 }).gaps.attempt, 2);
});

test("minutes count from the call, then from the start", () => {
  const times = { called: "2024-05-06T01:00:00Z", started: "2024-05-06T01:05:00Z" };
  const now = Date.parse("2024-05-06T01:07:30Z");

  assert.equal(minutesHere({ state: "called", times }, now), 7);
  assert.equal(minutesHere({ state: "serving", times }, now), 2);
  assert.equal(minutesHere({ state: "called", times: {} }, now), 0);
});

test("who is called may be passed when the server says so, and as soon as the time is over that it named", () => {
  const current = { id: "a", state: "called" };
  const soon = { ticket: "a", code: "pass_too_soon", calls: 2, calls_needed: 2, allowed_at: "2024-05-06T01:00:10Z" };
  const now = Date.parse("2024-05-06T01:00:00Z");

  assert.equal(whyNotPass(null, null, now).key, "pass.nobody");
  assert.equal(whyNotPass(current, { ticket: "a", code: null }, now), null);
  assert.deepEqual(whyNotPass(current, { ...soon, calls: 1 }, now).gaps, { calls: 1, needed: 2 });
  assert.deepEqual(whyNotPass(current, soon, now), { key: "pass.wait", gaps: { seconds: 10 } });
  assert.equal(whyNotPass(current, soon, now + 10000), null);
  assert.equal(whyNotPass(current, { ticket: "a", code: "zone_offline" }, now).key, "pass.offline");
  assert.equal(whyNotPass(current, { ...soon, ticket: "b" }, now), null);
});

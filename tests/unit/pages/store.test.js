// The desk's copy of the hall: the vectors that server/protocol passes too, and what only a page does.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { absorb, fold, replaced, take, verdict } from "/console/web/store.js";

const vectors = JSON.parse(readFileSync(new URL("../protocol/stream_vectors.json", import.meta.url), "utf8"));

for (const { name, position, frame, verdict: wanted } of vectors.cursor) {
  test(`verdict: ${name}`, () => assert.equal(verdict(position, frame), wanted));
}

for (const { name, position, frames, verdicts, positions } of vectors.streams) {
  test(`stream: ${name}`, () => {
    let state = { hall: { ...vectors.snapshot, ...position }, ahead: {} };
    const steps = frames.map((frame) => {
      state = take(state, { kind: "hidden", ...frame });
      return [state.said, state.hall.seq];
    });

    assert.deepEqual(
      steps,
      verdicts.map((said, index) => [said, positions[index]]),
    );
  });
}

for (const { name, event, after } of vectors.folding) {
  test(`folding: ${name}`, () => {
    const before = structuredClone(vectors.snapshot);

    assert.deepEqual(fold(before, event), { ...vectors.snapshot, ...after, seq: event.seq });
    assert.deepEqual(before, vectors.snapshot);
  });
}

test("facts in any order give the same hall and old ones change nothing", () => {
  const start = { epoch: "e", seq: 0, tickets: [], stations: [], alerts: [], print_jobs: [], devices: [] };
  const ticket = (seq) => ({ id: `t${seq % 3}`, state: "waiting", seq });
  const fact = (seq) => ({ epoch: "e", seq, kind: "ticket.checked_in", ticket: ticket(seq) });
  let state = { hall: start, ahead: {} };
  for (const seq of [2, 3, 1, 1, 5, 4, 2, 6]) state = take(state, fact(seq));

  assert.equal(state.hall.seq, 6);
  assert.deepEqual(state.hall.tickets.map((one) => one.seq).sort(), [4, 5, 6]);
  assert.deepEqual(state.ahead, {});
});

test("an older view never takes the place of a newer one", () => {
  const views = [{ id: "t1", seq: 7, state: "called" }];

  assert.equal(replaced(views, { id: "t1", seq: 6, state: "waiting" }), views);
  assert.equal(replaced(views, { id: "t1", seq: 6, state: "done" }, false), views);
});

test("an answer is shown before its fact arrives, and the position stays", () => {
  const called = { ...vectors.snapshot.tickets[1], state: "called", seq: 6 };
  const hall = absorb(vectors.snapshot, { ticket: called });

  assert.equal(hall.seq, vectors.snapshot.seq);
  assert.deepEqual(hall.tickets[1], called);
  assert.deepEqual(hall.tickets.length, vectors.snapshot.tickets.length);
});

test("an answer that ended a ticket takes it off the list, and one without a view changes nothing", () => {
  const [first] = vectors.snapshot.tickets;

  assert.deepEqual(
    absorb(vectors.snapshot, { ticket: { ...first, state: "done", seq: 6 } }).tickets,
    vectors.snapshot.tickets.slice(1),
  );
  assert.deepEqual(absorb(vectors.snapshot, {}), vectors.snapshot);
});

// Waits, targets, the order of a list, and what a search finds.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ageOf, inOrder, matches, reassessIn, tabOf, waitOf } from "/console/web/waits.js";

const CHECKED_IN = Date.parse("2024-05-06T01:00:00Z");
const minutesLater = (minutes) => CHECKED_IN + minutes * 60000;
const HALL = { queues: [{ id: "Q", scale: "S" }] };
const REFERENCE = {
  scales: { S: { levels: [{ code: "U", rank: 2, target_minutes: 30, reassess_after_minutes: 15 }] } },
  untriaged_minutes: 10,
  targets: {
    Q: { urgent: { "": 60, U: 30 }, ordinary: { "": 60, U: 30 }, passed: { "": 30, U: 30 }, return: { "": 20, U: 20 } },
  },
};

function aTicket(more = {}) {
  const times = { checked_in: "2024-05-06T01:00:00Z", ...more.times };
  return { id: "t", state: "waiting", lane: "urgent", queue: "Q", grade: "U", order: "1", ...more, times };
}

for (const [minutes, state] of [
  [0, "on_time"],
  [23, "on_time"],
  [24, "amber"],
  [29, "amber"],
  [30, "overdue"],
]) {
  test(`after ${minutes} of 30 minutes a wait is ${state}: amber at four fifths, overdue at its target`, () => {
    const wait = waitOf(aTicket(), REFERENCE, minutesLater(minutes));

    assert.deepEqual([wait.state, wait.target, wait.minutes], [state, 30, minutes]);
  });
}

test("a booked patient who is early does not wait yet", () => {
  const ticket = aTicket({ lane: "ordinary", grade: null, slot: "2024-05-06T02:00:00Z" });

  assert.equal(waitOf(ticket, REFERENCE, minutesLater(50)).minutes, 0);
  assert.equal(waitOf(ticket, REFERENCE, minutesLater(75)).minutes, 15);
});

test("a patient who came back waits from then on, against the target of returning patients", () => {
  const ticket = aTicket({ lane: "return", grade: null, times: { returned: "2024-05-06T01:30:00Z" } });
  const wait = waitOf(ticket, REFERENCE, minutesLater(40));

  assert.deepEqual([wait.minutes, wait.target], [10, 20]);
});

test("an ungraded patient is to be looked at within ten minutes, and a called one waits for nothing", () => {
  assert.equal(waitOf(aTicket({ state: "checked_in" }), REFERENCE, minutesLater(10)).state, "overdue");
  assert.equal(waitOf(aTicket({ state: "called" }), REFERENCE, minutesLater(10)), null);
});

test("the next look is due so many minutes after triage as the level says", () => {
  const ticket = aTicket({ times: { triaged: "2024-05-06T01:05:00Z" } });

  assert.equal(reassessIn(ticket, HALL, REFERENCE, minutesLater(10)), 10);
  assert.equal(reassessIn(ticket, HALL, REFERENCE, minutesLater(25)), -5);
  assert.equal(reassessIn(aTicket(), HALL, REFERENCE, minutesLater(25)), null);
});

test("a list begins with who is overdue and urgent, then follows lane and order", () => {
  const tickets = [
    aTicket({ id: "ordinary", lane: "ordinary", grade: null, order: "2" }),
    aTicket({ id: "passed", lane: "passed", grade: null, order: "3", times: { returned: "2024-05-06T01:30:00Z" } }),
    aTicket({ id: "first", lane: "ordinary", grade: null, order: "1" }),
    aTicket({ id: "urgent" }),
  ];

  assert.deepEqual(
    inOrder(tickets, REFERENCE, minutesLater(35)).map(({ ticket }) => ticket.id),
    ["urgent", "passed", "first", "ordinary"],
  );
});

for (const [typed, found] of [
  ["A012", true],
  ["a12", true],
  ["12", true],
  ["王", true],
  ["A13", false],
  ["  ", true],
]) {
  test(`"${typed}" ${found ? "finds" : "does not find"} A012 王伟`, () => {
    assert.equal(matches({ number: "A012", name: "王伟" }, typed), found);
  });
}

test("a ticket stands in the tab of its state", () => {
  const states = ["checked_in", "waiting", "staged", "called", "serving", "held", "passed"];

  assert.deepEqual(
    states.map((state) => tabOf({ state })),
    ["waiting", "waiting", "waiting", "rooms", "rooms", "held", "passed"],
  );
});

test("an age is in years from the second birthday on, in months before", () => {
  const now = new Date(2024, 4, 6).getTime();

  assert.deepEqual(ageOf("1950-05-07", now), { years: 73 });
  assert.deepEqual(ageOf("2022-05-07", now), { months: 23 });
  assert.deepEqual(ageOf("2022-05-06", now), { years: 2 });
  assert.equal(ageOf(null, now), null);
});

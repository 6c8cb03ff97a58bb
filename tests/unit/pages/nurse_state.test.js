// The nurse desk: whom it is about, which panel is open, and what follows an answer.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  afterForm,
  answered,
  asking,
  choosing,
  chosenOf,
  commandOf,
  lineAt,
  opening,
  shown,
  START,
  wentOn,
  withAlert,
  withVisit,
} from "/console/web/nurse_state.js";

const ticket = (id, more = {}) => ({
  id,
  state: "waiting",
  lane: "ordinary",
  queue: "Q",
  order: id,
  times: {},
  ...more,
});
const linesOf = (...ids) => ids.map((id) => ({ ticket: ticket(id) }));

test("a tab counts what it would show, those with results in two tabs", () => {
  const hall = {
    queues: [{ id: "Q" }],
    tickets: [
      ticket("a"),
      ticket("b", { lane: "return" }),
      ticket("c", { state: "passed" }),
      ticket("d", { state: "serving" }),
      ticket("e", { queue: "other" }),
    ],
  };
  const reference = { targets: { Q: { ordinary: { "": 60 }, return: { "": 20 } } }, untriaged_minutes: 10 };
  const { counts, lines } = shown({ ...START, queue: "Q", tab: "return" }, { hall, reference, now: 0 });

  assert.deepEqual(counts, { waiting: 2, passed: 1, return: 1, held: 0, rooms: 1 });
  assert.deepEqual(
    lines.map((line) => line.ticket.id),
    ["b"],
  );
});

test("whose line is gone leaves the desk at its place", () => {
  const lines = linesOf("a", "b", "c");

  assert.deepEqual(chosenOf({ ...START, selected: "b" }, lines, 0, []), { ticket: lines[1].ticket, place: 1 });
  assert.equal(chosenOf({ ...START, selected: "gone" }, lines, 2, []).ticket.id, "c");
  assert.equal(chosenOf({ ...START, selected: "gone" }, lines, 7, []).ticket.id, "c");
  assert.equal(chosenOf(START, [], 0, []).ticket, null);
});

test("an open form keeps its patient, in the hall or as last seen", () => {
  const opened = ticket("x");
  const view = opening(START, "hold", opened);
  const moved = ticket("x", { state: "held" });

  assert.equal(chosenOf(view, linesOf("a"), 0, [moved]).ticket, moved);
  assert.equal(chosenOf(view, linesOf("a"), 0, []).ticket, opened);
  assert.equal(chosenOf({ ...view, panel: "rooms" }, linesOf("a"), 0, []).ticket.id, "a");
});

test("a form's command is named by its ticket, any other by the number of the form", () => {
  assert.equal(commandOf({ panel: "hold", form: 3 }, { id: "x" }), "hold:x");
  assert.equal(commandOf({ panel: "check_in", form: 3 }, { id: "x" }), "check_in:3");
});

test("a panel that is open stays, unless its command is on its way", () => {
  const lines = [{ ticket: ticket("a", { state: "checked_in" }) }, { ticket: ticket("b", { state: "checked_in" }) }];
  const page = { ticket: lines[0].ticket, lines, sending: false };
  const triage = opening(START, "triage", page.ticket);
  const checkIn = opening(START, "check_in", page.ticket);

  assert.equal(asking(triage, "triage", page), triage);
  assert.equal(asking(triage, "triage", { ...page, sending: true }).selected, "b");
  assert.equal(asking(checkIn, "check_in", page), checkIn);
  assert.equal(asking(checkIn, "check_in", { ...page, sending: true }).form, checkIn.form + 1);
  assert.equal(asking(triage, "hold", page).panel, "hold");
});

test("an answer closes the form it belongs to and no other", () => {
  const view = opening(START, "hold", ticket("a"));

  assert.deepEqual(answered(view, view.form, { selected: "a" }), { ...view, panel: null, selected: "a" });
  assert.equal(answered(view, view.form - 1, { selected: "a" }), view);
  assert.equal(answered(START, 0, { selected: "a" }), START);
});

test("after a triage comes the next who has no grade, after a start the rooms", () => {
  const lines = [{ ticket: ticket("a", { state: "checked_in" }) }, { ticket: ticket("b", { state: "checked_in" }) }];

  assert.deepEqual(afterForm("triage", "a", lines), { selected: "b" });
  assert.deepEqual(afterForm("triage", "a", []), { selected: "a" });
  assert.deepEqual(afterForm("start", "a", lines), { selected: "a", tab: "rooms", typed: "" });
});

test("choosing another ticket closes the form on the one before, and no panel on something else", () => {
  assert.deepEqual(choosing({ panel: "hold" }, "b"), { selected: "b", panel: null });
  assert.deepEqual(choosing({ panel: "rooms" }, "b"), { selected: "b", panel: "rooms" });
});

test("steps end at the first and the last line", () => {
  const lines = linesOf("a", "b", "c");

  assert.equal(lineAt(lines, 1, 1).id, "c");
  assert.equal(lineAt(lines, 1, 9999).id, "c");
  assert.equal(lineAt(lines, 1, -12).id, "a");
  assert.equal(lineAt([], 0, 1), undefined);
});

test("who was identified leads to the ticket they hold, or to the check-in", () => {
  const visit = { choices: { tickets: [{ id: "a" }] } };

  assert.equal(withVisit(START, visit, [ticket("a", { state: "held" })]).tab, "held");
  assert.deepEqual(withVisit(START, visit, []), { ...START, panel: "check_in", visit, form: 1 });
});

test("an alert's own panel has its id, the check-in that ends it the alert", () => {
  const alert = { id: "x" };

  assert.equal(withAlert(START, "alert", alert).alert, "x");
  assert.equal(withAlert(START, "check_in", alert).alert, alert);
});

test("a nurse went on who typed, chose, or opened something else", () => {
  assert.equal(wentOn(START, START), false);
  assert.equal(wentOn({ ...START, tab: "held" }, START), false);
  assert.equal(wentOn({ ...START, typed: "12" }, START), true);
});

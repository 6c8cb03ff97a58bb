// The tables of actions: which rows become buttons, which are possible, what the list of keys says.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  buttonsOf,
  helpOf,
  isPossible,
  kindOf,
  labelOf,
  NURSE_ACTIONS,
  possible,
  STATION_ACTIONS,
} from "/console/web/actions.js";

const REFERENCE = {
  queues: { Q: { staging: "off" }, S: { staging: "on" } },
  moves: { waiting: ["triage", "stage", "hold"], held: ["return"] },
  escorted: { held: ["start"] },
  actions: Object.fromEntries(
    [...NURSE_ACTIONS, ...STATION_ACTIONS].map(({ action }) => [action, { roles: ["nurse"] }]),
  ),
};
const actionsOf = (rows) => rows.map((row) => row.action);

test("what the server allows in a state is possible, sending ahead only where the queue does it", () => {
  assert.deepEqual(possible({ state: "waiting", queue: "Q" }, REFERENCE), ["triage", "hold"]);
  assert.deepEqual(possible({ state: "waiting", queue: "S" }, REFERENCE), ["triage", "stage", "hold"]);
  assert.deepEqual(possible({ state: "done", queue: "Q" }, REFERENCE), []);
  assert.deepEqual(possible(null, REFERENCE), []);
});

test("a level that does not queue may be treated where it is held", () => {
  assert.deepEqual(possible({ state: "held", queue: "Q", bypass: true }, REFERENCE), ["return", "start"]);
  assert.deepEqual(possible({ state: "held", queue: "Q" }, REFERENCE), ["return"]);
});

test("a row is possible when its action is, and a page's own always", () => {
  const row = (action) => NURSE_ACTIONS.find((one) => one.action === action);

  assert.equal(isPossible(row("hold"), ["hold"]), true);
  assert.equal(isPossible(row("hold"), ["return"]), false);
  assert.equal(isPossible(row("explain"), []), true);
});

test("rescue stands first, and only while it is possible", () => {
  const of = (bypass, actions) =>
    actionsOf(buttonsOf(NURSE_ACTIONS, { ticket: { bypass }, actions, reference: REFERENCE, role: "nurse" }));

  assert.equal(of(true, ["start"])[0], "start");
  assert.equal(of(true, ["return"])[0], "triage");
  assert.equal(of(false, ["start"]).includes("start"), false);
});

test("a button is for the roles that the server names", () => {
  const reference = { actions: { recall: { roles: ["doctor"] }, hold: { roles: ["nurse", "doctor"] } } };
  const buttons = buttonsOf(STATION_ACTIONS, { ticket: {}, actions: [], reference, role: "nurse" });

  assert.deepEqual(actionsOf(buttons), ["hold"]);
});

test("a row without texts of its own is labelled by its action, and helped by its label", () => {
  assert.equal(labelOf({ action: "remind" }), "action.remind");
  assert.deepEqual(helpOf([{ action: "remind", key: "U" }]), [["U", "action.remind"]]);
  assert.deepEqual(helpOf([{ action: "hold", key: "H", help: "key.H" }]), [["H", "key.H"]]);
});

test("a button stands out in its state", () => {
  assert.equal(kindOf({ primary: true }), "primary");
  assert.equal(kindOf({ primary: "called" }, "called"), "primary");
  assert.equal(kindOf({ primary: "called" }, "serving"), "quiet");
  assert.equal(kindOf({}, "called"), "quiet");
});

// What the forms of check-in and triage send.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bodyOf as checkInBody, given, isForNow, NOBODY, opened, toggled } from "/console/web/check_in_state.js";
import { askedAfter, bodyOf as triageBody, gradeOf, vitalsOf } from "/console/web/triage_state.js";

const HALL = { hall: "H1", queues: [{ id: "IM" }] };

test("the only queue is chosen, and an alert's before it", () => {
  assert.equal(opened(HALL, null).queue, "IM");
  assert.equal(opened({ queues: [{ id: "A" }, { id: "B" }] }, null).queue, null);
  assert.equal(opened(HALL, { queue: "ED" }).queue, "ED");
});

test("a birth date may be typed as eight digits, and a document's kind is sent with its number only", () => {
  const person = { ...NOBODY, name: " 王伟 ", birth_date: "19400501" };

  assert.deepEqual(given(person), { name: "王伟", birth_date: "1940-05-01" });
  assert.deepEqual(given({ ...person, birth_date: "", identity_number: "X1" }), {
    name: "王伟",
    document_type: "resident",
    identity_number: "X1",
  });
});

test("who is identified is sent by token, who an alert names by the alert, anybody else as typed", () => {
  const fields = { ...opened(HALL, null), person: { ...NOBODY, name: "王伟" } };
  const visit = { visit_token: "v" };

  assert.deepEqual(checkInBody(fields, { hall: HALL, visit }), {
    hall: "H1",
    flags: [],
    visit_token: "v",
    queue: "IM",
  });
  assert.deepEqual(checkInBody(fields, { hall: HALL, alert: { id: "x", name: "李" } }), {
    hall: "H1",
    flags: [],
    alert: "x",
    queue: "IM",
  });
  assert.deepEqual(checkInBody(fields, { hall: HALL, sameAs: "new" }).same_as, "new");
});

test("an appointment says which queue; priority has its evidence, an override its reason", () => {
  const fields = { ...opened(HALL, null), tags: ["老"], evidence: " 证件 ", override: " 已看 " };
  const body = checkInBody(fields, { hall: HALL, visit: { visit_token: "v" } }, { appointment: "AP1" });

  assert.equal("queue" in body, false);
  assert.deepEqual([body.tags, body.evidence, body.override_reason], [["老"], "证件", "已看"]);
});

test("an appointment elsewhere or at another time is not for now", () => {
  assert.equal(isForNow({}), true);
  assert.equal(isForNow({ here: false }), false);
  assert.equal(isForNow({ when: "later" }), false);
});

test("a box that is ticked is in the list once, one that is not is out of it", () => {
  assert.deepEqual(toggled(["a"], "b", true), ["a", "b"]);
  assert.deepEqual(toggled(["a", "b"], "a", false), ["b"]);
});

test("vital signs are numbers, also in wide letters; what is no number stays for the server to refuse", () => {
  const typed = { pulse: "１１８", temperature: "36.5", consciousness: "a", spo2: "9x", pain: " " };

  assert.deepEqual(vitalsOf(typed, true, true), {
    spo2: "9x",
    pulse: 118,
    temperature: 36.5,
    consciousness: "A",
    oxygen: true,
    hypercapnic: true,
  });
  assert.deepEqual(vitalsOf({}, false, true), {});
});

test("the chosen grade goes before the suggested one, and the ticket's own only where the scale has it", () => {
  const scale = { levels: [{ code: "U" }] };

  assert.equal(gradeOf({ chosen: "R" }, { grade: "U" }, scale, { grade: "U" }), "R");
  assert.equal(gradeOf({ chosen: null }, { grade: "N" }, scale, { grade: "U" }), "N");
  assert.equal(gradeOf({ chosen: null }, null, scale, { grade: "U" }), "U");
  assert.equal(gradeOf({ chosen: null }, null, scale, { grade: "Ⅲ" }), null);
});

test("only what was filled in is sent", () => {
  const fields = { queue: "IM", pregnant: false, reason: " ", second: { username: "", password: "" } };
  const more = { grade: "U", vitals: {}, findings: [], ticket: { queue: "IM" }, at: 0 };

  assert.deepEqual(triageBody(fields, more), { grade: "U" });
  assert.deepEqual(triageBody({ ...fields, queue: "SU", pregnant: true }, { ...more, vitals: { pulse: 80 } }), {
    grade: "U",
    vitals: { pulse: 80, measured_at: "1970-01-01T00:00:00.000Z" },
    queue: "SU",
    pregnant: true,
  });
});

test("a refusal says what the form asks for next", () => {
  assert.deepEqual(askedAfter({}, "reason_needed"), { reason: true });
  assert.deepEqual(askedAfter({ reason: true }, "second_needed"), { reason: true, second: true });
  assert.deepEqual(askedAfter({ reason: true, second: true }, "wrong_credentials"), { reason: true, second: true });
  assert.deepEqual(askedAfter({}, "wrong_credentials"), {});
});

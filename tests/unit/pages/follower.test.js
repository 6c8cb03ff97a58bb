// Following a hall: a snapshot, facts in order, gaps over HTTP, another journal, and what the link says.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { sockets } from "./played_socket.js";
import { Follower } from "/console/web/follower.js";

const SNAPSHOT = { epoch: "e", seq: 5, tickets: [], stations: [], alerts: [], print_jobs: [], devices: [] };
const fact = (seq, epoch = "e") => ({
  epoch,
  seq,
  kind: "ticket.checked_in",
  ticket: { id: `t${seq}`, state: "waiting", seq },
});
const settled = () => new Promise((later) => setImmediate(later));

/** A follower, what it asked the server, and what it told the page; `answers` are given in turn. */
function following(t, ...answers) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_700_000_000_000 });
  const asked = [];
  const told = [];
  const news = [];
  let sessionsLost = 0;
  const follower = new Follower("H1", {
    get: async (path) => {
      asked.push(path);
      const answer = answers.shift();
      if (answer === undefined) throw new Error("unreachable");
      return answer;
    },
    onChange: (view) => told.push(view),
    onEvents: (events) => news.push(...events.map((event) => event.seq)),
    onSession: () => (sessionsLost += 1),
  });
  follower.start();
  t.after(() => follower.stop());
  return { asked, told, news, sessionsLost: () => sessionsLost, last: () => told.at(-1), socket: sockets.at(-1) };
}

const snapshot = (more = {}) => ({ status: 200, body: { ...SNAPSHOT, ...more } });

beforeEach(() => sockets.splice(0));

test("it reads a snapshot, then folds what the socket brings", async (t) => {
  const page = following(t, snapshot());
  await settled();
  page.socket.emit("position", { epoch: "e", seq: 5 });
  page.socket.emit("event", fact(6));

  assert.deepEqual(page.asked, ["/api/v1/halls/H1/snapshot"]);
  assert.equal(page.last().hall.seq, 6);
  assert.equal(page.last().link, "live");
  assert.deepEqual(page.news, [6]);
});

test("what is missing between two facts is asked for after a moment", async (t) => {
  const page = following(t, snapshot(), { status: 200, body: { events: [fact(6)], more: false } });
  await settled();
  page.socket.emit("event", fact(7));
  await settled();
  assert.equal(page.asked.length, 1);
  t.mock.timers.tick(60);
  await settled();

  assert.equal(page.asked[1], "/api/v1/halls/H1/events?after=5&epoch=e&limit=1000");
  assert.equal(page.last().hall.seq, 7);
  assert.deepEqual(
    page.last().hall.tickets.map((ticket) => ticket.id),
    ["t6", "t7"],
  );
});

test("a gap that fills by itself asks nobody", async (t) => {
  const page = following(t, snapshot());
  await settled();
  page.socket.emit("event", fact(7));
  page.socket.emit("event", fact(6));
  t.mock.timers.tick(60);
  await settled();

  assert.equal(page.asked.length, 1);
  assert.equal(page.last().hall.seq, 7);
});

for (const [name, answers] of [
  ["a fact of another journal", [snapshot(), snapshot({ epoch: "f", seq: 2 })]],
  ["an answer 410", [snapshot(), { status: 410, body: {} }, snapshot({ epoch: "f", seq: 2 })]],
]) {
  test(`${name} makes it start again from a snapshot`, async (t) => {
    const page = following(t, ...answers);
    await settled();
    page.socket.emit("event", name.includes("410") ? fact(7) : fact(6, "f"));
    t.mock.timers.tick(60);
    await settled();

    assert.equal(page.asked.at(-1), "/api/v1/halls/H1/snapshot");
    assert.deepEqual([page.last().hall.epoch, page.last().hall.seq], ["f", 2]);
  });
}

test("without a socket it asks over HTTP, and says so; without both it says that the link is lost", async (t) => {
  const page = following(t, snapshot(), { status: 200, body: { events: [fact(6)], more: false } });
  page.socket.connected = false;
  await settled();
  t.mock.timers.tick(2000);
  await settled();
  assert.equal(page.last().link, "polling");
  assert.equal(page.last().hall.seq, 6);

  for (let seconds = 0; seconds < 8; seconds += 1) {
    t.mock.timers.tick(1000);
    await settled();
  }
  assert.equal(page.last().link, "lost");
  assert.equal(page.last().hall.seq, 6);
});

test("a fact that this browser cannot apply turns the link to broken and stops the list", async (t) => {
  t.mock.method(console, "error", () => {});
  const page = following(t, snapshot());
  await settled();
  page.socket.emit("position", { epoch: "e", seq: 5 });
  page.socket.emit("event", {
    ...fact(6),
    ticket: Object.defineProperty({}, "state", {
      get: () => {
        throw new TypeError("no");
      },
    }),
  });

  assert.equal(page.last().link, "broken");
  assert.equal(page.last().hall.seq, 5);
  assert.deepEqual(console.error.mock.calls[0].arguments, ["an event cannot be applied", "TypeError"]);
});

test("a session that ended is told once for each answer, and the socket says it too", async (t) => {
  const page = following(t, { status: 401, body: {} });
  await settled();
  assert.equal(page.sessionsLost(), 1);
  page.socket.emit("connect_error", new Error("unauthenticated"));
  assert.equal(page.sessionsLost(), 2);
});

"""The consoles' own modules, run in the browser they are written for: folding, positions, keys, waits."""

import pytest

pytestmark = pytest.mark.browser
BY_ID = """hall => Object.fromEntries(["tickets", "stations", "alerts", "print_jobs"].map((list) =>
  [list, Object.fromEntries(hall[list].map((one) => [one.id, one]))]))"""


@pytest.fixture(scope="module")
def page(consoles):
    with consoles.page("nurse1", "/nurse") as opened:
        yield opened


def test_an_old_snapshot_and_the_facts_after_it_make_the_new_snapshot(consoles, page):
    snapshot = "async () => await (await fetch('/api/v1/halls/H1/snapshot')).json()"
    old = page.evaluate(snapshot)
    people = consoles.many(6)
    desk = consoles.desk
    desk.prioritise(people[1].id, "老", "证件")
    called = desk.call_next("R1").ticket
    desk.start(called.id)
    desk.finish(called.id)
    desk.hold(people[4].id, "toilet")
    desk.set_station("R2", "pause", minutes=10)
    desk.raise_alert("help")
    desk.acknowledge_alert(desk.raise_alert("help").id)

    new = page.evaluate(snapshot)
    folded = page.evaluate(
        f"""async ([old, last]) => {{
          const {{ take }} = await import("/console/web/store.js");
          const page = await (await fetch(`/api/v1/halls/H1/events?after=${{old.seq}}`)).json();
          let state = {{ hall: old, ahead: {{}} }};
          for (const fact of page.events.filter((one) => one.seq <= last)) state = take(state, fact);
          return {{ seq: state.hall.seq, ...({BY_ID})(state.hall) }};
        }}""",
        [old, new["seq"]],
    )

    assert new["seq"] == folded["seq"]
    wanted = page.evaluate(BY_ID, new)
    assert wanted["tickets"] == folded["tickets"]
    assert wanted["stations"] == folded["stations"]
    assert wanted["alerts"] == folded["alerts"]


def test_facts_in_any_order_give_the_same_hall_and_old_ones_change_nothing(page):
    seen = page.evaluate(
        """async () => {
          const { take } = await import("/console/web/store.js");
          const start = { epoch: "e", seq: 0, tickets: [], stations: [], alerts: [], print_jobs: [], devices: [] };
          const ticket = (seq) => ({ id: `t${seq % 3}`, state: "waiting", seq });
          const fact = (seq) => ({ epoch: "e", seq, kind: "ticket.checked_in", ticket: ticket(seq) });
          const order = [2, 3, 1, 1, 5, 4, 2, 6];
          let state = { hall: start, ahead: {} };
          const said = order.map((seq) => { state = take(state, fact(seq)); return state.said; });
          const seqs = state.hall.tickets.map((one) => one.seq).sort();
          return { said, seq: state.hall.seq, seqs, ahead: Object.keys(state.ahead) };
        }"""
    )

    assert ["gap", "gap", "deliver", "duplicate", "gap", "deliver", "duplicate", "deliver"] == seen["said"]
    assert (6, [4, 5, 6], []) == (seen["seq"], seen["seqs"], seen["ahead"])


def test_a_fact_of_another_journal_is_stale(page):
    verdict = """async ([position, frame]) => (await import("/console/web/store.js")).verdict(position, frame)"""

    assert "stale" == page.evaluate(verdict, [{"epoch": "a", "seq": 5}, {"epoch": "b", "seq": 6}])


def test_a_wish_keeps_its_key_through_every_retry_and_ends_with_the_answer(page):
    seen = page.evaluate(
        """async () => {
          const { send } = await import("/console/web/wish.js");
          const { Unreachable } = await import("/console/web/api.js");
          const keys = [], tries = [];
          const busy = { status: 503, body: { code: "busy" } };
          const answers = [new Unreachable("x"), busy, { status: 401, body: {} }, { status: 200, body: { ok: 1 } }];
          let clock = 0, signIns = 0;
          const post = async (path, body, key) => {
            keys.push(key);
            const next = answers.shift();
            if (next instanceof Error) throw next;
            return next;
          };
          const answer = await send({ path: "/x", body: {}, key: "k" }, {
            post, wait: async (ms) => { clock += ms; }, now: () => clock,
            onTry: (attempt, cause) => tries.push([attempt, cause]), signIn: async () => { signIns += 1; },
          });
          return { answer, keys, tries, signIns };
        }"""
    )

    assert {"settled": True, "status": 200, "body": {"ok": 1}} == seen["answer"]
    assert ["k"] * 4 == seen["keys"]
    assert [[1, "link"], [2, "server"], [3, "server"]] == seen["tries"]
    assert 1 == seen["signIns"]


def test_a_wish_gives_up_after_a_minute_and_says_that_nobody_knows(page):
    seen = page.evaluate(
        """async () => {
          const { send } = await import("/console/web/wish.js");
          const { Unreachable } = await import("/console/web/api.js");
          let clock = 0, posts = 0;
          const post = async () => { posts += 1; throw new Unreachable("x"); };
          const answer = await send({ path: "/x", body: {}, key: "k" }, {
            post, wait: async (ms) => { clock += ms; }, now: () => clock, onTry: () => {}, signIn: async () => {},
          });
          return { answer, clock, posts };
        }"""
    )

    assert {"settled": False} == seen["answer"]
    assert 60_000 <= seen["clock"] <= 64_000
    assert 15 <= seen["posts"] <= 40


@pytest.mark.parametrize(
    ("minutes", "state"), [(0, "on_time"), (23, "on_time"), (24, "amber"), (29, "amber"), (30, "overdue")]
)
def test_a_wait_is_amber_at_four_fifths_and_overdue_at_its_target(page, minutes, state):
    seen = page.evaluate(
        """async (minutes) => {
          const { waitOf } = await import("/console/web/waits.js");
          const hall = { queues: [{ id: "Q", scale: "S" }] };
          const levels = [{ code: "U", rank: 2, target_minutes: 30 }];
          const known = { scales: { S: { levels } }, queues: { Q: { ordinary_target: 60 } } };
          const times = { checked_in: "2024-05-06T01:00:00Z" };
          const ticket = { state: "waiting", lane: "urgent", queue: "Q", grade: "U", times };
          return waitOf(ticket, hall, known, Date.parse("2024-05-06T01:00:00Z") + minutes * 60000);
        }""",
        minutes,
    )

    assert (state, 30, minutes) == (seen["state"], seen["target"], seen["minutes"])


def test_a_booked_patient_who_is_early_does_not_wait_yet(page):
    seen = page.evaluate(
        """async () => {
          const { waitOf } = await import("/console/web/waits.js");
          const times = { checked_in: "2024-05-06T01:00:00Z" };
          const ticket = { state: "waiting", lane: "ordinary", queue: "Q", slot: "2024-05-06T02:00:00Z", times };
          const hall = { queues: [{ id: "Q", scale: "S" }] };
          const known = { scales: {}, queues: { Q: { ordinary_target: 60 } } };
          return waitOf(ticket, hall, known, Date.parse("2024-05-06T01:50:00Z"));
        }"""
    )

    assert 0 == seen["minutes"]


@pytest.mark.parametrize(
    ("typed", "found"), [("A012", True), ("a12", True), ("12", True), ("王", True), ("A13", False)]
)
def test_a_ticket_is_found_by_number_with_or_without_zeros_and_by_name(page, typed, found):
    matches = (
        """async (typed) => (await import("/console/web/waits.js")).matches({ number: "A012", name: "王伟" }, typed)"""
    )

    assert found == page.evaluate(matches, typed)

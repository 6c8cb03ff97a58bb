"""The consoles' own modules in the browser they are written for: folding what a server sends, keys and retries.

What needs neither server nor browser is in tests/unit/pages.
"""

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


def test_a_wish_keeps_its_key_through_every_retry_and_ends_with_the_answer(page):
    seen = page.evaluate(
        """async () => {
          const { send } = await import("/console/web/command.js");
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
          const { send } = await import("/console/web/command.js");
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

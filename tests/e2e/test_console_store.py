"""The desk's copy of a hall, in the browser it is written for, folded out of what a real server sends."""

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

"""Why not me? The place, who goes before by category, the rule and the expected wait, over HTTP."""

from datetime import datetime, timedelta

import pytest

from server.services.queue_state.estimates import renew_wanted
from tests.support.api import an_api


@pytest.fixture
def api():
    with an_api() as made:
        made.context.waits.__init__()
        yield made


@pytest.fixture
def busy():
    """The same hall after twenty consultations."""
    with an_api(after=twenty_consultations) as made:
        made.context.waits.__init__()
        yield made


def minutes_later(api, minutes: float) -> None:
    api.later((datetime.fromisoformat(api.at) + timedelta(minutes=minutes)).isoformat())


def consult(api, station: str = "R1", minutes: float = 6) -> None:
    """The next patient of a room from the call to the end."""
    called = api.call(station)
    api.act(called, "start")
    minutes_later(api, minutes)
    api.act(called, "finish")


def morning_of(api, patients: int) -> None:
    """So many consultations of 4 to 8 minutes, one after another."""
    for number in range(patients):
        api.check_in(f"早{number}")
        consult(api, minutes=4 + number % 5)


def twenty_consultations(api) -> None:
    morning_of(api, 20)


def explained(api, ticket, *, role="console"):
    status, body = api.get(f"/tickets/{ticket['id']}/explanation", role=role)
    assert 200 == status, body
    return body


def told(api, ticket):
    status, body = api.get(f"/tickets/{ticket['id']}", role="kiosk")
    assert 200 == status
    return body["position"], body["wait_low"], body["wait_high"]


def counts(body) -> dict[str, int]:
    return {one["reason"]: one["count"] for one in body["categories"]}


def test_the_first_in_line_is_told_that_nobody_goes_before(api):
    body = explained(api, api.check_in("张小三"), role="kiosk")

    assert (0, []) == (body["position"], body["categories"])
    assert body["text"]["zh"].startswith("您是下一位。")
    assert body["text"]["en"].startswith("You are next.")


def test_those_before_are_told_by_category_and_never_by_name(api):
    api.check_in("王小明")
    api.act(api.check_in("李军人"), "prioritise", tag="军", evidence="certificate")
    back = api.check_in("赵回诊")
    api.check_in("钱普通")
    mine = api.check_in("张小三")
    api.act(back, "hold", reason="examination: CT")
    api.act(back, "return")

    body = explained(api, mine, role="kiosk")

    assert {"in_order": 3, "weave_return": 1} == counts(body)
    assert 4 == body["position"]
    assert body["text"]["zh"].startswith("您前面还有 4 位：3 位排在您前面、1 位回诊患者。")
    assert body["text"]["en"].startswith("4 go before you: 3 before you in order, 1 coming back with results.")
    for name in ("王小明", "李军人", "赵回诊", "钱普通", "王*明", "李*人"):
        assert name not in str(body)


def test_the_place_is_the_order_in_which_the_rooms_then_call(api):
    tickets = [api.check_in(name) for name in "甲乙丙丁戊"]
    api.act(tickets[4], "prioritise", tag="孕", evidence="booklet")
    places = {ticket["id"]: told(api, ticket)[0] for ticket in tickets}
    called = []
    while (one := api.call("R1")) is not None:
        called.append(one["id"])
        api.act(one, "finish")

    assert called == sorted(places, key=places.get)
    assert [0, 1, 2, 3, 4] == sorted(places.values())


def test_an_urgent_patient_is_a_category_without_a_grade(api):
    mine = api.check_in("张小三")
    urgent = api.check_in("急一")
    api.act(urgent, "triage", grade="U", reason="chest pain")

    body = explained(api, mine, role="kiosk")

    assert {"urgent": 1} == counts(body)
    assert "1 位危急患者优先" in body["text"]["zh"]
    assert "grade" not in str(body)


def test_the_other_queue_of_a_room_is_told_as_such(api):
    api.post("/stations/R1/stop", {})
    api.post("/stations/R3/stop", {})
    for name in "甲乙":
        api.check_in(name, "ENT")
    api.check_in("丙")
    mine = api.check_in("丁")

    assert {"in_order": 1, "alternate_queue": 1} == counts(explained(api, mine))


def test_the_rule_of_the_queue_is_told_in_both_languages(api):
    body = explained(api, api.check_in("张小三"), role="kiosk")

    assert "每叫 2 位普通患者，穿插 1 位" in body["rule"]["zh"]
    assert "after every 2 in order" in body["rule"]["en"]


def test_staff_sees_the_numbers_behind_it_and_the_public_does_not(api):
    first, mine = api.check_in("一"), api.check_in("二")
    minutes_later(api, 12)
    staff, public = explained(api, mine), explained(api, mine, role="kiosk")

    seen = {word: staff["numbers"][word] for word in ("mode", "lane", "waited_minutes", "credit_minutes", "due_call")}
    assert {"mode": "woven", "lane": "ordinary", "waited_minutes": 12, "credit_minutes": 0, "due_call": 0} == seen
    assert [{"ticket": first["id"], "number": "A001", "reason": "in_order"}] == staff["ahead"]
    assert {"numbers", "ahead"}.isdisjoint(public)


def test_a_graded_place_comes_with_its_score(api):
    ticket = api.check_in("急", "ED")
    waiting_for_triage = explained(api, ticket, role="kiosk")
    api.act(ticket, "triage", grade="Ⅲ", reason="asthma")
    minutes_later(api, 15)
    staff = explained(api, ticket)["numbers"]

    assert (None, []) == (waiting_for_triage["position"], waiting_for_triage["categories"])
    assert waiting_for_triage["text"]["zh"].startswith("请等候护士分诊")
    assert ("Ⅲ", 30, 0.5) == (staff["grade"], staff["target_minutes"], staff["score"])


@pytest.mark.parametrize(
    ("deeds", "words"),
    [
        ([], "已经叫到您"),
        (["start"], "正在就诊"),
        (["pass"], "请在自助机或分诊台重新报到"),
    ],
)
def test_who_is_not_in_line_is_told_what_to_do(api, deeds, words):
    ticket = api.check_in("张小三")
    api.call("R1")
    for deed in deeds:
        api.act(ticket, deed)
    body = explained(api, ticket, role="kiosk")

    assert None is body["position"]
    assert words in body["text"]["zh"]


@pytest.mark.parametrize(
    ("reason", "said"),
    [("examination: CT", "check in when you are back"), ("toilet", "tell the nurse when you are back")],
)
def test_who_is_held_is_told_what_brings_the_ticket_back(api, reason, said):
    mine = api.check_in("张小三", patient={"record_number": "MR7"})
    api.act(mine, "hold", reason=reason)
    assert said in explained(api, mine, role="kiosk")["text"]["en"]
    again = api.check_in("张小三", patient={"record_number": "MR7"})

    assert ("waiting" if "check in" in said else "held") == again["state"], "as it was told"


def test_who_is_held_for_being_called_elsewhere_is_told_to_wait(api):
    mine = api.check_in("张小三", patient={"record_number": "MR7"})
    api.check_in("张小三", "ENT", patient={"record_number": "MR7"})
    api.call("R3")

    assert "comes back by itself" in explained(api, mine, role="kiosk")["text"]["en"]


def test_with_every_room_paused_the_place_is_told_and_the_pause(api):
    api.check_in("一")
    mine = api.check_in("二")
    for station in ("R1", "R2"):
        api.post(f"/stations/{station}/pause", {"reason": "ward round"})
    body = explained(api, mine, role="kiosk")

    assert 1 == body["position"]
    assert body["text"]["zh"].startswith("目前没有诊室叫号")


def test_a_ticket_whose_life_has_ended_is_explained_to_staff_alone(api):
    """S5: the public is told no more of it than of one that is not there."""
    ticket = api.check_in("完")
    api.call("R1")
    api.act(ticket, "finish")

    assert (404, "unknown_ticket") == _refused(api, ticket, "kiosk")
    assert (404, "unknown_ticket") == _refused(api, {"id": "nothing"}, "kiosk")
    assert "就诊已完成" in explained(api, ticket)["text"]["zh"]


def test_the_public_learns_nothing_of_a_patient_who_bypasses_the_queue(api):
    ticket = api.check_in("危")
    api.act(ticket, "triage", grade="R", reason="collapse")

    assert (404, "unknown_ticket") == _refused(api, ticket, "kiosk")
    assert 200 == api.get(f"/tickets/{ticket['id']}/explanation")[0]


def test_another_halls_ticket_is_not_explained(api):
    ticket = api.check_in("外", "SU", hall="H2")

    assert (404, "unknown_ticket") == _refused(api, ticket, "kiosk")
    assert (404, "unknown_ticket") == _refused(api, {"id": "nothing"}, "kiosk")


def _refused(api, ticket, role):
    status, body = api.get(f"/tickets/{ticket['id']}/explanation", role=role)
    return status, body["code"]


# the expected wait


def test_no_wait_is_told_with_fewer_than_twenty_consultations(api):
    morning_of(api, 19)
    mine = api.check_in("张小三")

    assert (0, None, None) == told(api, mine)


def test_from_twenty_consultations_the_wait_is_a_range_that_grows_with_the_place(busy):
    line = [busy.check_in(f"等{number}") for number in range(9)]
    _, low, high = told(busy, line[0])
    place, far_low, far_high = told(busy, line[8])

    assert (8, True) == (place, low < high)
    assert (0, 0) == (low % 5, high % 5)
    assert 10 <= far_low < far_high <= 45
    assert high <= far_high
    body = explained(busy, line[8], role="kiosk")
    assert (far_low, far_high) == (body["wait_low"], body["wait_high"])


def test_no_wait_is_told_while_every_doctor_pauses(busy):
    mine = busy.check_in("张小三")
    for station in ("R1", "R2"):
        busy.post(f"/stations/{station}/pause", {"reason": "lunch"})

    assert (0, None, None) == told(busy, mine)
    busy.post("/stations/R1/open", {})
    assert None is not told(busy, mine)[2]


def test_a_slip_says_the_wait_that_is_known_and_computes_nothing_itself(busy):
    body = {"hall": "H1", "queue": "IM", "patient": {"name": "一"}}
    first = busy.post("/check-ins", body)[1]["slip"]
    assert (None, None) == (first["wait_low"], first["wait_high"])

    assert renew_wanted(busy.context.engines, busy.context.scales, busy.context.waits, busy.context.clock.hall())
    second = busy.post("/check-ins", {**body, "patient": {"name": "二"}})[1]["slip"]
    assert (1, 0, 0) == (second["ahead"], second["wait_low"] % 5, second["wait_high"] % 5)
    assert second["wait_low"] < second["wait_high"]


def test_the_slip_of_a_return_counts_those_the_weave_lets_go_first_and_not_the_whole_line(api):
    card = {"record_number": "MR7", "phone": "13800000007"}
    mine = api.check_in("张小三", patient=card)
    for number in range(20):
        api.check_in(f"普{number}")
    assert mine["id"] == api.call("R1")["id"]
    api.act(mine, "hold", reason="examination: CT")
    wish = {"hall": "H1", "queue": "IM", "patient": {"name": "张小三", **card}}
    status, body = api.post("/check-ins", wish, role="kiosk")

    assert (200, 2) == (status, body["slip"]["ahead"])
    assert 2 == api.get(f"/tickets/{mine['id']}")[1]["position"]


def test_what_was_played_a_minute_ago_is_told_to_nobody(busy):
    body = {"hall": "H1", "queue": "IM", "patient": {"name": "一"}}
    busy.post("/check-ins", body)
    renew_wanted(busy.context.engines, busy.context.scales, busy.context.waits, busy.context.clock.hall())
    minutes_later(busy, 1.1)

    assert None is busy.post("/check-ins", {**body, "patient": {"name": "二"}})[1]["slip"]["wait_low"]

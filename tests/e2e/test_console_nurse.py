"""A nurse at the desk: real server, real browser, keyboard only."""

import contextlib
from urllib.parse import urljoin

import pytest

from server.protocol.terms import Evidence
from server.protocol.transport import HallProblem
from tests.support.browser import faults, intercept
from tests.support.console_page import PASSWORD, Consoles, choose, footed, grade_by_keyboard, selected, speak
from tests.support.hall import a_late_slip, until

pytestmark = pytest.mark.browser
PANELS = {
    "t": "[data-form=triage]", "n": "[data-form=check_in]", "h": "[data-form=hold]", "m": "[data-form=transfer]",
    "p": "[data-form=prioritise]", "x": "[data-form=cancel]", "d": ".side .devices", "s": ".side [data-room]",
    "l": ".side [role=combobox]", "?": "dialog",
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(consoles):
    with consoles.page("nurse1", "/nurse") as opened:
        yield opened


@pytest.fixture
def page(desk):
    """The nurse's desk as it stands open all day: nothing chosen to be done, in Chinese, no complaint so far."""
    if not desk.url.endswith("/nurse") or desk.query_selector(
        "[data-form], dialog, .side .devices, .side [data-room], .side [role=combobox]"
    ):
        desk.goto(urljoin(desk.url, "/nurse"))  # a test left something open
        desk.wait_for_selector("[data-link=live]")
    speak(desk, "zh")
    desk.keyboard.press("Escape")
    desk.keyboard.press("1")
    desk.complaints.clear()
    desk.loads.clear()
    yield desk
    assert [] == [said for said in desk.complaints if "the server responded with a status of 4" not in said]


def ticket(consoles, number):
    return {one.number: one for one in consoles.desk.snapshot("H1").tickets}.get(number)


def becomes(consoles, number, state):
    until(lambda: (found := ticket(consoles, number)) is not None and state == found.state)


def prioritise(page, evidence):
    """Of the chosen patient: the first tag, with what was seen; sent, its answer not waited for."""
    page.keyboard.press("p")
    page.wait_for_selector("[data-form=prioritise]")
    page.fill("#evidence", evidence)
    page.press("#evidence", "Enter")


@contextlib.contextmanager
def holding_back(page, path):
    """Wishes to these paths stay on their way until they are let go, as on a slow link; what is read goes through."""
    wishes = []

    def hold_back(wish):
        wishes.append(wish) if wish.request.method == "POST" else wish.continue_()

    intercept(page, path, hold_back)
    yield wishes
    page.unroute(path)


@pytest.fixture
def held_back(page):
    """Wishes on a ticket."""
    with holding_back(page, "**/api/v1/tickets/*/*") as wishes:
        yield wishes


def let_go(page, wishes):
    until(lambda: wishes or page.wait_for_timeout(20))
    (wish,) = wishes
    wishes.clear()
    with page.expect_response("**/api/v1/tickets/*/*"):
        wish.continue_()


COUNT_KEYS = "() => { window.keys = 0; addEventListener('keydown', () => { window.keys += 1; }, true); }"


def test_ten_patients_are_graded_by_keyboard_alone_with_thirty_keys_each(consoles, page):
    """Fifteen seconds for a hand that strikes two keys in one."""
    numbers = [one.number for one in consoles.check_in(*(f"患者{n}" for n in range(10)), queue="ED")]
    page.wait_for_selector(f"[role=option][data-number={numbers[-1]}]")
    page.keyboard.press("Home")
    page.evaluate(COUNT_KEYS)
    for _ in numbers:
        number = selected(page)
        grade_by_keyboard(page)
        footed(page, f"{number} 已定级")

    graded = {one.number: one.grade for one in consoles.desk.snapshot("H1").tickets if one.number in numbers}

    assert dict.fromkeys(numbers, "Ⅲ") == graded
    assert page.evaluate("window.keys") <= 30 * len(numbers)


def test_a_lower_grade_than_suggested_asks_for_a_reason_and_two_levels_for_a_second_person(consoles, page):
    (one,) = consoles.check_in("吴敏", queue="ED")
    choose(page, one.number)
    page.keyboard.press("t")
    page.wait_for_selector("[data-form=triage]")
    page.keyboard.type("28 88 95 60 135 39.2 A 4")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-suggestion=Ⅱ]")

    page.keyboard.press("4")
    page.keyboard.press("Enter")
    page.wait_for_selector("#triage-reason")
    page.keyboard.type("血氧探头脱落,复测正常")
    page.keyboard.press("Enter")
    page.wait_for_selector("#second-name")
    page.fill("#second-name", "doctor2")
    page.fill("#second-password", PASSWORD)
    page.press("#second-password", "Enter")
    footed(page, f"{one.number} 已定级")

    assert "Ⅳa" == ticket(consoles, one.number).grade
    choose(page, one.number)
    page.wait_for_selector(".history")
    assert "复测正常" in page.inner_text(".history")


def test_a_suggestion_whose_answer_was_lost_is_asked_for_again(consoles, page):
    (one,) = consoles.check_in("何敏", queue="ED")
    choose(page, one.number)
    page.keyboard.press("t")
    intercept(page, "**/triage-suggestions", lambda route: route.abort(), times=1)
    page.fill("#vital-spo2", "84")

    page.wait_for_selector(".suggestion li:has-text('血氧饱和度 84')")

    assert "Failed to load resource: net::ERR_FAILED" in page.complaints
    page.complaints.clear()


def test_an_unlikely_value_is_asked_back_and_an_impossible_one_named(consoles, page):
    (one,) = consoles.check_in("郑丽", queue="ED")
    choose(page, one.number)
    page.keyboard.press("t")
    page.fill("#vital-temperature", "30")
    page.wait_for_selector(".question")
    assert "体温" in page.inner_text(".question")

    page.fill("#vital-temperature", "400")

    page.wait_for_selector(".field-error")
    assert "体温" in page.inner_text(".field-error")
    assert "true" == page.get_attribute("#vital-temperature", "aria-invalid")


def test_all_that_fired_is_shown_and_what_to_think_of_beside_it(consoles, page):
    one = consoles.desk.check_in("H1", queue="ED", patient={"name": "孙危", "birth_date": "2024-01-01"}).ticket
    page.wait_for_selector(f"[role=option][data-number={one.number}]")
    choose(page, one.number)
    page.keyboard.press("t")
    page.wait_for_selector("[data-form=triage]")
    page.keyboard.type("45 88 78/50 150 38.5 V 8")
    page.fill("#complaint", "胸痛,呼吸困难")
    page.wait_for_selector(".suggestion li:has-text('呼吸困难')")

    said = page.inner_text(".suggestion")

    for fired in ("心率 150", "血氧饱和度 88", "收缩压 78", "疼痛评分 8", "仅对呼唤有反应", "胸痛", "呼吸 45"):
        assert fired in said
    assert "16岁以下不用NEWS2" in said
    assert "请考虑Ⅱ级" in said


def test_coma_and_potassium_end_the_line_and_count_like_the_rest(consoles, page):
    (one,) = consoles.check_in("邓昏", queue="ED")
    choose(page, one.number)
    page.keyboard.press("t")
    page.wait_for_selector("[data-form=triage]")
    page.keyboard.type("16 98 128 80 72 36.6 A 0 5.6 8 4.1 ")
    page.wait_for_selector("[data-suggestion=Ⅰ]")

    assert "GCS评分 8" in page.inner_text("[data-suggestion] li")
    assert "complaint" == page.evaluate("document.activeElement.id")

    page.fill("#vital-gcs", "15")
    page.fill("#vital-potassium", "7.2")
    page.wait_for_selector("[data-suggestion=Ⅰ] li:has-text('血钾 7.2')")
    assert "血钾 7.2 mmol/L" in page.inner_text(".question")


@pytest.mark.parametrize("tag", ["zh", "en"])
def test_the_line_of_vitals_cuts_no_label_and_no_value(consoles, page, tag):
    (one,) = consoles.check_in("尹长", queue="ED")
    speak(page, tag)
    choose(page, one.number)
    page.keyboard.press("t")
    page.wait_for_selector("[data-form=triage]")
    page.keyboard.type("128 100 250 130 220 39.2 U 10 22.22 15 10.2")

    cut = page.evaluate(
        "() => [...document.querySelectorAll('.side, .vitals span, .vitals input')]"
        ".filter(one => one.scrollWidth > one.clientWidth).map(one => one.id || one.innerText)"
    )

    assert [] == cut


def test_enter_confirms_no_suggestion_about_values_that_were_changed_since(consoles, page):
    (one,) = consoles.check_in("毛慢", queue="ED")
    choose(page, one.number)
    page.keyboard.press("t")
    page.fill("#vital-pulse", "30")
    page.wait_for_selector("[data-suggestion=Ⅰ]")
    with holding_back(page, "**/api/v1/triage-suggestions") as asked:
        page.fill("#vital-pulse", "72")
        page.press("#vital-pulse", "Enter")
        page.keyboard.press("Enter")
        footed(page, "系统建议还在路上")
        until(lambda: asked or page.wait_for_timeout(50))
        asked[0].continue_()
        page.wait_for_selector("[data-suggestion=Ⅳa]")
    page.keyboard.press("Enter")
    footed(page, f"{one.number} 已定级")

    assert "Ⅳa" == ticket(consoles, one.number).grade


def test_a_suggestion_that_did_not_get_through_is_asked_for_again_and_the_old_one_is_gone(consoles, page):
    (one,) = consoles.check_in("毛断", queue="ED")
    choose(page, one.number)
    page.keyboard.press("t")
    page.fill("#vital-pulse", "30")
    page.wait_for_selector("[data-suggestion=Ⅰ]")
    intercept(page, "**/api/v1/triage-suggestions", lambda route: route.fulfill(body="<html>a proxy's page"))
    page.fill("#vital-pulse", "72")
    page.wait_for_selector("[data-suggestion]", state="detached")

    page.unroute("**/api/v1/triage-suggestions")

    page.wait_for_selector("[data-suggestion=Ⅳa]")


def test_wide_figures_of_an_input_method_are_figures_and_known_hypercapnia_has_its_own_scale(consoles, page):
    (one,) = consoles.check_in("许宽", queue="ED")
    choose(page, one.number)
    page.keyboard.press("t")
    page.fill("#vital-spo2", "90")
    page.wait_for_selector(".suggestion li:has-text('血氧饱和度 90')")

    page.check(".checks label:has-text('高碳酸') input")

    page.wait_for_selector("[data-note=hypercapnic]")
    assert 0 == page.locator(".suggestion li").count()


def test_a_finding_heard_in_the_complaint_can_be_taken_out(consoles, page):
    (one,) = consoles.check_in("冯伟", queue="ED")
    choose(page, one.number)
    page.keyboard.press("t")
    page.fill("#complaint", "胸痛2小时")
    page.wait_for_selector(".checks input:checked")
    first = page.get_attribute("[data-suggestion]", "data-suggestion")

    page.uncheck(".checks input:checked")

    page.wait_for_function(
        "before => document.querySelector('[data-suggestion]')?.dataset.suggestion !== before", arg=first
    )
    assert "Ⅱ" == first


def test_the_desk_checks_in_a_patient_with_priority_and_evidence(consoles, page):
    page.keyboard.press("n")
    page.wait_for_selector("[data-form=check_in]")
    page.keyboard.type("钱学森")
    page.check("[data-choice=queue] input[value=IM]")
    page.check(".checks label:has-text('老人') input")
    page.fill("#check-in-evidence", "身份证 1935-01-01")
    page.press("#check-in-evidence", "Enter")
    footed(page, "已报到")

    number = selected(page)
    assert ["老"] == ticket(consoles, number).tags
    assert "钱学森" in page.inner_text(".side")


def test_a_namesake_is_a_question_at_the_desk_and_gets_a_ticket_of_their_own(consoles, page):
    """P3: for a second 张三 the desk page said "已报到 A001", without a question."""
    known = {"name": "孙同名", "record_number": "P-SAME", "birth_date": "1980-01-01", "phone": "13977776666"}
    first = consoles.desk.check_in("H1", queue="IM", patient=known).ticket
    page.keyboard.press("n")
    page.wait_for_selector("[data-form=check_in]")
    page.fill("#person-name", "孙同名")
    page.fill("#person-birth_date", "1980-01-01")
    page.check("[data-choice=queue] input[value=IM]")
    page.press("#person-name", "Enter")
    page.wait_for_selector("[data-person=new]")
    asked = page.inner_text("[data-form=check_in] .question")
    assert all(word in asked for word in ("对照证件", "孙*名", "1980-01-01", "P-SAME", "6666"))
    page.click("[data-person=new]")
    footed(page, "已报到")

    assert first.number != selected(page)
    assert 2 == sum(one.name == "孙同名" for one in consoles.desk.snapshot("H1").tickets)


def test_a_passport_is_taken_by_its_kind_and_refused_as_an_identity_card(consoles, page):
    page.keyboard.press("n")
    page.wait_for_selector("[data-form=check_in]")
    page.fill("#person-name", "Anna Karen")
    page.fill("#person-identity_number", "E7654321")
    page.check("[data-choice=queue] input[value=IM]")
    assert "resident" == page.input_value("#person-document_type")
    page.press("#person-name", "Enter")
    page.wait_for_selector(".foot-alarm .say")
    before = len(consoles.desk.snapshot("H1").tickets)

    page.select_option("#person-document_type", "passport")
    page.press("#person-name", "Enter")
    footed(page, "已报到")

    assert before + 1 == len(consoles.desk.snapshot("H1").tickets)
    assert consoles.hall.client("kiosk").identify("H1", scan="E7654321", how=Evidence.CHIP).visit_token


def test_a_one_time_code_is_made_by_keys_after_a_look_at_the_card_and_opens_a_kiosk_once(consoles, page):
    (one,) = consoles.check_in("吴无卡")
    choose(page, one.number)
    page.keyboard.press("i")
    page.wait_for_selector("[data-form=desk_code]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".foot-alarm .say:has-text('请先看证件')")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_selector(".one-time-code")
    code = page.get_attribute(".one-time-code", "data-text")

    assert code == page.inner_text(".one-time-code").replace("\n", "").replace(" ", "")
    assert "前有效" in page.inner_text(".one-time")
    assert [] == faults(page)
    seen = consoles.hall.client("kiosk").identify("H1", typed={"code": code})
    assert (2, [one.number]) == (seen.level, [ticket["number"] for ticket in seen.choices.tickets])
    with pytest.raises(HallProblem, match="not_identified"):
        consoles.hall.client("kiosk").identify("H1", typed={"code": code})
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-form=desk_code]", state="detached")
    assert code not in page.content()


def test_who_has_no_ticket_is_looked_up_told_from_another_and_given_a_code(consoles, page):
    rows = [
        {"record_number": "T-9", "name": "双甲", "document_type": "passport", "identity_number": "98765432"},
        {"record_number": "U-9", "name": "双乙", "document_type": "taiwan_permit", "identity_number": "98765432"},
    ]
    consoles.hall.client("service").import_rows("patients", rows)
    page.keyboard.press("/")
    page.keyboard.type("98765432")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-form=who] [data-person]")
    page.click("[data-person]:has-text('T-9')")
    page.wait_for_selector("[data-form=check_in] .suggestion:has-text('双*')")
    page.click("[data-act=visit_code]")
    page.wait_for_selector("[data-form=visit_code]")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_selector(".one-time-code")
    code = page.get_attribute(".one-time-code", "data-text")
    assert 2 == consoles.hall.client("kiosk").identify("H1", scan=code).level


def test_a_danger_sign_gives_no_number_until_the_nurse_says_why(consoles, page):
    before = len(consoles.desk.snapshot("H1").tickets)
    page.keyboard.press("n")
    page.keyboard.type("何小芳")
    page.check("[data-choice=queue] input[value=IM]")
    page.click("summary")
    page.check(".checks label:has-text('胸痛') input")
    page.press("#person-name", "Enter")
    page.wait_for_selector("#override")
    assert before == len(consoles.desk.snapshot("H1").tickets)

    page.fill("#override", "心电图正常,医生同意")
    page.press("#override", "Enter")

    footed(page, "已报到")
    assert before + 1 == len(consoles.desk.snapshot("H1").tickets)


def test_a_patient_is_sent_ahead_to_a_room_by_a_key(consoles, page):
    """Q8: the default of 二次候诊 is by hand, and no page had it."""
    one, _ = consoles.check_in("邹先行", "邹在后")
    choose(page, one.number)

    page.keyboard.press("g")
    page.wait_for_selector("[data-form=stage]")
    page.keyboard.press("Enter")
    becomes(consoles, one.number, "staged")
    footed(page, "诊室门口候诊")

    page.keyboard.press("z")
    becomes(consoles, one.number, "waiting")


STICKS_OUT = """() => [...document.querySelectorAll(".actions .button kbd")]
  .filter((key) => key.getBoundingClientRect().right > key.closest(".button").getBoundingClientRect().right)
  .map((key) => key.innerText)"""


@pytest.mark.parametrize("tag", ["zh", "en"])
def test_the_key_of_every_action_stands_inside_its_button(consoles, page, tag):
    (one,) = consoles.check_in("何敏")
    speak(page, tag)
    choose(page, one.number)
    assert page.locator(".actions .button kbd").count() > 9
    assert [] == page.evaluate(STICKS_OUT)


def test_hold_return_priority_transfer_and_cancel_by_keys(consoles, page):
    one, _ = consoles.check_in("蒋志明", "蒋志远")  # somebody stays in line, whoever goes
    number = one.number
    choose(page, number)

    page.keyboard.press("h")
    page.wait_for_selector("[data-form=hold]")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    becomes(consoles, number, "held")
    assert "toilet" == ticket(consoles, number).hold_reason

    page.wait_for_selector(".side .actions")
    choose(page, number, "held")
    page.keyboard.press("r")
    becomes(consoles, number, "waiting")

    choose(page, number, "waiting")
    page.keyboard.press("p")
    page.wait_for_selector("[data-form=prioritise]")
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'evidence'")
    page.keyboard.type("老年证")
    page.keyboard.press("Enter")
    until(lambda: ["老"] == ticket(consoles, number).tags)

    page.wait_for_selector(".side .actions")
    page.keyboard.press("m")
    page.wait_for_selector("[data-form=transfer]")
    page.fill("#reason", "挂错科")
    page.press("#reason", "Enter")
    until(lambda: "ED" == ticket(consoles, number).queue)

    page.wait_for_selector(".side .actions")
    page.keyboard.press("x")
    page.wait_for_selector("[data-form=cancel]")
    page.keyboard.type("患者离开")
    page.keyboard.press("Enter")
    until(lambda: ticket(consoles, number) is None)


def test_the_last_deed_can_be_undone_in_the_same_place(consoles, page):
    (one,) = consoles.check_in("沈静怡")
    choose(page, one.number)
    page.keyboard.press("h")
    page.wait_for_selector("[data-form=hold]")
    page.keyboard.press("Enter")
    footed(page, f"{one.number} 已挂起")

    page.keyboard.press("z")

    becomes(consoles, one.number, "waiting")
    footed(page, "已撤销")


def test_while_a_deed_is_sent_the_one_before_is_not_undone_in_its_stead(consoles, page, held_back):
    first, second = consoles.many(2)
    choose(page, first.number)
    prioritise(page, "证件")
    let_go(page, held_back)
    page.wait_for_selector("[data-form]", state="detached")
    choose(page, second.number)
    prioritise(page, "证件")
    page.wait_for_selector("[data-act^=prioritise][aria-busy=true]")

    page.keyboard.press("z")
    footed(page, "完成后才能撤销")
    let_go(page, held_back)
    footed(page, f"{second.number} 已优先")
    page.wait_for_selector("[data-form]", state="detached")
    page.keyboard.press("z")
    let_go(page, held_back)

    footed(page, f"已撤销：{second.number}")
    assert (True, False) == tuple(bool(ticket(consoles, one.number).tags) for one in (first, second))


def test_a_passed_patient_is_found_and_called_back(consoles, page):
    (one,) = consoles.check_in("韩强")
    consoles.desk.call_next("R3", ticket=one.id, reason="test")
    consoles.desk.pass_over(one.id, reason="test")
    page.keyboard.press("2")
    page.wait_for_selector(f"[role=option][data-number={one.number}][data-state=passed]")
    choose(page, one.number)

    page.keyboard.press("r")

    becomes(consoles, one.number, "waiting")
    assert "passed" == ticket(consoles, one.number).lane


def test_the_nurse_can_say_why_the_wait_ends_later_than_the_slip_said(browser):
    simulated = Consoles(browser, HALL_REPLAY="1")
    try:
        slip = a_late_slip(simulated.hall)
        with simulated.page("nurse1", "/nurse") as opened:
            choose(opened, slip.number)
            opened.keyboard.press("e")
            opened.wait_for_selector("[data-reason]")

            said = opened.inner_text("[data-reason]")
            assert "比先前告知的时间晚：1 位病情更急的患者先看、1 间诊室暂停或停诊。" == said
    finally:
        simulated.close()


@pytest.mark.parametrize(("tag", "ahead"), [("zh", "前面"), ("en", "before you")])
def test_the_nurse_can_say_why_a_patient_is_not_called_yet(consoles, page, tag, ahead):
    people = consoles.many(3)
    speak(page, tag)
    choose(page, people[2].number)
    page.keyboard.press("e")
    page.wait_for_selector(f"[data-explained={people[2].number}]")
    said = page.inner_text(".side")
    found = faults(page, ".side")
    page.keyboard.press("Escape")

    assert people[1].number in said
    assert ahead in said.lower()
    assert [] == found


def test_a_call_stands_with_who_goes_until_it_is_closed_with_an_outcome(consoles, page):
    """Q2"""
    consoles.empty()
    alert = consoles.desk.raise_alert("help")
    line = f"[data-alert='{alert.id}']"
    page.wait_for_selector(line)

    page.keyboard.press("a")
    page.wait_for_selector(f"{line} .alert-going")
    page.keyboard.press("c")
    page.wait_for_selector("[data-form=close_alert]")
    page.keyboard.press("Enter")
    page.wait_for_selector(line, state="detached")

    facts = [fact.alert for fact in consoles.desk.events("H1", after=0, limit=10_000).events if fact.alert]
    seen = next(fact for fact in reversed(facts) if fact.id == alert.id)
    assert ("nurse:nurse1", "helped") == (seen.acknowledged_by, seen.outcome)
    assert seen.acknowledged_at is not None


def test_of_seven_alerts_the_newest_danger_is_whole_and_the_rest_is_counted(consoles, page):
    """U16"""
    consoles.empty()
    people = consoles.many(6)
    for ticket in people:
        consoles.desk.raise_alert("worse", ticket=ticket.id)
    newest = consoles.desk.check_in("H1", patient={"name": "危新一"}, flags=["chest_pain"]).alert
    page.wait_for_selector(f"[data-alert='{newest.id}']")

    first = page.query_selector(".alert")
    box, strip = first.bounding_box(), page.query_selector(".alerts").bounding_box()
    assert (newest.id, 3) == (first.get_attribute("data-alert"), len(page.query_selector_all(".alert")))
    assert box["y"] + box["height"] <= strip["y"] + strip["height"]
    assert "危新一" in first.inner_text()
    assert "4" in page.inner_text("[data-act=more-alerts]")
    page.click("[data-act=more-alerts]")
    assert 7 == len(page.query_selector_all(".alert"))
    page.click("[data-act=more-alerts]")


def test_who_is_not_urgent_is_checked_in_from_the_line(consoles, page):
    """Q2"""
    consoles.empty()
    alert = consoles.desk.check_in("H1", queue="IM", patient={"name": "钱七七"}, flags=["severe_pain"]).alert
    page.wait_for_selector(f"[data-alert='{alert.id}']")

    page.keyboard.press("c")
    page.wait_for_selector("[data-form=close_alert]")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-form=check_in]")
    assert "钱七七" in page.inner_text("[data-form=check_in]")
    page.keyboard.press("Enter")

    page.wait_for_selector(f"[data-alert='{alert.id}']", state="detached")
    assert ["钱七七"] == [ticket.name for ticket in consoles.desk.snapshot("H1").tickets]


def test_a_call_that_nobody_answers_sounds_again_each_minute(page):
    """Q2"""
    heard = page.evaluate(
        """async () => {
          const { repeatSound } = await import("/console/web/alerts.js");
          const start = Date.now() + 3600000;
          const call = { kind: "help", acknowledged_at: null };
          const seconds = [0, 1, 59, 60, 61, 120];
          const gone = [{ ...call, acknowledged_at: "2026-03-02T01:00:00Z" }, { kind: "print", acknowledged_at: null }];
          const said = seconds.map((second) => repeatSound([call], start + second * 1000));
          return [said, repeatSound(gone, start + 7200000)];
        }"""
    )

    assert [[True, False, False, True, False, True], False] == heard


@pytest.mark.parametrize(("tag", "told"), [("zh", "2诊室，请问何时恢复"), ("en", "Room 2, ask when it reopens")])
def test_a_long_pause_is_told_with_the_room_and_what_to_do(consoles, page, tag, told):
    speak(page, tag)
    consoles.desk.set_station("R2", "pause", minutes=60)

    page.wait_for_selector(".alerts [data-kind=paused_long]")
    said = page.inner_text(".alerts [data-kind=paused_long]")
    consoles.empty()
    assert told in said


def test_rooms_pause_and_open_from_the_desk(consoles, page):
    page.keyboard.press("s")
    page.click("[data-room=R2] [data-act='pause:R2']")
    page.wait_for_selector("[data-room=R2][data-state=paused]")
    assert "paused" == {one.id: one.state for one in consoles.desk.snapshot("H1").stations}["R2"]

    page.click("[data-room=R2] [data-act='open:R2']")

    page.wait_for_selector("[data-room=R2][data-state=open]")


def test_what_is_done_appears_in_the_list_without_a_reload(consoles, page):
    for one in consoles.many(6):
        choose(page, one.number)
        prioritise(page, "证件")
        page.wait_for_selector(f"[data-number={one.number}] .tag")

    assert [] == page.loads


def test_keys_typed_while_a_form_is_sent_belong_to_the_desk(consoles, page, held_back):
    first, second = consoles.many(2)
    choose(page, first.number)
    prioritise(page, "证件")

    page.keyboard.type(f"/{second.number}")  # the nurse has long gone on
    page.wait_for_selector("[data-act^=prioritise][aria-busy=true]")
    let_go(page, held_back)
    page.wait_for_selector("[data-form]", state="detached")

    assert second.number == page.input_value("[type=search]")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-number={second.number}][aria-selected=true]")
    page.wait_for_selector(f"[data-number={first.number}] .tag")


def test_an_answer_leaves_alone_the_form_that_was_opened_meanwhile(consoles, page, held_back):
    _, second = consoles.many(2)
    choose(page, second.number)
    prioritise(page, "证件")
    page.wait_for_selector("[data-act^=prioritise][aria-busy=true]")

    page.keyboard.press("ArrowUp")
    page.wait_for_selector(f"[data-number={second.number}][aria-selected=false]")
    assert page.query_selector("[data-form]") is None, "a form opened for one patient never turns to another"
    page.keyboard.press("x")
    page.wait_for_selector("[data-form=cancel]")
    let_go(page, held_back)
    page.wait_for_selector(f"[data-number={second.number}] .tag")

    page.keyboard.type("gone home")
    assert "gone home" == page.input_value("[data-form=cancel] #reason")


def test_a_form_closes_with_its_answer_whatever_tab_is_open_by_then(consoles, page, held_back):
    (one,) = consoles.many(1)
    choose(page, one.number)
    prioritise(page, "证件")
    page.wait_for_selector("[data-act^=prioritise][aria-busy=true]")
    page.keyboard.press("2")
    page.wait_for_selector("[data-tab=passed][aria-pressed=true]")

    let_go(page, held_back)

    page.wait_for_selector("[data-form]", state="detached")
    assert ticket(consoles, one.number).tags


def test_the_next_patient_is_triaged_while_the_one_before_is_on_the_way(consoles, page, held_back):
    consoles.empty()
    first, second = consoles.check_in("潘一", "潘二", queue="ED")
    alert = consoles.desk.raise_alert("help")
    page.wait_for_selector(".alerts [data-kind=help]")
    choose(page, first.number)
    grade_by_keyboard(page)
    page.wait_for_selector("[data-act^=triage][aria-busy=true]")

    page.keyboard.press("t")
    page.wait_for_selector(f"[data-form=triage] .ticket-head:has-text('{second.number}')")
    page.keyboard.type("16 98 128 80 72 36.6 A 0")
    let_go(page, held_back)
    footed(page, f"{first.number} 已定级")

    assert ["16", "A"] == [page.input_value(f"#vital-{name}") for name in ("respiration", "consciousness")]
    assert alert.id in {one.id for one in consoles.desk.snapshot("H1").alerts}, "a letter meant for a box hit the desk"


def test_a_refusal_names_the_patient_whose_form_was_left(consoles, page, held_back):
    first, _ = consoles.check_in("潘一", "潘二", queue="ED")
    choose(page, first.number)
    page.keyboard.press("t")
    page.keyboard.type("28 88 95 60 135 39.2 A 4")
    page.wait_for_selector("[data-suggestion=Ⅱ]")
    page.keyboard.press("Enter")
    page.keyboard.type("4\n")
    page.wait_for_selector("[data-act^=triage][aria-busy=true]")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("[data-form]", state="detached")

    let_go(page, held_back)

    page.wait_for_selector(f".foot-alarm .say:has-text('{first.number}')")


@pytest.mark.parametrize("chosen", [True, False], ids=["chosen", "first in line"])
def test_a_second_press_after_the_patient_has_left_the_line_acts_on_no_neighbour(consoles, page, chosen):
    consoles.empty()
    people = consoles.many(2)
    for one in people:
        consoles.desk.call_next("R3", ticket=one.id, reason="test")
        consoles.desk.pass_over(one.id, reason="test")
    first, second = (one.number for one in people)
    if not chosen:
        page.reload()  # a late answer to the test before may have chosen somebody
        page.wait_for_selector("[data-link=live]")
    page.keyboard.press("2")
    page.wait_for_selector(f"[data-number={second}][data-state=passed]")
    if chosen:
        choose(page, first, "passed")
    page.keyboard.press("r")
    page.wait_for_selector(f"[data-number={second}][aria-selected=true]")

    page.keyboard.press("r")
    footed(page, f"现已选中 {second}")
    assert "passed" == ticket(consoles, second).state

    page.keyboard.press("r")
    becomes(consoles, second, "waiting")


@pytest.fixture
def arriving(page):
    """Check-ins."""
    with holding_back(page, "**/api/v1/check-ins") as wishes:
        yield wishes


def arrived(page, arriving, place):
    with page.expect_response("**/api/v1/check-ins"):
        arriving.pop(place).continue_()


def test_the_next_person_is_checked_in_while_the_one_before_is_on_the_way(consoles, page, arriving):
    for name in ("于先", "于后"):
        page.keyboard.press("n")
        page.wait_for_function("() => document.activeElement.id === 'person-name' && !document.activeElement.value")
        page.keyboard.type(name)
        page.check("[data-choice=queue] input[value=IM]")
        page.press("#person-name", "Enter")
        page.wait_for_selector("[data-form=check_in] [aria-busy=true]")
    page.keyboard.press("n")
    page.wait_for_selector("[data-form=check_in] [aria-busy=false]")
    page.keyboard.type("于末")

    arrived(page, arriving, 0)
    footed(page, "已报到")
    arrived(page, arriving, 0)
    until(lambda: {"于先", "于后"} <= {one.name for one in consoles.desk.snapshot("H1").tickets})

    assert "于末" == page.input_value("[data-form=check_in] #person-name")


def test_who_must_choose_a_queue_is_named_when_the_form_was_left(consoles, page, arriving):
    for queue in ("IM", "ED"):
        person = {"name": "傅双", "identity_number": "11010519491231002X"}
        consoles.desk.check_in("H1", queue=queue, patient=person)
    page.keyboard.press("n")
    page.keyboard.type("傅双")
    page.fill("#person-identity_number", "11010519491231002X")
    page.press("#person-identity_number", "Enter")
    page.wait_for_selector("[data-form=check_in] [aria-busy=true]")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-form]", state="detached")

    arrived(page, arriving, 0)

    page.wait_for_selector(".foot-alarm .say:has-text('傅双')")


@pytest.fixture
def searched(page):
    """Identifications."""
    with holding_back(page, "**/api/v1/identifications") as wishes:
        yield wishes


def found(page, searched):
    """The answer to what was scanned reaches the page, and the page has drawn it."""
    with page.expect_response("**/api/v1/identifications"):
        searched.pop().continue_()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def test_a_late_answer_to_a_scan_leaves_alone_the_form_that_was_opened_meanwhile(consoles, page, searched):
    scanned = consoles.desk.check_in("H1", queue="IM", patient={"name": "邱扫"})
    (other,) = consoles.check_in("秦开")
    page.wait_for_selector(f"[role=option][data-number={other.number}]")
    page.keyboard.type(f"/{scanned.slip.code}\n")
    page.wait_for_selector(".list .empty")

    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    choose(page, other.number)
    page.keyboard.press("p")
    page.fill("#evidence", "证件")
    found(page, searched)

    assert other.number in page.inner_text("[data-form=prioritise] .ticket-head")
    assert "证件" == page.input_value("#evidence")


def test_a_scan_closes_the_form_of_another_patient(consoles, page, searched):
    scanned = consoles.desk.check_in("H1", queue="IM", patient={"name": "邱扫"})
    (other,) = consoles.check_in("秦开")
    choose(page, other.number)
    page.keyboard.press("p")
    page.wait_for_selector("[data-form=prioritise]")
    page.fill("[type=search]", scanned.slip.code)
    page.press("[type=search]", "Enter")
    page.wait_for_selector(".list .empty")

    found(page, searched)

    page.wait_for_selector(f"[data-number={scanned.ticket.number}][aria-selected=true]")
    assert page.query_selector("[data-form]") is None


def test_the_next_check_in_knows_nothing_of_the_card_that_was_scanned_before(consoles, page):
    person = {"name": "江卡", "record_number": "MR-CARD"}
    consoles.desk.act(consoles.desk.check_in("H1", queue="IM", patient=person).ticket.id, "cancel", reason="test")
    page.keyboard.type("/MR-CARD\n")
    page.wait_for_selector("[data-form=check_in] .suggestion")

    page.keyboard.press("Escape")
    page.wait_for_selector("[data-form]", state="detached")
    page.keyboard.press("n")

    page.wait_for_selector("#person-name")
    assert page.query_selector("[data-form=check_in] .suggestion") is None


def test_a_second_enter_sends_nothing_and_a_refusal_leads_back_into_the_form(consoles, page, held_back):
    (one,) = consoles.many(1)
    choose(page, one.number)
    prioritise(page, "证件")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-act^=prioritise][aria-busy=true]")
    consoles.desk.act(one.id, "hold", reason="examination")
    consoles.desk.act(one.id, "cancel", reason="test")
    let_go(page, held_back)
    page.wait_for_selector(".foot-alarm .say")

    page.keyboard.type("!")

    assert one.number in page.inner_text("[data-form=prioritise] .ticket-head"), "a form never turns to another patient"
    assert one.number in page.inner_text("[data-form=prioritise] [data-gone]")
    assert "证件!" == page.input_value("#evidence")
    assert [] == held_back


def test_a_desk_whose_words_did_not_come_asks_for_them_again(consoles, page):
    lost = []

    def lose_the_first(wish):
        lost.append(wish.request.url)
        wish.abort("connectionreset") if len(lost) == 1 else wish.continue_()

    intercept(page, "**/shared/texts/console.json", lose_the_first)
    page.reload()
    page.wait_for_selector("[data-link=live]")

    assert 2 == len(lost)
    page.complaints.clear()


def test_axe_finds_nothing_on_the_desk_its_panels_and_the_board(consoles, page):
    consoles.empty()
    consoles.many(3)
    (patient,) = consoles.check_in("欧阳娜娜", queue="ED")
    consoles.desk.triage(patient.id, grade="Ⅲ", reason="主诉与查体")
    consoles.desk.raise_alert("help")
    choose(page, patient.number, "waiting")
    found = {"desk": faults(page)}
    for key, panel in PANELS.items():
        page.keyboard.press(key)
        page.wait_for_selector(panel)
        found[key] = faults(page, panel if key == "?" else ".side")
        page.keyboard.press("Escape")
        page.wait_for_selector(panel, state="detached")
    page.goto(urljoin(page.url, "/board"))
    page.wait_for_selector("[data-link=live]")
    found["board"] = faults(page)

    assert {} == {key: said for key, said in found.items() if said}


def test_a_patient_of_level_one_is_treated_and_finished_at_the_desk(consoles, page):
    """Q4"""
    consoles.empty()
    (patient,) = consoles.check_in("危一一", queue="ED")
    consoles.desk.triage(patient.id, grade="Ⅰ", reason="主诉与查体")
    choose(page, patient.number, "held")

    page.keyboard.press("b")
    page.wait_for_selector("[data-form=start]")
    assert "抢救室" == page.input_value("#rescue-place")
    page.keyboard.press("Enter")
    page.wait_for_selector(".side .chip-room:has-text('抢救室')")
    page.keyboard.press("f")
    page.wait_for_selector(f"[data-number={patient.number}]", state="detached")

    assert ([], []) == (consoles.desk.snapshot("H1").tickets, consoles.desk.snapshot("H1").alerts)

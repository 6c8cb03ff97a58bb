"""The kiosk's screen machine: what each touch, answer and silence leads to."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.machine.effects import (
    AskPosition,
    CallStaff,
    CheckInCommand,
    FollowAlert,
    Forget,
    Identify,
    PrintReport,
    PutOnPaper,
    SettlePaper,
)
from kiosk.machine.events import (
    Alerted,
    Answer,
    Away,
    Coming,
    HallFetched,
    Paper,
    PaperMoved,
    PrinterChecked,
    Refused,
    Resumed,
    Tick,
    Touch,
)
from kiosk.machine.flow import DELIBERATE, advance
from kiosk.machine.state import Hall, Screen, State, Verb
from kiosk.machine.view import view
from server.protocol.answers import Ahead, CheckIn, Choices, Identification, TicketAnswer, WaitReason
from server.protocol.messages import AlertView, PrintJob, QueueView, Slip, TicketView
from server.protocol.terms import AlertKind, Evidence, Lane, PrintJobState, TicketState

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BOOKED = {"id": "ap1", "queue": "IM", "queue_name": {"zh": "内科"}, "slot_start": "2026-03-02T01:30:00Z"}
OTHER = {"id": "ap2", "queue": "SU", "queue_name": {"zh": "外科"}}
PASSED = {"id": "t7", "number": "A007", "state": "passed", "queue": "IM"}
WAITING = {"id": "t8", "number": "A008", "state": "waiting", "queue": "IM"}
FINAL = {"id": "r1", "title": {"zh": "血常规"}, "printable": True, "withheld": False}
FINAL_2 = {"id": "r2", "title": {"zh": "尿常规"}, "printable": True, "withheld": False}
UNREADY = {"id": "r3", "title": {"zh": "肝功能"}, "printable": False, "withheld": False}
WITHHELD = {"id": "r4", "title": None, "printable": False, "withheld": True}


def queue(id):
    return QueueView(id=id, name={"zh": id}, prefix="A", mode="woven", scale="CN-OPD", privacy="masked")


HALL = Hall("H1", name={"zh": "内科候诊区"}, queues=(queue("IM"), queue("SU")))


def identified(level=2, **choices):
    return Identification(visit_token="token", level=level, display_name="张*三", choices=Choices(**choices))


def ticket(number="A012", state=TicketState.WAITING, **more):
    return TicketView(id="t1", number=number, state=state, queue="IM", lane=Lane.ORDINARY, order="1", seq=1, **more)


def slip(number="A012"):
    return Slip(
        ticket="t1", hospital={}, hall={}, queue={"zh": "内科"}, number=number, ahead=3, place={"zh": "内科候诊区"},
        checked_in_at=NOW, timezone="Asia/Shanghai", code="c",
    )  # fmt: skip


JOB = PrintJob(id="j1", kind="slip", state=PrintJobState.LEASED, lease="L", slip=slip())
ISSUED = CheckIn(ticket=ticket(), slip=slip(), print_job=JOB)


class Patient:
    """Somebody at the kiosk: touches, waits, and remembers what was asked for."""

    def __init__(self, hall=HALL):
        self.now = 0.0
        self.effects = []
        self.state = State()
        self.take(HallFetched(hall))

    def take(self, happened):
        self.state, effects = advance(self.state, happened, self.now)
        self.effects += effects
        return self

    def touch(self, verb, value="", proof=""):
        if verb in DELIBERATE:
            self.now += 1
        return self.take(Touch(verb, value, self.state.step, proof))

    def answer(self, result):
        return self.take(Answer(self.state.waiting_for, result))

    def wait(self, seconds):
        for _ in range(int(seconds)):
            self.now += 1
            self.take(Tick())
        return self

    def requests_made(self, kind):
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def scan(self, code="CARD1"):
        return self.touch(Verb.SCAN, code)

    def booked(self, *appointments):
        return self.touch(Verb.TASK, "check_in").scan().answer(identified(appointments=list(appointments or [BOOKED])))

    def confirmed(self):
        return self.booked().touch(Verb.HEALTH, "none").touch(Verb.FEVER, "no").touch(Verb.CONFIRM)

    @property
    def screen(self):
        return self.state.screen

    @property
    def says(self):
        return self.state.message.key if self.state.message else None


def test_a_booked_patient_walks_from_the_first_screen_to_the_number():
    patient = Patient().touch(Verb.TASK, "check_in")
    seen = [patient.screen]
    patient.scan()
    seen.append(patient.screen)
    patient.answer(identified(appointments=[BOOKED]))
    seen.append(patient.screen)
    for verb, value in ((Verb.HEALTH, "none"), (Verb.FEVER, "no"), (Verb.CONFIRM, "")):
        seen.append(patient.touch(verb, value).screen)
    seen.append(patient.answer(ISSUED).screen)
    seen.append(patient.answer(Paper(PrintJobState.PRINTED, "fine")).screen)

    assert [
        Screen.IDENTIFY, Screen.WORKING, Screen.HEALTH, Screen.FEVER, Screen.CONFIRM, Screen.WORKING, Screen.PRINTING,
        Screen.DONE,
    ] == seen  # fmt: skip
    assert ("A012", 3, PrintJobState.PRINTED) == (
        patient.state.finished.number, patient.state.finished.ahead, patient.state.finished.paper,
    )  # fmt: skip


def test_the_check_in_names_the_appointment_the_answers_and_the_language():
    patient = Patient().touch(Verb.LANGUAGE, "en").confirmed()

    expected = CheckInCommand("0.2", appointment="ap1", visit_token="token", flags=(), language="en")
    assert [expected] == patient.requests_made(CheckInCommand)


def test_a_card_on_the_first_screen_means_check_in():
    patient = Patient().scan("CARD1")

    assert [Identify("0.1", scan="CARD1")] == patient.requests_made(Identify)


def test_how_a_card_was_read_goes_to_the_server_with_it():
    patient = Patient().take(Touch(Verb.SCAN, "CARD1", how=Evidence.CHIP))

    assert [Identify("0.1", scan="CARD1", how=Evidence.CHIP)] == patient.requests_made(Identify)


def test_several_appointments_are_asked_about():
    patient = Patient().booked(BOOKED, OTHER)

    assert (Screen.CHOOSE, 2) == (patient.screen, len(patient.state.options))
    assert Screen.HEALTH == patient.touch(Verb.CHOOSE, "appointment:ap2").screen
    assert "ap2" == patient.state.choice.id


def test_a_choice_that_was_not_offered_is_none():
    patient = Patient().booked(BOOKED, OTHER)

    assert Screen.CHOOSE == patient.touch(Verb.CHOOSE, "appointment:ap9").screen


def test_the_server_may_ask_which():
    patient = Patient().confirmed()
    patient.answer(Refused("choose", {"choices": {"appointments": [BOOKED, OTHER]}}))

    assert (Screen.CHOOSE, 2) == (patient.screen, len(patient.state.options))


def test_without_an_appointment_the_departments_are_offered():
    patient = Patient().touch(Verb.TASK, "check_in").scan()
    patient.answer(identified(queues=[{"id": "IM", "name": {"zh": "内科"}}, {"id": "SU", "name": {"zh": "外科"}}]))

    assert (Screen.CHOOSE, "queue") == (patient.screen, patient.state.options[0].kind)


def test_somebody_who_holds_a_number_is_told_their_place():
    patient = Patient().touch(Verb.TASK, "check_in").scan().answer(identified(tickets=[WAITING]))

    assert [AskPosition("0.2", "t8")] == patient.requests_made(AskPosition)


def test_no_card_still_gets_a_number_as_a_nameless_person():
    patient = Patient().touch(Verb.TASK, "walk_in").touch(Verb.CHOOSE, "queue:SU").touch(Verb.SKIP)
    patient.touch(Verb.HEALTH, "none").touch(Verb.FEVER, "no").touch(Verb.CONFIRM)

    assert [CheckInCommand("0.1", queue="SU", patient={"name": "*"}, flags=())] == patient.requests_made(CheckInCommand)


def test_with_a_card_the_walk_in_is_under_their_name():
    patient = Patient().touch(Verb.TASK, "walk_in").touch(Verb.CHOOSE, "queue:SU").scan().answer(identified())
    patient.touch(Verb.HEALTH, "none").touch(Verb.FEVER, "no").touch(Verb.CONFIRM)

    assert [("SU", "token", None)] == [
        (w.queue, w.visit_token, w.patient) for w in patient.requests_made(CheckInCommand)
    ]


def test_checking_in_needs_a_card_or_a_code():
    assert Screen.IDENTIFY == Patient().touch(Verb.TASK, "check_in").touch(Verb.SKIP).screen


@pytest.mark.parametrize(
    ("verbs", "flags", "key"),
    [
        ([(Verb.HEALTH, "some")], ("red_flag",), "red_flag"),
        ([(Verb.HEALTH, "none"), (Verb.FEVER, "yes")], ("fever",), "fever"),
    ],
)
def test_a_danger_gets_staff_and_no_number(verbs, flags, key):
    patient = Patient().booked()
    for verb, value in verbs:
        patient.touch(verb, value)
    assert [flags] == [effect.flags for effect in patient.requests_made(CheckInCommand)]

    alert = AlertView(id="a", kind=AlertKind.RED_FLAG, raised_at=NOW)
    patient.answer(CheckIn(alert=alert, text={"zh": "请不要离开"}))

    assert (Screen.STAFF, key, {"zh": "请不要离开"}) == (patient.screen, patient.says, patient.state.message.text)


@pytest.mark.parametrize("result", [Away(), Refused("internal")])
def test_a_danger_that_cannot_be_reported_says_so_aloud(result):
    patient = Patient().booked().touch(Verb.HEALTH, "some").answer(result)

    assert (Screen.STAFF, "danger_away") == (patient.screen, patient.says)


def test_not_found_may_be_tried_again_and_ends_at_a_person():
    patient = Patient().touch(Verb.TASK, "check_in")
    seen = []
    for _ in range(3):
        patient.scan().answer(Refused("not_identified"))
        seen.append((patient.screen, patient.says))

    inline = (Screen.IDENTIFY, "not_found")
    assert [inline, inline, (Screen.NOTICE, "too_many_tries")] == seen


def test_another_refusal_says_what_to_do_by_its_code():
    patient = Patient().confirmed().answer(Refused("too_early"))

    assert (Screen.NOTICE, "problem.too_early") == (patient.screen, patient.says)


def test_a_typed_code_goes_out_with_its_proof():
    patient = Patient().touch(Verb.TASK, "check_in").touch(Verb.TYPED, "C1001", "phone_tail:1234")

    assert [Identify("0.1", typed={"code": "C1001", "phone_tail": "1234"})] == patient.requests_made(Identify)


def asked_for_a_proof(*proofs):
    patient = Patient().touch(Verb.TASK, "check_in").take(Touch(Verb.SCAN, "CARD1"))
    return patient.answer(Refused("proof_needed", {"proofs": list(proofs or ("phone_tail", "birth_date"))}))


def test_a_card_whose_number_proves_nobody_asks_for_what_only_its_owner_knows():
    """P1: a number that others know counted as a read card."""
    patient = asked_for_a_proof()
    assert (Screen.PROOF, ["phone_tail", "birth_date"]) == (patient.screen, view(patient.state)["proofs"])
    assert "CARD1" not in str(view(patient.state))

    patient.touch(Verb.PROVE, "phone_tail:1234")
    assert Identify("0.2", scan="CARD1", proof={"phone_tail": "1234"}) == patient.requests_made(Identify)[-1]
    assert Screen.HEALTH is patient.answer(identified(level=1, appointments=[BOOKED])).screen


@pytest.mark.parametrize("given", ["identity_tail:1234", "phone_tail:", "name:张三", "1234", ""])
def test_a_proof_that_was_not_asked_for_goes_nowhere(given):
    assert 1 == len(asked_for_a_proof().touch(Verb.PROVE, given).requests_made(Identify))


def test_a_wrong_proof_may_be_given_again_and_then_a_person_helps():
    patient = asked_for_a_proof()
    seen = []
    for _ in range(3):
        patient.touch(Verb.PROVE, "phone_tail:9999").answer(Refused("not_identified"))
        seen.append((patient.screen, patient.says))

    assert [(Screen.PROOF, "proof_wrong")] * 2 + [(Screen.NOTICE, "too_many_tries")] == seen


def test_who_has_no_proof_is_sent_to_the_desk():
    assert "proof_at_desk" == asked_for_a_proof().touch(Verb.PROVE, "none").says


def test_a_typed_code_of_the_desk_goes_out_alone():
    code = "ABCDEFGHIJKLMNOPQRSTUVWXY2"
    patient = Patient().touch(Verb.TASK, "reports").touch(Verb.TYPED, code, "")

    assert [Identify("0.1", typed={"code": code})] == patient.requests_made(Identify)


def test_a_typed_number_that_proves_nobody_asks_too():
    patient = Patient().touch(Verb.TASK, "check_in").touch(Verb.TYPED, "11010119900307721X", "birth_date:1990-03-07")
    patient.answer(Refused("proof_needed", {"proofs": ["phone_tail"]})).touch(Verb.PROVE, "phone_tail:1234")

    typed = {"code": "11010119900307721X"}
    assert Identify("0.2", typed=typed, proof={"phone_tail": "1234"}) == patient.requests_made(Identify)[-1]


def test_a_slip_shows_reports_after_the_last_four_digits():
    patient = Patient().touch(Verb.TASK, "reports").scan("A" * 26)
    known = identified(level=1).model_copy(update={"proofs": ["phone_tail", "identity_tail"]})
    patient.answer(known)
    assert (Screen.PROOF, "report_needs_proof") == (patient.screen, patient.says)

    patient.touch(Verb.PROVE, "phone_tail:1234").answer(identified(level=2, reports=[FINAL]))
    assert Screen.REPORTS is patient.screen


def test_the_next_patient_finds_nothing_of_the_card_before():
    patient = asked_for_a_proof().touch(Verb.HOME)
    assert (None, ()) == (patient.state.asked, patient.state.proofs)


@pytest.mark.parametrize("proof", ["", "phone_tail:", "name:张三", "1234"])
def test_a_typed_code_without_proof_goes_nowhere(proof):
    assert [] == Patient().touch(Verb.TASK, "check_in").touch(Verb.TYPED, "C1001", proof).requests_made(Identify)


VCARD = "BEGIN:VCARD\nVERSION:3.0\nN:Zhang;San\nFN:Zhang San\nTEL:13800000000\nEND:VCARD"


@pytest.mark.parametrize("begin", [None, "check_in"])
@pytest.mark.parametrize("text", [VCARD, "x" * 513, "12", "\x00\x07", "NOREAD", ""])
def test_a_code_that_is_nobodys_says_not_this_code_and_is_no_failed_patient(begin, text):
    """R11: seven business cards in ten minutes locked the kiosk for everybody."""
    patient = Patient()
    if begin:
        patient.touch(Verb.TASK, begin)
    for _ in range(7):
        patient.scan(text)
        assert (Screen.IDENTIFY, "not_this_code") == (patient.screen, patient.says)

    assert ([], 0) == (patient.requests_made(Identify), patient.state.failures)
    assert 1 == len(patient.scan("CARD1").requests_made(Identify))


def test_the_second_of_two_taps_is_not_taken():
    patient = Patient().booked()
    step = patient.state.step
    patient.now += 1
    patient.take(Touch(Verb.HEALTH, "none", step)).take(Touch(Verb.FEVER, "no", step))

    assert Screen.FEVER == patient.screen


def test_nothing_is_touched_while_the_server_thinks():
    patient = Patient().confirmed()
    for verb in (Verb.BACK, Verb.HOME, Verb.HELP, Verb.CONFIRM, Verb.SCAN):
        patient.touch(verb, "CARD2")

    assert (Screen.WORKING, 1) == (patient.screen, len(patient.requests_made(CheckInCommand)))


def test_a_silent_server_is_given_up_within_ten_seconds_and_says_where_to_go():
    patient = Patient().confirmed().wait(9)

    assert (Screen.NOTICE, "away") == (patient.screen, patient.says)


def test_an_answer_that_comes_while_the_notice_still_shows_is_taken():
    patient = Patient().confirmed()
    name = patient.state.waiting_for
    patient.wait(9).take(Answer(name, ISSUED))

    assert (Screen.PRINTING, "A012") == (patient.screen, patient.state.finished.number)


def test_the_paper_of_somebody_who_has_left_is_not_printed_but_told():
    patient = Patient().confirmed()
    name = patient.state.waiting_for
    patient.wait(9).touch(Verb.HOME).take(Answer(name, ISSUED))

    assert (Screen.HOME, []) == (patient.screen, patient.requests_made(PutOnPaper))
    assert [(JOB, PrintJobState.FAILED)] == [
        (effect.job, effect.state) for effect in patient.requests_made(SettlePaper)
    ]


def test_a_ticket_of_before_a_crash_is_printed_when_nobody_else_stands_there():
    patient = Patient().take(Resumed(ISSUED))

    assert (Screen.PRINTING, [JOB]) == (patient.screen, [effect.job for effect in patient.requests_made(PutOnPaper)])


def test_the_number_of_before_a_crash_stays_until_the_page_has_come_back_as_well():
    patient = Patient().take(Resumed(ISSUED)).answer(Paper(PrintJobState.PRINTED, "fine"))

    assert Screen.DONE == patient.wait(27).screen
    assert Screen.HOME == patient.wait(1).screen


def test_a_ticket_of_before_a_crash_does_not_disturb_the_next_patient():
    patient = Patient().touch(Verb.TASK, "check_in").take(Resumed(ISSUED))

    assert (Screen.IDENTIFY, 1) == (patient.screen, len(patient.requests_made(SettlePaper)))


def test_a_slip_that_comes_out_elsewhere_says_where_and_stays_long_enough_to_be_read():
    """O5: the page says where the paper is."""
    patient = Patient().confirmed().answer(ISSUED).answer(Paper(PrintJobState.FAILED, "paper_out"))
    patient.take(PaperMoved(ISSUED.print_job.id, {"zh": "门诊楼一楼服务台"}))
    assert {"zh": "门诊楼一楼服务台"} == view(patient.state)["finished"]["moved_to"]
    assert Screen.DONE is patient.wait(15).screen
    assert Screen.HOME is patient.wait(10).screen
    patient.take(PaperMoved(ISSUED.print_job.id, {"zh": "服务台"}))
    assert Screen.HOME is patient.screen


def test_a_report_that_comes_out_elsewhere_says_where():
    """O5: the same for a report, whose list stays on the screen."""
    patient = reports(FINAL).touch(Verb.PRINT, "r1").answer(JOB).answer(Paper(PrintJobState.FAILED, "x"))
    patient.take(PaperMoved("another", {"zh": "别处"}))
    assert "report_not_printed" == patient.state.message.key
    patient.take(PaperMoved(JOB.id, {"zh": "服务台"}))
    assert ("report_moved", {"place": "服务台"}) == (patient.state.message.key, patient.state.message.values)


def test_a_slip_that_failed_still_shows_the_number():
    patient = Patient().confirmed().answer(ISSUED).answer(Paper(PrintJobState.FAILED, "paper_out"))

    finished = patient.state.finished
    assert (Screen.DONE, "A012", PrintJobState.FAILED) == (patient.screen, finished.number, finished.paper)


@pytest.mark.parametrize(("word", "told"), [("yes", PrintJobState.UNKNOWN), ("no", PrintJobState.FAILED)])
def test_where_the_printer_cannot_say_the_patient_is_asked_and_never_believed_as_proof(word, told):
    patient = Patient().confirmed().answer(ISSUED).answer(Paper(PrintJobState.UNKNOWN, "no_status_channel"))
    assert Screen.ASK_PAPER == patient.screen

    patient.touch(Verb.PAPER, word)

    assert (Screen.DONE, [told]) == (patient.screen, [effect.state for effect in patient.requests_made(SettlePaper)])


def test_a_passed_number_goes_back_in_line_without_new_paper():
    patient = Patient().touch(Verb.TASK, "passed").scan().answer(identified(level=1, tickets=[PASSED, WAITING]))
    assert Screen.CONFIRM == patient.screen

    patient.touch(Verb.CONFIRM)
    assert [("IM", "token", None)] == [(w.queue, w.visit_token, w.flags) for w in patient.requests_made(CheckInCommand)]

    patient.answer(CheckIn(ticket=ticket("A007"), slip=slip("A007")))
    assert (Screen.DONE, "A007", True) == (patient.screen, patient.state.finished.number, patient.state.finished.again)


def test_my_place_shows_people_ahead_and_the_wait():
    patient = Patient().touch(Verb.TASK, "place").scan().answer(identified(level=1, tickets=[WAITING]))
    patient.answer(TicketAnswer(ticket=ticket("A008"), position=4, wait_low=20, wait_high=35))

    finished = patient.state.finished
    assert (Screen.PLACE, 4, 20, 35) == (patient.screen, finished.ahead, finished.wait_low, finished.wait_high)


def test_my_place_says_why_the_wait_ends_later_than_the_slip_said():
    why = WaitReason(
        text={"zh": "…", "en": "…"},
        categories=[Ahead(reason="urgent", count=2, text={}), Ahead(reason="rooms", count=1, text={})],
    )
    patient = Patient().touch(Verb.TASK, "place").scan().answer(identified(level=1, tickets=[WAITING]))
    patient.answer(TicketAnswer(ticket=ticket("A008"), position=4, wait_low=40, wait_high=60, wait_reason=why))

    causes = [{"cause": "urgent", "count": 2}, {"cause": "rooms", "count": 1}]
    assert causes == view(patient.state)["finished"]["later"]


def test_without_a_number_there_is_no_place():
    patient = Patient().touch(Verb.TASK, "place").scan().answer(identified())

    assert (Screen.NOTICE, "no_ticket") == (patient.screen, patient.says)


def reports(*entries, level=2):
    return Patient().touch(Verb.TASK, "reports").scan().answer(identified(level=level, reports=list(entries)))


def test_reports_need_a_card_or_code_that_was_read():
    assert "report_needs_more" == reports(FINAL, level=1).says


def test_all_that_may_come_out_comes_out_one_after_the_other():
    patient = reports(FINAL, UNREADY, FINAL_2, WITHHELD).touch(Verb.PRINT, "all")
    for name in ("j1", "j2"):
        patient.answer(PrintJob(id=name, kind="report", state=PrintJobState.LEASED))
        patient.answer(Paper(PrintJobState.PRINTED, "fine"))

    assert ["r1", "r2"] == [effect.report for effect in patient.requests_made(PrintReport)]
    assert (Screen.REPORTS, {"r1", "r2"}) == (patient.screen, patient.state.printed)


@pytest.mark.parametrize("report", ["r3", "r4", "r9"])
def test_what_may_not_come_out_is_not_even_asked_for(report):
    assert [] == reports(FINAL, UNREADY, WITHHELD).touch(Verb.PRINT, report).requests_made(PrintReport)


def test_a_report_that_did_not_print_is_not_counted_and_stops_the_rest():
    patient = reports(FINAL, FINAL_2).touch(Verb.PRINT, "all")
    patient.answer(PrintJob(id="j1", kind="report", state=PrintJobState.LEASED))
    patient.answer(Paper(PrintJobState.FAILED, "paper_out"))

    assert Screen.REPORTS == patient.screen
    assert (frozenset(), 1) == (patient.state.printed, len(patient.requests_made(PrintReport)))
    assert "report_not_printed" == patient.says


def test_help_is_one_touch_from_every_screen():
    patient = Patient().booked().touch(Verb.HELP)
    assert [CallStaff("0.2", visit_token="token")] == patient.requests_made(CallStaff)

    assert (Screen.STAFF, "staff_called") == (patient.answer(Alerted()).screen, patient.says)


def test_help_that_cannot_be_called_sends_to_the_desk():
    assert "help_by_foot" == Patient().touch(Verb.HELP).answer(Away()).says


@pytest.mark.parametrize(("elder", "seconds"), [("usual", 30), ("elder", 60)])
def test_an_idle_screen_asks_then_forgets(elder, seconds):
    patient = Patient().touch(Verb.SIZE, elder).booked()

    assert not patient.wait(seconds - 1).state.warned
    assert patient.wait(1).state.warned
    assert Screen.HEALTH == patient.wait(14).screen
    assert (Screen.HOME, 1) == (patient.wait(1).screen, len(patient.requests_made(Forget)))


def test_a_touch_keeps_the_screen():
    patient = Patient().booked().wait(31).touch(Verb.STAY)

    assert (False, Screen.HEALTH) == (patient.state.warned, patient.wait(29).screen)


def test_the_last_screen_closes_after_eight_seconds():
    patient = Patient().confirmed().answer(ISSUED).answer(Paper(PrintJobState.PRINTED, "fine"))

    assert Screen.DONE == patient.wait(7).screen
    assert Screen.HOME == patient.wait(1).screen


def test_what_the_patient_must_know_stands_beside_the_number_until_it_is_read():
    """Q1: the slip alone said that another doctor sees the patient, and not everybody takes the slip."""
    note = {"zh": "您预约的医生目前不在本科出诊", "en": "The doctor you booked is not here now"}
    told = CheckIn(ticket=ticket(), slip=slip().model_copy(update={"note": note}))
    patient = Patient().confirmed().answer(told)

    assert (Screen.DONE, note) == (patient.screen, view(patient.state)["finished"]["note"])
    assert Screen.DONE == patient.wait(19).screen
    assert Screen.HOME == patient.wait(1).screen


@pytest.mark.parametrize(
    ("languages", "offered"), [(("zh",), ["zh", "en"]), (("en", "yue"), ["zh", "yue", "en"]), ((), ["zh", "en"])]
)
def test_chinese_and_english_are_always_offered_and_cantonese_where_the_hall_speaks_it(languages, offered):
    assert offered == view(Patient(hall=replace(HALL, languages=languages)).state)["languages"]


def test_language_and_size_return_to_the_halls_own():
    patient = Patient().touch(Verb.LANGUAGE, "en").touch(Verb.SIZE, "elder").wait(60)

    assert ("zh", False) == (patient.state.language, patient.state.elder)


def test_a_new_patient_finds_nothing_of_the_one_before():
    patient = Patient().touch(Verb.LANGUAGE, "en").booked().touch(Verb.HOME)

    fresh = patient.state
    assert (None, (), None, None, 0, "zh") == (
        fresh.identity, fresh.options, fresh.choice, fresh.finished, fresh.failures, fresh.language,
    )  # fmt: skip
    assert 1 == fresh.patient


@pytest.mark.parametrize(
    ("verbs", "before"),
    [
        ([(Verb.CHOOSE, "appointment:ap1"), (Verb.HEALTH, "none"), (Verb.FEVER, "no")], Screen.FEVER),
        ([(Verb.CHOOSE, "appointment:ap1"), (Verb.HEALTH, "none")], Screen.HEALTH),
        ([(Verb.CHOOSE, "appointment:ap1")], Screen.CHOOSE),
        ([], Screen.HOME),
    ],
)
def test_back_is_one_screen_back(verbs, before):
    patient = Patient().booked(BOOKED, OTHER)
    for verb, value in verbs:
        patient.touch(verb, value)

    assert before == patient.touch(Verb.BACK).screen


def test_before_the_hall_is_known_numbers_cannot_be_taken():
    patient = Patient(hall=None).touch(Verb.TASK, "walk_in")

    assert (Screen.NOTICE, "away") == (patient.screen, patient.says)


def test_a_server_that_goes_away_is_remembered_with_the_hall():
    patient = Patient().take(HallFetched(None))

    assert (False, HALL) == (patient.state.online, patient.state.hall)


def test_a_printer_that_cannot_print_is_known_before_anybody_begins():
    patient = Patient().take(PrinterChecked(False)).booked().touch(Verb.HOME)

    assert not patient.state.can_print


RESULTS = [
    identified(appointments=[BOOKED, OTHER]), identified(tickets=[PASSED]), identified(reports=[FINAL]), ISSUED, JOB,
    CheckIn(text={"zh": "请稍等"}), TicketAnswer(ticket=ticket()), Refused("choose"), Refused("not_identified"), Away(),
    Alerted(), *(Paper(state, "x") for state in (PrintJobState.PRINTED, PrintJobState.UNKNOWN, PrintJobState.FAILED)),
]  # fmt: skip
VALUES = ["", "check_in", "walk_in", "reports", "passed", "place", "help", "none", "some", "yes", "no", "all", "en",
          "elder", "queue:IM", "appointment:ap1", "ticket:t7", "r1", "CARD1", "nonsense"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from(list(Verb)), st.sampled_from(VALUES)),
            st.sampled_from(RESULTS),
            st.floats(0, 70),
        ),
        max_size=40,
    )
)
def test_whatever_happens_the_kiosk_comes_home_and_never_asks_twice_with_one_name(story):
    patient = Patient()
    for happened in story:
        if isinstance(happened, tuple):
            patient.touch(*happened, proof="phone_tail:1234")
        elif isinstance(happened, float):
            patient.now += happened
            patient.take(Tick())
        elif patient.state.waiting_for:
            patient.answer(happened)

    names = [effect.id for effect in patient.effects if hasattr(effect, "id")]
    assert len(names) == len(set(names))
    for _ in zip(count(), range(200), strict=False):
        patient.wait(1)
    assert Screen.HOME == patient.screen
    assert None is patient.state.identity


ANSWERS = {Screen.HEALTH: (Verb.HEALTH, ["none", "some"]), Screen.FEVER: (Verb.FEVER, ["yes", "no"])}
"""The answers of each danger question from top to bottom, as the page draws them."""


@pytest.mark.parametrize("place", [0, 1])
def test_three_taps_in_one_place_never_pass_the_danger_questions(place):
    """U2"""
    patient = Patient().booked()
    for _ in range(3):
        if patient.screen in ANSWERS:
            verb, values = ANSWERS[patient.screen]
            patient.touch(verb, values[place])
        elif patient.screen is Screen.CONFIRM:
            patient.touch(Verb.CONFIRM)

    assert [()] != [effect.flags for effect in patient.requests_made(CheckInCommand)]
    assert 1 == len(patient.requests_made(CheckInCommand)), "somebody comes and asks"


@pytest.mark.parametrize("late", [0.0, 0.3, 0.69])
def test_a_tap_that_comes_with_the_question_is_no_answer_to_it(late):
    """U2"""
    patient = Patient().booked()
    for screen, verb, value in (
        (Screen.HEALTH, Verb.HEALTH, "none"), (Screen.FEVER, Verb.FEVER, "no"), (Screen.CONFIRM, Verb.CONFIRM, ""),
    ):  # fmt: skip
        patient.now = patient.state.shown_at + late
        patient.take(Touch(verb, value, patient.state.step))
        assert screen is patient.screen
        patient.touch(verb, value)

    assert Screen.WORKING is patient.screen


def test_help_and_back_count_at_once_on_a_danger_question():
    """U2"""
    patient = Patient().booked()

    assert Screen.WORKING is patient.take(Touch(Verb.HELP, "", patient.state.step)).screen


def alarmed(kind="red_flag"):
    patient = Patient().booked()
    answers = {"red_flag": [(Verb.HEALTH, "some")], "fever": [(Verb.HEALTH, "none"), (Verb.FEVER, "yes")]}[kind]
    for verb, value in answers:
        patient.touch(verb, value)
    return patient.answer(CheckIn(alert=AlertView(id="a1", kind=AlertKind(kind), raised_at=NOW), text={"zh": "请等"}))


WHO = {"zh": "护士正在过来", "en": "A nurse is coming"}


@pytest.mark.parametrize("kind", ["red_flag", "fever"])
def test_the_screen_says_who_comes_as_soon_as_somebody_said_so_and_not_before(kind):
    """U23"""
    patient = alarmed(kind)

    assert [FollowAlert("a1", 0)] == patient.requests_made(FollowAlert)
    assert ({}, True) == (view(patient.state)["coming"], view(patient.state)["awaited"])
    patient.wait(100).take(Coming("a1", WHO))
    assert (Screen.STAFF, WHO) == (patient.screen, view(patient.state)["coming"])
    assert Screen.STAFF is patient.wait(59).screen, "it is read although the answer came late"
    assert Screen.HOME is patient.wait(1).screen


def test_the_screen_of_a_call_waits_three_minutes_for_somebody_to_come():
    """U23"""
    patient = Patient().touch(Verb.HELP).answer(Alerted("a2"))

    assert Screen.STAFF is patient.wait(179).screen
    assert Screen.HOME is patient.wait(1).screen


def test_who_comes_for_one_patient_is_not_said_to_the_next():
    """U23"""
    patient = alarmed().touch(Verb.BACK).take(Coming("a1", WHO))
    assert Screen.HOME is patient.screen

    patient.touch(Verb.HELP).answer(Alerted("a2")).take(Coming("a1", WHO))
    assert {} == view(patient.state)["coming"]


def test_a_patient_sent_to_the_desk_calls_under_their_name_and_with_the_reason():
    """Q2"""
    patient = Patient().confirmed().answer(Refused("desk_only")).touch(Verb.HELP)

    assert [("token", "desk_only")] == [
        (effect.visit_token, effect.about) for effect in patient.requests_made(CallStaff)
    ]


def test_a_call_of_somebody_nobody_knows_says_nothing_about_them():
    patient = Patient().touch(Verb.HELP)

    assert [(None, None)] == [(effect.visit_token, effect.about) for effect in patient.requests_made(CallStaff)]


def booking(id="ap9", queue="GS", **more):
    where = {"hall": "H2", "here": False, "when": "now", "today": True, "hall_name": {"zh": "外科候诊区"}}
    what = {"id": id, "queue": queue, "queue_name": {"zh": "普外科"}, "slot_start": "2026-03-02T02:01:00Z"}
    return what | where | more


UPSTAIRS = booking()
AFTERNOON = booking("ap5", "IM", hall="H1", here=True, when="too_early")
YESTERDAY = booking("ap6", "IM", hall="H1", here=True, when="too_late", today=False)


@pytest.mark.parametrize(
    ("entry", "about"), [(UPSTAIRS, "elsewhere"), (AFTERNOON, "too_early"), (YESTERDAY, "too_late")]
)
def test_who_is_booked_elsewhere_or_later_is_shown_the_way_and_no_walk_in(entry, about):
    """Q3"""
    patient = Patient().booked(entry)

    assert (Screen.DIRECTION, entry["id"]) == (patient.screen, view(patient.state)["choice"]["id"])
    assert [] == patient.requests_made(CheckInCommand)
    patient.touch(Verb.HELP)
    assert [("token", about)] == [(effect.visit_token, effect.about) for effect in patient.requests_made(CallStaff)]


def test_an_appointment_for_here_and_now_is_checked_in_without_a_word_of_the_others():
    """Q3"""
    assert Screen.HEALTH == Patient().booked(UPSTAIRS, BOOKED).screen


def test_several_other_appointments_are_asked_about():
    """Q3"""
    patient = Patient().booked(UPSTAIRS, AFTERNOON)

    assert (Screen.CHOOSE, 2) == (patient.screen, len(patient.state.options))
    assert Screen.DIRECTION == patient.touch(Verb.CHOOSE, "appointment:ap9").screen
    assert Screen.CHOOSE == patient.touch(Verb.BACK).screen


def test_who_chooses_another_clinic_than_the_booked_one_is_told_before_confirming():
    """Q3"""
    patient = Patient().booked(UPSTAIRS).touch(Verb.OTHER).touch(Verb.CHOOSE, "queue:SU")
    patient.touch(Verb.HEALTH, "none").touch(Verb.FEVER, "no")

    assert (Screen.CONFIRM, "ap9") == (patient.screen, view(patient.state)["booked"]["id"])
    patient.touch(Verb.CONFIRM)
    assert [("SU", None)] == [(effect.queue, effect.appointment) for effect in patient.requests_made(CheckInCommand)]


def test_a_number_for_another_clinic_than_booked_is_said_on_the_confirm_screen():
    """Q3"""
    patient = Patient().touch(Verb.TASK, "walk_in").touch(Verb.CHOOSE, "queue:SU").scan()
    patient.answer(identified(appointments=[BOOKED])).touch(Verb.HEALTH, "none").touch(Verb.FEVER, "no")
    assert "ap1" == view(patient.state)["booked"]["id"]

    same = Patient().touch(Verb.TASK, "walk_in").touch(Verb.CHOOSE, "queue:IM").scan()
    same.answer(identified(appointments=[BOOKED])).touch(Verb.HEALTH, "none").touch(Verb.FEVER, "no")
    assert None is view(same.state)["booked"]

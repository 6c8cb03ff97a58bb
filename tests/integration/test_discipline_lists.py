"""The paper list of who waits: on demand and every few minutes, masked, as new as the paper."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hardware.escpos.layout.documents import ListDocument
from server.store.models import PrintJobRow, ReceiptRow
from tests.support.api import an_api
from tests.support.disciplined import arrive, hall_file, later

EVERY_TEN = hall_file(settings="list_printer = true")
NEVER = hall_file(settings="list_printer = true", rules="list_minutes = 0")


@pytest.fixture
def api():
    with an_api() as made:
        made.token("station")
        yield made


@pytest.fixture
def timed(request):
    """A hall whose lists are printed by the clock, with a printer and one patient."""
    with an_api(getattr(request, "param", EVERY_TEN)) as made:
        made.token("station")
        arrive(made, 1, print=False)
        yield made


def ask(api, role: str = "nurse", **body):
    status, answer = api.post("/halls/H1/lists", body, role=role)
    return status, answer


def claimed(api):
    status, body = api.post("/print-jobs/claim", {}, role="station", key="")
    assert 200 == status
    return body["print_job"]


def jobs(api) -> list[PrintJobRow]:
    with Session(api.context.engines.read) as db:
        return list(db.scalars(select(PrintJobRow).where(PrintJobRow.kind == "list")))


def rows(document) -> list[tuple[str, str, str | None]]:
    return [(row["number"], row["state"], row["display_name"]) for row in document["rows"]]


def test_a_nurse_gets_the_list_as_a_document_that_the_printer_knows(api):
    api.check_in("张小三", print=False)
    status, answer = ask(api)
    assert (201, "list", "queued") == (status, answer["print_job"]["kind"], answer["print_job"]["state"])

    document = claimed(api)["document"]
    drawn = ListDocument.model_validate(document)
    assert ("A001", "张*三", "waiting") == (drawn.rows[0].number, drawn.rows[0].display_name, drawn.rows[0].state)
    assert ("示范医院", "内科候诊区 候诊名单") == (drawn.hospital["zh"], drawn.title["zh"])
    assert ("Asia/Shanghai", "2026-03-02T01:00:00Z") == (document["timezone"], document["printed_at"])


def test_the_list_is_in_the_order_in_which_the_rule_would_call(api):
    for name in "甲乙丙丁":
        api.check_in(name, print=False)
    back = api.snapshot()["tickets"][3]
    api.act(back, "hold", reason="examination: CT")
    api.act(back, "return")
    urgent = api.check_in("戊", print=False)
    api.act(urgent, "triage", grade="U", reason="chest pain")
    api.act(api.call("R1"), "start")
    ask(api)

    assert [
        ("A005", "serving"),
        ("A001", "waiting"),
        ("A002", "waiting"),
        ("A004", "waiting"),
        ("A003", "waiting"),
    ] == [(number, state) for number, state, _ in rows(claimed(api)["document"])]


def test_names_stand_neither_in_the_job_nor_in_a_receipt(api):
    api.check_in("欧阳小明", print=False)
    ask(api)
    claimed(api)

    with Session(api.context.engines.read) as db:
        kept = [str(row.content) for row in db.scalars(select(PrintJobRow))]
        kept += [str(row.body) for row in db.scalars(select(ReceiptRow))]
    assert not [text for text in kept if "欧阳" in text]


def test_the_list_is_made_when_it_is_printed_not_when_it_was_asked_for(api):
    api.check_in("早", print=False)
    ask(api)
    later(api, minutes=5)
    api.check_in("晚", print=False)

    document = claimed(api)["document"]
    assert ["A001", "A002"] == [number for number, _, _ in rows(document)]
    assert "2026-03-02T01:05:00Z" == document["printed_at"]


def test_a_list_may_be_of_some_queues(api):
    api.check_in("内", "IM", print=False)
    api.check_in("耳", "ENT", print=False)
    ask(api, queues=["ENT"])

    assert ["B001"] == [number for number, _, _ in rows(claimed(api)["document"])]


def test_numbers_stand_alone_where_the_department_shows_no_names():
    with an_api() as api:
        api.token("station:H2")
        api.check_in("外科", "SU", hall="H2", print=False)
        assert 201 == api.post("/halls/H2/lists", {}, role="console:H2")[0]
        job = api.post("/print-jobs/claim", {}, role="station:H2", key="")[1]["print_job"]

        assert [("S001", "waiting", None)] == rows(job["document"])


def test_a_list_of_an_unknown_queue_or_hall_or_without_a_printer_is_refused_and_nothing_changes():
    with an_api() as api:
        api.headers("nurse")
        before = api.rows()
        assert (404, "unknown_queue") == (lambda status, body: (status, body["code"]))(*ask(api, queues=["XX"]))
        assert (409, "no_printer") == (lambda status, body: (status, body["code"]))(*ask(api))
        status, body = api.post("/halls/H2/lists", {}, role="nurse")
        assert (403, "forbidden") == (status, body["code"])
        assert before == api.rows()


@pytest.mark.parametrize("role", ["kiosk", "doctor@R1", "station"])
def test_only_the_desk_asks_for_a_list(api, role):
    assert 403 == ask(api, role=role)[0]


def test_the_same_wish_under_the_same_key_prints_once(api):
    api.check_in("一", print=False)
    answers = [api.post("/halls/H1/lists", {}, role="nurse", key="one-list") for _ in range(2)]

    assert answers[0] == answers[1]
    assert 1 == len(jobs(api))


def test_every_ten_minutes_a_list_is_printed_where_a_printer_is_chosen(timed):
    later(timed, minutes=9)
    assert [] == jobs(timed)
    later(timed, minutes=1)
    assert ["queued"] == [job.state for job in jobs(timed)]
    job = claimed(timed)
    report = {"state": "printed", "lease": job["lease"], "evidence": "12"}
    assert 200 == timed.post(f"/print-jobs/{job['id']}/report", report, role="station")[0]
    later(timed, minutes=10)
    assert ["printed", "queued"] == sorted(job.state for job in jobs(timed))


def test_lists_do_not_pile_up_before_a_printer_that_is_away(timed):
    for _ in range(5):
        later(timed, minutes=10)

    assert 1 == len(jobs(timed))


def test_nobody_waiting_needs_no_paper(timed):
    timed.act(timed.call("R1"), "finish")
    later(timed, minutes=20)
    assert [] == jobs(timed)
    arrive(timed, 2, print=False)
    later(timed, minutes=10)
    assert 1 == len(jobs(timed))


@pytest.mark.parametrize("timed", [NEVER], indirect=True)
def test_with_list_minutes_zero_lists_are_printed_on_demand_only(timed):
    later(timed, minutes=60)
    assert [] == jobs(timed)
    assert 201 == ask(timed, role="console")[0]

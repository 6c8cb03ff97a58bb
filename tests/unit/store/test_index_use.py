"""What a wish looks for is found by an index, however many tickets of old days there are."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.queueing.rules import Rules
from server.protocol.terms import ENDED, TicketState
from server.services.core.hall_config import config_of
from server.services.queue_state import heads
from server.services.readmodel import snapshot
from server.services.tickets import transitions
from server.store.models import AlertRow, AnnouncementRow, HallRow, TicketRow
from tests.support.api import an_api
from tests.support.databases import about_sqlite

HERE = (TicketRow.hall_id == "H1",)
QUESTIONS = {
    "who is at a station": (transitions.AT.with_only_columns(TicketRow.id), "of_station"),
    "the head of a lane": (heads.FIRST.with_only_columns(TicketRow.id), "head_of_lane"),
    "how many are behind": (snapshot._BEHIND.element, "head_of_lane"),
    "the live tickets": (select(TicketRow.id).where(*HERE, TicketRow.state.in_(snapshot.LIVE_STATES)), "live_of_hall"),
    "those not ended": (select(TicketRow.id).where(*HERE, TicketRow.state.not_in(ENDED)), "live_of_hall"),
    "those called": (select(TicketRow.id).where(*HERE, TicketRow.state.in_(["called", "serving"])), "live_of_hall"),
    "those staged": (select(TicketRow.id).where(*HERE, TicketRow.state == TicketState.STAGED), "live_of_hall"),
    "what a day leaves open": (
        select(TicketRow.id).where(*HERE, TicketRow.business_day <= date.max, TicketRow.state.not_in(list(ENDED))),
        "live_of_hall",
    ),
    "open alerts": (
        select(AlertRow.id).where(AlertRow.hall_id == "H1", AlertRow.closed_at.is_(None)), "open_alerts",
    ),
    "a ticket's announcements": (
        select(AnnouncementRow.id).where(AnnouncementRow.ticket_id.in_(["a", "b"])), "ix_announcement_ticket_id",
    ),
}  # fmt: skip
GIVEN = {
    "station": "R1",
    "hall": "H1",
    "queue": "IM",
    "lane": "ordinary",
    "rank": 3,
    "credit": 0,
    "doctor": "",
    "sort": "",
    "depth": 1,
}


@pytest.fixture(scope="module")
def db():
    with an_api() as api, Session(api.context.engines.read) as session:
        yield session


@about_sqlite("how it plans a statement")
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_by_its_index(db, question):
    statement, index = QUESTIONS[question]
    given = {word: GIVEN[word] for word in statement.compile().params if word in GIVEN}
    written = statement.params(**given).compile(
        dialect=db.get_bind().dialect, compile_kwargs={"render_postcompile": True}
    )
    plan = (
        db.connection()
        .exec_driver_sql(
            f"EXPLAIN QUERY PLAN {written}", tuple(written.params[word] for word in written.positiontup or [])
        )
        .all()
    )

    assert [] == [row[3] for row in plan if row[3].startswith("SCAN")]
    assert f"INDEX {index} " in " ".join(row[3] for row in plan), plan


@pytest.mark.parametrize(
    "states", [["called"], ["done"], ["waiting", "done"], list(TicketState), sorted(ENDED)], ids=str
)
def test_a_state_is_written_into_the_condition_and_what_it_implies_only_where_it_does(states):
    condition = str(TicketRow.state.in_(states).compile())

    assert all(f"'{state}'" in condition for state in states)
    assert (not set(states) & set(ENDED)) == ("NOT IN ('done', 'cancelled', 'no_show')" in condition)


def test_a_word_that_is_no_plain_word_is_never_written_into_a_statement():
    for word in ("x' OR '1'='1", "等候", "a b", ""):
        assert word not in str((TicketRow.state == word).compile()) or not word


def test_how_many_stand_before_a_ticket_is_told_the_same_by_counting_heads():
    """The quick count against the plain one, over lanes, grades, credits and doctors."""
    with an_api() as api:
        assert 200 == api.post("/stations/R1/open", {"doctor": "D1"}, role="console")[0]
        for number in range(12):
            more = {"tags": ["老"], "evidence": "card"} if number % 5 == 0 else {}
            doctor = {"doctor": "D1"} if number % 4 == 0 else {}
            ticket = api.check_in(f"人{number}", **more, **doctor)
            if number % 3 == 0:
                api.act(ticket, "triage", grade="U" if number % 2 else "N", reason="x")
        with Session(api.context.engines.read) as own:
            queue = config_of(own, own.get_one(HallRow, "H1")).queues["IM"]
            plain = replace(queue, rules=Rules(first_come=True))
            rows = own.scalars(select(TicketRow).where(TicketRow.hall_id == "H1")).all()
            for row in rows:
                later = [
                    other
                    for other in rows
                    if (other.lane == row.lane and (other.rank, other.sort) > (row.rank, row.sort))
                    or (row.lane == "urgent" and other.lane != "urgent")
                ]
                assert len(rows) - len(later) - 1 == snapshot.position(own, row, plain)
        assert {"urgent", "ordinary", "policy"} == {row.lane for row in rows}

"""How far a right reaches, by where a ticket is: pure, for every state."""

import itertools

import pytest

from server.domain.access.reach import MEANINGS, Reach
from server.domain.access.rights import RIGHTS, Place, own_then, reach_of, reaches, roles_of
from server.protocol.terms import DeviceRole, StaffRole, TicketState

MINE = {"stations": frozenset({"R1"}), "queues": frozenset({"IM"})}
AT_A_ROOM = {TicketState.CALLED, TicketState.SERVING, TicketState.STAGED}
PLACES = [
    Place(state, queue, station)
    for state, queue, station in itertools.product(TicketState, ("IM", "ENT"), ("R1", "R2", None))
    if (station is None) is (state not in AT_A_ROOM)
]


def reached(reach, **more):
    return {(one.state.value, one.queue, one.station) for one in PLACES if reaches(reach, one, **MINE, **more)}


def test_the_own_room_is_what_it_holds_and_nothing_else():
    """S4"""
    assert {(state.value, queue, "R1") for state in AT_A_ROOM for queue in ("IM", "ENT")} == reached(Reach.ROOM)


def test_the_own_line_is_who_waits_for_no_other_room():
    """S4"""
    waiting = {("checked_in", "IM", None), ("waiting", "IM", None), ("staged", "IM", "R1")}

    assert waiting == reached(Reach.LINE)
    assert {("passed", "IM", None)} == reached(Reach.PASSED)


def test_what_happened_at_another_room_is_taken_back_there():
    """S4: undo asks for the place before as well as for the present one."""
    before_here, before_there = (Place(TicketState.SERVING, "IM", room) for room in ("R1", "R2"))
    undo = reach_of("undo_ticket", StaffRole.DOCTOR)

    assert set() == reached(undo, before=before_there)
    assert not any(station == "R2" for _, _, station in reached(undo, before=before_here))
    assert ("done", "IM", None) in reached(undo, before=before_here)


@pytest.mark.parametrize(
    ("bound", "doctor", "sat", "own"),
    [(False, "D1", "D1", True), (False, "D1", "D2", False), (False, None, "D2", False), (False, None, None, True),
     (False, "D1", None, False), (True, None, "D2", True), (True, "D1", "D2", True)],
)  # fmt: skip
def test_a_change_is_taken_back_by_who_sat_there_when_it_was_made(bound, doctor, sat, own):
    """B10: who sat down at a room that had stopped took back what its doctor had done."""
    assert own is bool(own_then(frozenset({"R1"}), bound=bound, doctor=doctor, sat=sat))


def test_a_level_that_does_not_queue_is_every_doctors():
    held = Place(TicketState.HELD, "ED", None, escorted=True)

    assert reaches(reach_of("start_ticket", StaffRole.DOCTOR), held, **MINE)
    assert not reaches(reach_of("cancel_ticket", StaffRole.DOCTOR), held, **MINE)


@pytest.mark.parametrize("role", [*DeviceRole, *StaffRole, None])
def test_what_has_no_row_is_for_no_role(role):
    assert not reach_of("everything", role)
    assert frozenset() == roles_of("everything")


def test_every_reach_is_told_and_used():
    used = {one for right in RIGHTS.values() for reach in (right.reaches or {}).values() for one in reach}

    assert set(Reach) == used == set(MEANINGS)


def test_an_administrator_reaches_no_patient_and_a_kiosk_no_desk():
    rows = {role: {name for name, right in RIGHTS.items() if role in (right.reaches or {})} for role in RIGHTS_OF}

    assert {"ticket", "station", "alert", "print job", "appointment"}.isdisjoint(
        RIGHTS[name].subject.value for name in rows[StaffRole.ADMIN]
    )
    assert RIGHTS_OF[DeviceRole.KIOSK] == rows[DeviceRole.KIOSK]


RIGHTS_OF = {
    StaffRole.ADMIN: None,
    DeviceRole.KIOSK: {
        "get_snapshot", "get_events", "follow", "get_ticket", "explain_ticket", "identify", "check_in", "return_ticket",
        "worse_ticket", "raise_alert", "read_alert", "report_print_job", "reprint", "print_report", "get_own_device",
        "heartbeat",
    },
}  # fmt: skip
"""What a kiosk may do: read public, identify, check in, return, help, own print jobs, reports."""

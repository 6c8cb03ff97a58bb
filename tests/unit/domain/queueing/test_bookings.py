"""What becomes of a ticket when the booking behind it is cancelled or moved (the table of hospital interfaces)."""

import pytest

from server.domain.queueing.bookings import ON_CANCEL, ON_MOVE, Effect, on_cancel, on_move, state_of
from server.protocol.terms import AppointmentState, TicketState


@pytest.mark.parametrize(
    ("state", "effect"),
    [
        (None, Effect.BOOKING),
        (TicketState.CHECKED_IN, Effect.TICKET),
        (TicketState.WAITING, Effect.TICKET),
        (TicketState.STAGED, Effect.TICKET),
        (TicketState.HELD, Effect.TICKET),
        (TicketState.PASSED, Effect.TICKET),
        (TicketState.CALLED, Effect.STAFF_ALERTED),
        (TicketState.SERVING, Effect.STAFF_ALERTED),
        (TicketState.DONE, Effect.STAFF_ALERTED),
        (TicketState.CANCELLED, Effect.BOOKING),
    ],
)
def test_a_cancelled_booking_takes_its_ticket_along_unless_the_patient_was_called_or_seen(state, effect):
    """Q6: 退号 by the state of the ticket."""
    assert effect is on_cancel(state)


@pytest.mark.parametrize("state", [TicketState.HELD, TicketState.WAITING])
def test_a_patient_who_is_escorted_is_never_taken_out_of_sight(state):
    """Q6: a registration that is paid back because the patient lies in the emergency room loses nobody."""
    assert Effect.STAFF_ALERTED is on_cancel(state, escorted=True)
    assert Effect.STAFF_ALERTED is on_move(state, escorted=True)


@pytest.mark.parametrize(
    ("state", "effect"),
    [
        (None, Effect.BOOKING),
        (TicketState.WAITING, Effect.TICKET),
        (TicketState.STAGED, Effect.TICKET),
        (TicketState.HELD, Effect.STAFF_ALERTED),
        (TicketState.PASSED, Effect.STAFF_ALERTED),
        (TicketState.CALLED, Effect.STAFF_ALERTED),
        (TicketState.SERVING, Effect.STAFF_ALERTED),
    ],
)
def test_a_moved_booking_moves_who_is_in_line_and_tells_staff_of_everybody_else(state, effect):
    """Q6: an import that moves a checked-in booking follows the same table instead of refusing the file."""
    assert effect is on_move(state)


def test_an_urgent_patient_keeps_the_place_that_triage_gave():
    """Q6: a hospital's new slot is no reason to wait longer."""
    assert Effect.STAFF_ALERTED is on_move(TicketState.WAITING, urgent=True)


def test_every_state_of_a_ticket_has_its_row():
    assert {None, *TicketState} == set(ON_CANCEL) == set(ON_MOVE)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("", None),
        ("booked", AppointmentState.BOOKED),
        ("正常", AppointmentState.BOOKED),
        ("Cancelled", AppointmentState.CANCELLED),
        ("退号", AppointmentState.CANCELLED),
        ("取消", AppointmentState.CANCELLED),
        ("已退號", AppointmentState.CANCELLED),
    ],
)
def test_a_hospitals_word_for_the_state_of_a_booking_is_understood(word, state):
    """Q6: the Chinese words too."""
    assert state is state_of(word)


def test_a_word_nobody_knows_is_refused_by_its_column():
    with pytest.raises(ValueError, match="state: not one of"):
        state_of("gone")

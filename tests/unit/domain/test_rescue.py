"""A level that does not queue may be treated: the transitions besides the ordinary ones."""

import pytest

from server.domain.errors import HallError
from server.domain.lifecycle import ESCORTED, TRANSITIONS, UNDOABLE, next_state
from server.protocol.terms import Action, TicketState


def test_who_is_held_for_escort_is_treated_and_then_done():
    """Q4"""
    treated = next_state(TicketState.HELD, Action.START, escorted=True)

    assert (TicketState.SERVING, TicketState.DONE) == (treated, next_state(treated, Action.FINISH, escorted=True))


def test_who_is_held_for_anything_else_is_not_treated_without_a_call():
    with pytest.raises(HallError, match="start is not possible in state held"):
        next_state(TicketState.HELD, Action.START)


def test_an_escorted_ticket_may_do_what_any_other_may():
    for (state, action), target in TRANSITIONS.items():
        assert target is next_state(state, action, escorted=True)
    assert not ESCORTED.keys() & TRANSITIONS.keys()
    assert {action for _, action in ESCORTED} <= UNDOABLE

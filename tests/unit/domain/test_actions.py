"""The table of actions: what is derived from it agrees with what the contract and the routes promise."""

import pytest

from server.domain.access.rights import RIGHTS
from server.domain.lifecycle import ACTIONS, EVENT_OF_ACTION, STAMPS, TRANSITIONS, UNDOABLE
from server.protocol.terms import Action, EventKind
from server.services.calling.consultation import PLAIN


def test_every_action_has_its_row_and_every_row_a_transition():
    assert list(Action) == list(ACTIONS)
    assert set(Action) == {action for _, action in TRANSITIONS}


def test_the_times_of_a_ticket_keep_the_names_of_the_contract():
    names = "triaged staged called recalled arrived started passed held returned transferred prioritised finished"

    assert {*names.split(), "cancelled", "closed"} <= set(STAMPS.values())
    assert "returned" == STAMPS[Action.RETURN]


def test_what_leaves_no_event_can_not_be_undone():
    assert EVENT_OF_ACTION.keys() >= UNDOABLE
    assert EventKind.TICKET_HELD is EVENT_OF_ACTION[Action.HOLD]
    assert {Action.WORSE, Action.CLOSE} == set(Action) - EVENT_OF_ACTION.keys()


def test_an_action_with_roles_has_a_right_and_one_without_has_none():
    for action, rule in ACTIONS.items():
        right = RIGHTS.get(f"{action}_ticket")
        assert (right.reaches if right else {}) == rule.reaches


@pytest.mark.parametrize("action", [action for action, rule in ACTIONS.items() if rule.plain])
def test_a_plain_action_leaves_an_event_and_has_a_use_case(action):
    assert action in EVENT_OF_ACTION
    assert action.value in PLAIN

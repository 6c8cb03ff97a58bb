"""Who may make whose account: an order of powers, and what a service may not."""

from itertools import product

import pytest

from server.domain.access.authority import Power, is_of_another_hall, refusal
from server.protocol.terms import DeviceRole, StaffRole

ADMIN, NURSE, DOCTOR, SERVICE = StaffRole.ADMIN, StaffRole.NURSE, StaffRole.DOCTOR, DeviceRole.SERVICE
POWERS = [Power(role, hall) for role, hall in product((*StaffRole, *DeviceRole), (None, "H1", "H2"))]


def test_power_is_a_partial_order():
    """S3: more power can be told from less."""
    for a, b in product(POWERS, POWERS):
        assert a.is_at_most(a)
        assert a == b or not (a.is_at_most(b) and b.is_at_most(a))
        for c in POWERS if a.is_at_most(b) else ():
            assert a.is_at_most(c) or not b.is_at_most(c)


def test_nobody_makes_or_changes_an_account_of_more_power():
    """S3: whatever the roles and halls, before and after are at most the maker's."""
    for maker, before, after, password in product(POWERS, [None, *POWERS], POWERS, (False, True)):
        if refusal(maker, before, after, password=password) is None:
            assert after.is_at_most(maker)
            assert before is None or before.is_at_most(maker)
            assert maker.role in {ADMIN, SERVICE}


@pytest.mark.parametrize(
    ("maker", "before", "after", "may"),
    [
        (Power(ADMIN, None), None, Power(ADMIN, None), True),
        (Power(ADMIN, "H1"), None, Power(ADMIN, "H1"), True),
        (Power(ADMIN, "H1"), None, Power(ADMIN, None), False),
        (Power(ADMIN, "H1"), None, Power(NURSE, None), False),
        (Power(ADMIN, "H1"), Power(NURSE, "H2"), Power(NURSE, "H1"), False),
        (Power(ADMIN, "H1"), Power(NURSE, "H1"), Power(NURSE, "H2"), False),
        (Power(SERVICE, None), Power(NURSE, "H2"), Power(DOCTOR, "H1"), True),
        (Power(SERVICE, None), None, Power(ADMIN, "H1"), False),
        (Power(SERVICE, None), Power(ADMIN, "H1"), Power(NURSE, "H1"), False),
        (Power(SERVICE, "H1"), None, Power(NURSE, None), False),
        (Power(NURSE, "H1"), Power(NURSE, "H1"), Power(NURSE, "H1"), False),
    ],
)
def test_who_may_make_whom(maker, before, after, may):
    """S3: the cases that were tried."""
    assert may == (refusal(maker, before, after, password=False) is None)


def test_a_service_sets_first_passwords_only():
    """S3: a token that could change a password would take over the account of a person."""
    nurse = Power(NURSE, "H1")
    assert refusal(Power(SERVICE, "H1"), None, nurse, password=True) is None
    assert "changes no password" in (refusal(Power(SERVICE, "H1"), nurse, nurse, password=True) or "")
    assert refusal(Power(ADMIN, "H1"), nurse, nurse, password=True) is None


@pytest.mark.parametrize(
    ("named", "queue", "is_other"),
    [
        ({"H1"}, {"H1"}, False),
        ({"H1"}, set(), False),
        (set(), {"H1"}, False),
        (set(), set(), False),
        (set(), {"H2"}, True),
        ({"H2"}, {"H1"}, True),
        ({"H1", "H2"}, {"H1"}, True),
        ({None}, {"H1"}, True),
        ({"H1"}, {"H2"}, True),
        ({"H1"}, {"H1", "H2"}, False),
        (set(), {"H1", "H2"}, True),
    ],
)
def test_whose_a_doctor_is_by_accounts_rooms_bookings_and_the_queue_as_it_was(named, queue, is_other):
    """B9: a doctor of H2 without an account was H1's as soon as the row said a queue of H1."""
    assert is_other == is_of_another_hall("H1", named, queue)

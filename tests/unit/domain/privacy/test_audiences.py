"""What an audience reads: a field or kind that nobody wrote down is withheld."""

import pytest

from server.domain.privacy.audiences import EVENTS, PUBLIC_FIELDS, audience_of, shown
from server.protocol.terms import Audience, DeviceRole, EventKind, StaffRole

WITHHELD = {
    "name", "sex", "birth_date", "flags", "passes", "slot", "bypass", "hold_reason", "rescue_place", "remarks", "text",
    "vitals", "evidence", "actor", "going", "acknowledged_by", "closed_by", "device_name", "health",
}  # fmt: skip


@pytest.mark.parametrize("thing", [*PUBLIC_FIELDS, "print_job", "device", "something new"])
@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.CALLER])
def test_no_field_of_a_patients_matter_is_told_in_public(thing, audience):
    withheld = WITHHELD - ({"name"} if thing == "station" else set())  # a room has a name

    assert {} == shown(audience, thing, dict.fromkeys(withheld, "told"))


def test_a_field_that_was_added_today_is_staffs_alone():
    view = {"id": "T1", "diagnosis": "secret"}

    assert {"id": "T1"} == shown(Audience.PUBLIC, "ticket", view)
    assert view == shown(Audience.STAFF, "ticket", view)


def test_the_public_hears_of_tickets_rooms_and_days_only():
    heard = {kind.value.partition(".")[0] for kind in EVENTS[Audience.PUBLIC]}

    assert {"ticket", "station", "day"} == heard
    assert set(EventKind) - {EventKind.HIDDEN, EventKind.REMOVED} == EVENTS[Audience.STAFF]


def test_only_who_treats_reads_as_staff():
    staff = {role for role in (*DeviceRole, *StaffRole) if audience_of(role) is Audience.STAFF}

    assert {DeviceRole.CONSOLE, StaffRole.NURSE, StaffRole.DOCTOR} == staff
    assert Audience.PUBLIC is audience_of(None) is audience_of(StaffRole.ADMIN) is audience_of(DeviceRole.PORTAL)

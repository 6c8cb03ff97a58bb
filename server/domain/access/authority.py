"""Who may make or change whose account: nobody one of more power than his own. Pure.

A power is a role and the halls it reaches. Roles and halls are each ordered; a power is at most another one when both
its parts are. Two halls stand beside each other: neither of their administrators is above the other.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from server.protocol.terms import DeviceRole, StaffRole

Role = DeviceRole | StaffRole
UNDER: Mapping[Role, frozenset[Role]] = {
    StaffRole.ADMIN: frozenset({StaffRole.NURSE, StaffRole.DOCTOR, DeviceRole.SERVICE}),
    DeviceRole.SERVICE: frozenset({StaffRole.NURSE, StaffRole.DOCTOR}),
}
"""The roles that are below a role; every role is at most itself."""
MAKERS = frozenset(UNDER)
"""The roles that make and change accounts at all."""


@dataclass(frozen=True, slots=True)
class Power:
    """What an account or a device may do: its role, and the one hall it is bound to (None for every hall)."""

    role: Role
    hall: str | None

    def is_at_most(self, other: "Power") -> bool:
        """Whether nothing here is beyond `other`: a partial order."""
        role = self.role == other.role or self.role in UNDER.get(other.role, frozenset())
        return role and other.hall in {None, self.hall}


def refusal(maker: Power, before: Power | None, after: Power, *, password: bool) -> str | None:
    """Why `maker` may not make an account what `after` says, in one line; None when nothing is against it.

    `before` is what the account is now (None for a new one), `password` whether the row sets one. A service sets the
    first password of a new account and no other: whoever holds its token would else take over the account of a person.
    """
    if maker.role not in MAKERS:
        return f"role {maker.role} makes no accounts"
    if before is not None and not before.is_at_most(maker):
        return f"the account ({_named(before)}) is beyond what {_named(maker)} may change"
    if not after.is_at_most(maker):
        return f"{_named(after)} is beyond what {_named(maker)} may make"
    if before is not None and password and maker.role is DeviceRole.SERVICE:
        return "a service changes no password; leave the column empty"
    return None


def is_of_another_hall(own: str, named: Set[str | None], queue: Set[str]) -> bool:
    """Whether a doctor is not for who is bound to the hall `own` to rename or move.

    `named` are the halls whose accounts, rooms and bookings name this doctor (None: an account of every hall), `queue`
    the halls that have a queue of the id this doctor is known for. One whom nothing ties to a hall is anybody's.
    """
    if named - {own} or (queue and own not in queue):
        return True
    return not named and bool(queue - {own})


def _named(power: Power) -> str:
    return f"{power.role} of {f'hall {power.hall}' if power.hall else 'every hall'}"

"""Who sends a command: a device, a member of staff, or the system itself. Knows no HTTP."""

from dataclasses import dataclass

from server.domain.access.reach import Role
from server.domain.errors import HallError
from server.domain.privacy.audiences import audience_of
from server.protocol.terms import Audience, ErrorCode


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated sender of commands. `hall` None means every hall; `station` binds a doctor to a room.

    A device stands in the one hall it was enrolled in; one that `is_hospital_wide` reaches every hall from there.
    """

    kind: str
    id: str
    role: Role | None
    hall: str | None
    name: str
    station: str | None = None
    doctor: str | None = None
    zone: str | None = None
    decodes: bool = False
    """Whether this device's reader hands codes to a service the hospital trusts, and says what that decoded."""

    is_hospital_wide: bool = False

    @property
    def reach(self) -> str | None:
        """The one hall whose things this principal may touch; None for every hall."""
        return None if self.is_hospital_wide else self.hall

    @property
    def rights(self) -> str:
        """What this principal may do where, in one line: a receipt answers only who still has the same."""
        return f"{self.role or '-'} {self.reach or '*'} {self.station or '-'}"

    @property
    def owner(self) -> str:
        """Whose idempotency keys these are."""
        return f"{self.kind}:{self.id}"

    @property
    def is_staff(self) -> bool:
        """Whether this principal sees what staff sees."""
        return self.audience is Audience.STAFF

    @property
    def audience(self) -> Audience:
        """Which frames this reader gets."""
        return audience_of(self.role)

    def must_be_in(self, hall: str | None) -> None:
        """Raises forbidden when a thing of `hall` is not this principal's to touch."""
        if self.reach is not None and hall is not None and hall != self.reach:
            raise HallError(ErrorCode.FORBIDDEN, f"{self.owner} belongs to another hall")


SYSTEM = Principal("system", "hall", None, None, "hall")

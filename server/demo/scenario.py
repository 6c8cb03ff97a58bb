"""A made-up morning of a hospital: who comes when, booked or not, and how a visit goes. Pure; knows no server."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from server.samples.people import Person

SLOT = timedelta(minutes=30)
SHORTEST_SLOT = timedelta(minutes=15)
"""The server takes slots of 15 to 30 minutes; a compressed morning's slots overlap instead of shrinking further."""
LONGEST_STAY = timedelta(minutes=25)
QUEUES = {"H1": ("IM", "IM", "IM", "CARD", "CARD"), "H2": ("SURG", "SURG", "GYN")}
AT_THE_DOOR, STEP = 6, timedelta(seconds=30)
"""Who looks at the demo sees somebody at once: so many come first, so far apart in the hospital's time."""
"""Queues of the sample hospital by hall, as often as patients choose them."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who comes to the hospital this morning. `slot` counts half hours from its beginning when booked."""

    person: Person
    record_number: str
    hall: str
    queue: str
    arrives: timedelta
    slot: int | None

    @property
    def appointment(self) -> str:
        """The id of the appointment, which only a booked guest has."""
        return f"APP-{self.record_number}"


@dataclass(frozen=True, slots=True)
class VisitCourse:
    """How a visit goes once called: comes or not, how long it takes, and how it ends."""

    comes: bool
    walk: timedelta
    stay: timedelta
    end: str
    away: timedelta


def made_up_visits(
    random: Random, people: Iterator[Person], length: timedelta, visitors: int, round_number: int
) -> list[Visitor]:
    """So many guests in order of arrival, more of them early, a few at the door when it opens; six of ten are booked,
    most come before their slot."""
    slots = int(length / SLOT)
    coming: list[Visitor] = []
    for place in range(visitors):
        hall = random.choices(("H1", "H2"), weights=(6, 4))[0]
        when = length * min(0.98, random.betavariate(1.3, 1.7)) if place >= AT_THE_DOOR else STEP * place
        slot = (
            min(slots - 1, int((when + timedelta(minutes=random.randint(0, 25))) / SLOT))
            if random.random() < 0.6
            else None
        )
        number = f"D{round_number:02d}{place:04d}"
        coming.append(Visitor(next(people), number, hall, random.choice(QUEUES[hall]), when, slot))
    return sorted(coming, key=lambda visitor: visitor.arrives)


def visit_course(random: Random) -> VisitCourse:
    """One visit: seven of a hundred do not come when called, one in eight is sent for an examination, some move on."""
    stay = min(LONGEST_STAY, timedelta(minutes=random.lognormvariate(2.0, 0.45)))
    end = random.choices(("finish", "hold", "transfer", "other hall"), weights=(80, 13, 5, 2))[0]
    return VisitCourse(
        comes=random.random() > 0.07,
        walk=timedelta(seconds=random.randint(20, 50)),
        stay=stay,
        end=end,
        away=timedelta(minutes=random.randint(10, 30)),
    )


def patients_csv(visitors: Sequence[Visitor]) -> str:
    """The guests as the file that `hall-server import patients` reads."""
    rows = [
        {
            "record_number": visitor.record_number,
            "name": visitor.person.name,
            "sex": visitor.person.sex,
            "birth_date": visitor.person.birth_date.isoformat(),
            "identity_number": visitor.person.document if visitor.person.document_kind == "ric" else "",
            "phone": visitor.person.phone,
            "language": visitor.person.language,
        }
        for visitor in visitors
    ]
    return _csv(rows)


def appointments_csv(visitors: Sequence[Visitor], begins: datetime, pace: float) -> str:
    """The booked guests' slots as `hall-server import appointments` reads them; they begin faster with the pace."""
    width = SLOT / pace
    length = max(SHORTEST_SLOT, min(SLOT, width))
    rows = [
        {
            "id": visitor.appointment,
            "patient": visitor.record_number,
            "hall": visitor.hall,
            "queue": visitor.queue,
            "slot_start": (begins + visitor.slot * width).isoformat(timespec="seconds"),
            "slot_end": (begins + visitor.slot * width + length).isoformat(timespec="seconds"),
        }
        for visitor in visitors
        if visitor.slot is not None
    ]
    return _csv(rows)


def _csv(rows: Sequence[dict[str, str]]) -> str:
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue()

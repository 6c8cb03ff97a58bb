"""What a replay says at its end: the waits by hour, the checks, and the one line that programs read. Prints nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.replay.audit import Findings, HourOfWaits
from server.replay.day import Day
from server.replay.play import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that is known when the day is over. `slips` is None when none were asked for."""

    day: Day
    outcome: Outcome
    found: Findings
    hours: Sequence[HourOfWaits]
    slips: int | None
    commands: int
    seconds: float

    @property
    def whole(self) -> bool:
        """Whether every visit was checked in and finished, on paper too, and the journal agrees to the last event."""
        visits = len(self.day.visits)
        found = self.found
        counts = {self.outcome.checked_in, self.outcome.finished, len(found.tickets), len(found.finished)}
        if self.slips is not None:
            counts.add(self.slips)
        faults = found.double_numbers + found.double_calls + found.holes + len(found.folds_wrong)
        return counts == {visits} and faults == 0


def lines(result: Result) -> list[str]:
    """The summary in lines; the last is `SUMMARY key=value …`."""
    found, day = result.found, result.day
    rate = result.commands / result.seconds if result.seconds else 0.0
    said = ["waits by hour of check-in, minutes from check-in to the call"]
    said.append(f"{'hour':>5} {'patients':>9} {'mean':>7} {'p90':>7} {'longest':>8}")
    said += [f"{h.hour:>5} {h.patients:>9} {h.mean:>7.1f} {h.p90:>7.1f} {h.longest:>8.1f}" for h in result.hours]
    said.append(f"stays cut to 30 minutes: {day.cut}; stays blank or negative, taken as none: {day.dirty}")
    said.append(
        f"facts in the journal: {found.events}; old snapshot + events = new snapshot, compared: {found.folds} times"
    )
    said += [f"NOT EQUAL {wrong}" for wrong in found.folds_wrong]
    if found.spoilt:
        said.append(f"print jobs that failed or are unknown at some time: {len(found.spoilt)}")
    pairs = {
        "visits": len(day.visits),
        "checked_in": result.outcome.checked_in,
        "finished": result.outcome.finished,
        "slips": result.slips or 0,
        "double_numbers": found.double_numbers,
        "double_calls": found.double_calls,
        "journal_holes": found.holes,
        "folds_wrong": len(found.folds_wrong),
        "commands": result.commands,
        "seconds": f"{result.seconds:.1f}",
        "commands_per_second": f"{rate:.1f}",
    }
    said.append("SUMMARY " + " ".join(f"{name}={value}" for name, value in pairs.items()))
    return said

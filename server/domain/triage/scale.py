"""Owns what a triage scale is: its levels and the yardstick they are measured on. Knows no file and no patient."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode, Mode


class Acuity(IntEnum):
    """The common yardstick, 1 = most urgent: the five rows of CN-ED-2018 [S1][S2].

    Every clinical criterion is stated on it; a scale says which of its levels covers which row.
    """

    I = 1  # noqa: E741 — the level's own name in every source
    II = 2
    III = 3
    IVA = 4
    IVB = 5

    @property
    def label(self) -> str:
        """As printed in the sources: Ⅰ, Ⅱ, Ⅲ, Ⅳa, Ⅳb."""
        return ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳa", "Ⅳb")[self - 1]


ACUITY_NAMES: Mapping[str, Acuity] = {
    "I": Acuity.I,
    "II": Acuity.II,
    "III": Acuity.III,
    "IVa": Acuity.IVA,
    "IVb": Acuity.IVB,
}
FIRST_BAND = 2
"""The rank that is served before all others in a graded queue; rank 1 does not queue."""
COLOURS = ("red", "orange", "yellow", "green", "blue", "white", "grey")
SYMBOLS = ("■", "◆", "▲", "●", "○")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a scale: `rank` 1 is the most urgent; times in minutes, None = no limit defined.

    `names`, `colour` and `symbol` (a shape) belong together: a level is never shown by colour alone.
    `bypasses_queue`: never queued, escorted at once. `urgent`: goes to lane urgent in a woven queue; in a graded one
    only the first band does (`goes_first`).
    `fractile_target`: share of patients (0–1) who should be seen within `target_minutes`.
    """

    code: str
    rank: int
    names: Mapping[str, str]
    colour: str
    symbol: str
    covers: tuple[Acuity, ...]
    target_minutes: int | None = None
    reassess_after_minutes: int | None = None
    bypasses_queue: bool = False
    urgent: bool = False
    fractile_target: float | None = None
    area: Mapping[str, str] | None = None

    def goes_first(self, mode: Mode) -> bool:
        """Whether it stands in lane urgent: in a graded queue only the first level that queues;
        everybody below shares by waiting time against target (docs/sources.md, Graded queues)."""
        return self.urgent and (mode == "woven" or self.rank <= FIRST_BAND)


@dataclass(frozen=True, slots=True)
class LocalCriterion:
    """A vital-sign band that one scale adds to the common criteria, such as 39 °C in outpatients.

    Fires when `at_least` ≤ value ≤ `at_most` (either may be open); `source` says who asks for it.
    """

    vital: str
    at_least: float | None
    at_most: float | None
    acuity: Acuity
    names: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A triage scale as a hospital signed it: levels by rank, their source, and criteria of its own.

    `red_flag`: a finding that is a red flag at check-in counts at least so much; None = as the finding says.
    `sepsis_sirs`: a suspected infection with so many of three SIRS criteria counts as suspected sepsis (Ⅱ).
    `danger_zone`: whose limits of pulse and breathing by age are used; `danger_zone_adults`: also shown for adults.
    """

    id: str
    names: Mapping[str, str]
    source: str
    levels: tuple[Level, ...]
    criteria: tuple[LocalCriterion, ...] = ()
    red_flag: Acuity | None = None
    sepsis_sirs: int = 3
    danger_zone: Literal["v4", "v5"] = "v4"
    danger_zone_adults: bool = False

    def level(self, code: str) -> Level:
        """The level of that code; Ⅲ and III are the same. Raises UNKNOWN_LEVEL: nothing is guessed."""
        wanted = unicodedata.normalize("NFKC", code)
        for level in self.levels:
            if unicodedata.normalize("NFKC", level.code) == wanted:
                return level
        known = ", ".join(level.code for level in self.levels)
        raise HallError(
            ErrorCode.UNKNOWN_LEVEL,
            f"scale {self.id} has no level {code!r}; it has {known}",
            scale=self.id,
            levels=[level.code for level in self.levels],
        )

    @property
    def first(self) -> Level:
        """The most urgent level."""
        return self.levels[0]

    @property
    def last(self) -> Level:
        """The least urgent level: the grade of a woven check-in."""
        return self.levels[-1]

    def equal_to(self, level: Level) -> Level | None:
        """The level of this scale that asks for no more than `level` of another did: by the last row it covers."""
        return self.covering(max(level.covers)) if level.covers else None

    def covering(self, acuity: Acuity) -> Level:
        """The level that covers this row of the yardstick (every row is covered once: parse_scale sees to it)."""
        return next(level for level in self.levels if acuity in level.covers)

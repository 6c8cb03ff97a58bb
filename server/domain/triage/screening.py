"""Owns the questions at the door: red flags and the fever pre-screen. Diagnoses nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.domain.errors import HallError
from server.domain.triage.rule_text import did_you_mean
from server.protocol.terms import ANY_RED_FLAG, ErrorCode, FeverSign, RedFlag
from server.protocol.texts import Message

# Threshold of the pre-screen [S15]; another hospital uses 38 [S16], so the caller may pass its own.
FEVER_CELSIUS = 37.3
RED_SOURCE = "red flags at check-in [REC], content [K][S2]"
FEVER_SOURCE = "fever screening: 医疗机构传染病预检分诊管理办法 (2005) [S14][S15][S16]"


class Screened(StrEnum):
    """Where an answer leads: staff at once, or the fever clinic."""

    RED_FLAG = "red_flag"
    FEVER = "fever"


@dataclass(frozen=True, slots=True)
class Flag:
    """One answer a patient can give; `printable` is false where the words never go on paper."""

    id: str
    leads_to: Screened
    source: str
    printable: bool = True

    @property
    def message(self) -> Message:
        """What the answer says, as staff reads it."""
        return Message("triage", f"flag.{self.id}", {"celsius": f"{FEVER_CELSIUS:g}"})


FLAGS: Mapping[str, Flag] = {
    **{one.value: Flag(one.value, Screened.RED_FLAG, RED_SOURCE, one is not RedFlag.SELF_HARM) for one in RedFlag},
    ANY_RED_FLAG: Flag(ANY_RED_FLAG, Screened.RED_FLAG, RED_SOURCE),
    **{one.value: Flag(one.value, Screened.FEVER, FEVER_SOURCE) for one in FeverSign},
}


def patient_text(found: Screened) -> Message:
    """What a patient is told whose answers lead there, as the kiosk says it."""
    return Message("kiosk", found.value)


def screen(flags: Iterable[str]) -> Screened | None:
    """Where these answers lead, a red flag before fever; None when nothing was ticked.

    Raises INVALID for an unknown flag, with the nearest known: an alarm is never dropped silently. Beside a known
    one it refuses nothing, for the alarm goes out in any case.
    """
    given = list(flags)
    led = {FLAGS[flag].leads_to for flag in given if flag in FLAGS}
    if led:
        return min(led, key=list(Screened).index)
    for flag in given:
        near = did_you_mean(flag, FLAGS)
        raise HallError(ErrorCode.INVALID, f"unknown flag {flag!r}{near}", field="flags", known=sorted(FLAGS))
    return None


def has_fever(temperature: float, threshold: float = FEVER_CELSIUS) -> bool:
    """Whether a measured temperature (°C) leads to the fever clinic; the threshold is the hospital's setting."""
    return temperature >= threshold

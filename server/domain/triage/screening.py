"""Owns the questions at the door: red flags and the fever pre-screen, in words for patients. Diagnoses nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.domain.errors import HallError
from server.domain.triage.rule_text import did_you_mean
from server.protocol.terms import ErrorCode

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
    names: Mapping[str, str]
    source: str
    printable: bool = True


def _red(flag_id: str, zh: str, en: str, printable: bool = True) -> Flag:
    return Flag(flag_id, Screened.RED_FLAG, {"zh": zh, "en": en}, RED_SOURCE, printable)


def _fever(flag_id: str, zh: str, en: str) -> Flag:
    return Flag(flag_id, Screened.FEVER, {"zh": zh, "en": en}, FEVER_SOURCE)


FLAGS: Mapping[str, Flag] = {
    flag.id: flag
    for flag in (
        _red("chest_pain", "胸痛或胸闷", "Chest pain or pressure"),
        _red("breathing", "呼吸困难", "Trouble breathing"),
        _red("stroke", "突然无力、嘴歪或说话不清", "Sudden weakness, drooping face or slurred speech"),
        _red("fainted_confused", "晕倒过或神志不清", "Fainted or confused"),
        _red("bleeding", "大量出血", "Heavy bleeding"),
        _red("allergy", "严重过敏", "Severe allergic reaction"),
        _red("convulsion", "抽搐", "Convulsion"),
        _red("pregnancy", "怀孕且出血或疼痛", "Pregnant with bleeding or pain"),
        _red("self_harm", "心里很难受,想伤害自己", "Feeling so low that you might hurt yourself", printable=False),
        _red("severe_pain", "剧烈疼痛", "Severe pain"),
        _red("red_flag", "以上症状之一", "One of these"),
        _fever("fever", "发热(37.3 ℃及以上)", "Fever (37.3 °C or more)"),
        _fever("respiratory", "咳嗽、咽痛等呼吸道症状", "Cough, sore throat or other signs of a cold"),
        _fever("diarrhoea", "腹泻", "Diarrhoea"),
        _fever("contact", "近期接触过传染病患者", "Recent contact with an infectious disease"),
    )
}
PATIENT_TEXT: Mapping[Screened, Mapping[str, str]] = {
    Screened.RED_FLAG: {
        "zh": "请在这里等，不要离开",
        "yue": "請在這裏等，不要離開",
        "en": "Please wait here and do not leave",
    },
    Screened.FEVER: {
        "zh": "请戴好口罩，在这里等，工作人员会带您去发热门诊",
        "yue": "請戴好口罩，在這裏等，職員會帶您去發燒門診",
        "en": "Please put on a mask and wait here. The staff will take you to the fever clinic.",
    },
}


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

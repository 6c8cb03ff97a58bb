"""May this report be printed here and now, and what is the patient told? Pure; sentences of domain.md §4.3–§4.5."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FINAL = frozenset({"final", "amended", "corrected", "appended"})
CORRECTED = frozenset({"amended", "corrected"})
"""Statuses of a final report that says something else than before; `appended` only says more."""
WAITING = frozenset({"registered"})
PARTIAL = frozenset({"partial", "preliminary"})
WITHDRAWN = frozenset({"cancelled", "entered-in-error"})
STATUSES = FINAL | WAITING | PARTIAL | WITHDRAWN | {"unknown"}
"""The statuses of a FHIR R4 DiagnosticReport."""
REPRINTS = 2
REPRINT_DAYS = timedelta(days=30)
OLDEST = timedelta(days=180)
CRITICAL = frozenset({"HH", "LL", "AA"})

WITHHELD_WORDS = re.compile(
    r"HIV|艾滋|免疫缺陷|immunodeficiency virus|梅毒|螺旋体|syphilis|treponema|TPPA|TRUST|RPR|淋球菌|淋病|奈瑟|gonorrh|"
    r"chlamydia|衣原体|HPV|乳头瘤病毒|papilloma|尖锐湿疣|疱疹病毒|herpes simplex|性传播|性病|"
    r"drug abuse|滥用|毒品|吗啡|冰毒|大麻|氯胺酮|可卡因|苯丙胺|morphine|opiate|cannabi|ketamine|cocaine|amphetamine|"
    r"亲子|paternity|genetic|基因|染色体|chromosome|hCG|绒毛膜促性腺|gonadotropin|妊娠|pregnan|胎儿性别|"
    r"精神|psychiat|抑郁|焦虑|恶性|malignan|癌|carcinoma|输血前|术前八项|传染病|transfusion infection",
    re.IGNORECASE,
)
"""Classes a kiosk never prints (domain.md §4.5): sexually transmitted, drug abuse, genetic, pregnancy, psychiatry,
malignancy, transfusion panel. A laboratory marks others itself: FHIR `meta.security` R or V."""


class Printable(StrEnum):
    """What a kiosk may do with a report."""

    YES = "yes"
    NOT_READY = "not_ready"
    PARTIAL = "partial"
    WITHDRAWN = "withdrawn"
    DESK = "desk"


TEXTS: Mapping[Printable, Mapping[str, str]] = {
    Printable.YES: {"zh": "可以打印", "en": "Ready to print"},
    Printable.NOT_READY: {"zh": "检验中,尚未出报告", "en": "In progress; the report is not ready yet"},
    Printable.PARTIAL: {
        "zh": "部分结果已出,完整报告未完成",
        "en": "Some results are there; the full report is not finished",
    },
    Printable.WITHDRAWN: {
        "zh": "报告已撤回,请咨询检验科",
        "en": "This report was withdrawn. Please ask the laboratory",
    },
    Printable.DESK: {
        "zh": "您有 1 份报告需到服务台由工作人员协助领取,请携带身份证件。",
        "en": "One report waits for you at the service desk. Please bring your identity document.",
    },
}
"""The desk's sentence is the same for every cause, so that it marks nobody (domain.md §4.5)."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who a report says it is about, or who stands at the kiosk. `numbers` are record and identity numbers."""

    name: str
    sex: str | None = None
    birth_date: str | None = None
    numbers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides: FHIR status, titles and codes, flags of the items, verifier, times, prints so far."""

    status: str
    words: Sequence[str]
    flags: Sequence[str]
    items: int
    all_final: bool
    verified: bool
    collected_at: datetime | None
    issued_at: datetime | None
    prints: int = 0
    restricted: bool = False
    acknowledged: bool = False


def decide(facts: Facts, subject: Person, patient: Person, now: datetime) -> Printable:
    """Whether the patient may print the report at a kiosk now. What is in doubt goes to the desk."""
    if facts.status in WAITING:
        return Printable.NOT_READY
    if facts.status in PARTIAL:
        return Printable.PARTIAL
    if facts.status in WITHDRAWN:
        return Printable.WITHDRAWN
    complete = facts.status in FINAL and facts.items > 0 and facts.all_final and facts.verified
    if not complete or not is_same_person(subject, patient) or is_withheld(facts):
        return Printable.DESK
    if facts.collected_at is not None and now - facts.collected_at > OLDEST:
        return Printable.DESK
    if facts.prints > 0 and not may_reprint(facts, now):
        return Printable.DESK
    return Printable.YES


def is_same_person(subject: Person, patient: Person) -> bool:
    """Number, name, sex and birth date agree where both sides have them; number and name must be on both."""
    if not subject.numbers & patient.numbers or _plain(subject.name) != _plain(patient.name):
        return False
    if subject.sex and patient.sex and {subject.sex, patient.sex} <= {"male", "female"} and subject.sex != patient.sex:
        return False
    return not (subject.birth_date and patient.birth_date and subject.birth_date != patient.birth_date)


def is_withheld(facts: Facts) -> bool:
    """A class a kiosk never prints, a restricted report, or a critical value nobody has acknowledged."""
    critical = any(flag in CRITICAL for flag in facts.flags) and not facts.acknowledged
    return facts.restricted or critical or any(WITHHELD_WORDS.search(word) for word in facts.words if word)


def may_reprint(facts: Facts, now: datetime) -> bool:
    """The first print is free; then two more within thirty days, marked 补打."""
    fresh = facts.issued_at is None or now - facts.issued_at <= REPRINT_DAYS
    return facts.prints <= REPRINTS and fresh


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()

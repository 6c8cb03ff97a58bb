"""Owns the words for why: a reason for the nurse, and "why not me?" for anybody, in Chinese and English.

Knows categories and numbers, never a name; the events of a Reason come from server.domain.queueing.discipline.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from server.domain.queueing.discipline import Reason, ReasonCode
from server.domain.queueing.rules import Rules
from server.protocol.terms import Mode, TicketState

Language = Literal["zh", "en"]

REASONS: dict[ReasonCode, dict[str, str]] = {
    ReasonCode.URGENT: {"zh": "危急优先", "en": "Urgent: next after the current consultation"},
    ReasonCode.GRADED_FIRST_BAND: {"zh": "急重患者优先", "en": "Emergency level: next free doctor"},
    ReasonCode.ARRIVED: {"zh": "过号后已到门口", "en": "Was passed but stands at the door"},
    ReasonCode.STAGED: {"zh": "已在诊室门口候诊", "en": "Was sent ahead to this room"},
    ReasonCode.IN_ORDER: {"zh": "按顺序", "en": "In order"},
    ReasonCode.WEAVE_RETURN: {"zh": "回诊穿插", "en": "A return, woven in"},
    ReasonCode.WEAVE_POLICY: {"zh": "政策优先穿插", "en": "A priority by policy, woven in"},
    ReasonCode.WEAVE_PASSED: {"zh": "过号重新报到后穿插", "en": "Was passed and came back, woven in"},
    ReasonCode.ONLY_ONE_LANE: {"zh": "没有普通号在等候", "en": "Nobody else waits in order"},
    ReasonCode.GRADED_SCORE: {"zh": "等候时间占目标时间最多", "en": "Waited the largest share of the target"},
    ReasonCode.GRADED_OVERDUE: {
        "zh": "等候时间占目标时间最多（有人严重超时，政策优先暂停）",
        "en": "Waited the largest share of the target (somebody is far overdue, so policy credits rest)",
    },
    ReasonCode.ALTERNATE_QUEUE: {"zh": "多个队列轮流叫号", "en": "The queues of this room take turns"},
    ReasonCode.FIRST_COME: {"zh": "先到先看", "en": "First come, first served"},
    ReasonCode.MANUAL: {"zh": "人工指定", "en": "Chosen by the staff"},
}

CATEGORIES: dict[ReasonCode, dict[str, str]] = {
    ReasonCode.URGENT: {"zh": "{count} 位危急患者优先", "en": "{count} urgent"},
    ReasonCode.GRADED_FIRST_BAND: {"zh": "{count} 位危急患者优先", "en": "{count} urgent"},
    ReasonCode.ARRIVED: {"zh": "{count} 位已到门口的患者", "en": "{count} already at the door"},
    ReasonCode.STAGED: {"zh": "{count} 位已在诊室门口", "en": "{count} already sent to a room"},
    ReasonCode.IN_ORDER: {"zh": "{count} 位排在您前面", "en": "{count} before you in order"},
    ReasonCode.WEAVE_RETURN: {"zh": "{count} 位回诊患者", "en": "{count} coming back with results"},
    ReasonCode.WEAVE_POLICY: {"zh": "{count} 位按政策优先的患者", "en": "{count} with priority by policy"},
    ReasonCode.WEAVE_PASSED: {"zh": "{count} 位过号后重新报到的患者", "en": "{count} who were passed and came back"},
    ReasonCode.ONLY_ONE_LANE: {"zh": "{count} 位回诊、优先或过号患者", "en": "{count} returning or with priority"},
    ReasonCode.GRADED_SCORE: {
        "zh": "{count} 位按病情和等候时间排在前面",
        "en": "{count} first by condition and waiting time",
    },
    ReasonCode.GRADED_OVERDUE: {
        "zh": "{count} 位按病情和等候时间排在前面",
        "en": "{count} first by condition and waiting time",
    },
    ReasonCode.ALTERNATE_QUEUE: {"zh": "{count} 位同诊室其他队列的患者", "en": "{count} of the room's other queues"},
    ReasonCode.FIRST_COME: {"zh": "{count} 位比您先到", "en": "{count} who came before you"},
    ReasonCode.MANUAL: {"zh": "{count} 位由医护人员安排", "en": "{count} arranged by the staff"},
}


STATES: dict[TicketState, dict[str, str]] = {
    TicketState.CHECKED_IN: {
        "zh": "请等候护士分诊，分诊后按病情排队。",
        "en": "A nurse will see you first; then you are in line.",
    },
    TicketState.CALLED: {"zh": "已经叫到您，请立即前往就诊。", "en": "You have been called. Please go in now."},
    TicketState.SERVING: {"zh": "正在就诊。", "en": "You are being seen."},
    TicketState.HELD: {
        "zh": "您的号已保留，回来后请重新报到。",
        "en": "Your place is kept. Please check in when you are back.",
    },
    TicketState.PASSED: {
        "zh": "叫号时您未到，请在自助机或分诊台重新报到。",
        "en": "You were called and did not come. Please check in again at a kiosk or the desk.",
    },
    TicketState.DONE: {"zh": "就诊已完成。", "en": "Your consultation is finished."},
    TicketState.CANCELLED: {"zh": "该号已取消。", "en": "This ticket was cancelled."},
    TicketState.NO_SHOW: {"zh": "该号已过期。", "en": "This ticket has expired."},
}
"""What is said instead of a place to who is not in line."""
HELD_ELSEWHERE = {
    "zh": "您正在另一处叫号或就诊，结束后自动恢复排队。",
    "en": "You are called or seen elsewhere; your place is kept and comes back by itself.",
}
HELD_BY_STAFF = {
    "zh": "您的号已保留，回来后请告知护士。",
    "en": "Your place is kept. Please tell the nurse when you are back.",
}
"""Said to who is held for another reason than an examination: checking in again does not end that."""
DOCTOR_AWAY = {
    "zh": "您等候的医生目前没有叫号。如需改看本科其他医生，请到服务台。",
    "en": "The doctor you wait for is not calling at the moment. "
    "If you would like to see another doctor of this clinic, please go to the desk.",
}
"""Said to who waits for a named doctor whose rooms do not call, while others do."""
TRANSFERRED = {
    "zh": "您已转到其他候诊区，请用新的号码候诊。",
    "en": "You were transferred to another area; please use your new number there.",
}
"""Said of a ticket that ended because the patient has a new one in another hall."""
PAUSED = {
    "zh": "目前没有诊室叫号，恢复后继续。",
    "en": "No room calls at the moment; calling goes on as soon as one opens.",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why not me: how many go first, who they are by category, the rule, and all of it as one text."""

    position: int
    categories: tuple[str, ...]
    rule: str
    text: str


def reason_text(reason: Reason, language: Language) -> str:
    """A reason as a nurse reads it, with the numbers behind it: “… · 等候 34 分钟 / 目标 60 分钟 (57 %)”."""
    parts = [REASONS[ReasonCode(reason.code)][language]]
    within = reason.facts.get("within")
    if isinstance(within, str):
        parts.append(REASONS[ReasonCode(within)][language])
    parts += _numbers(reason.facts, language)
    return " · ".join(parts)


def explain(position: int, categories: Mapping[str, int], rule: str, language: Language) -> Explanation:
    """Answer "why not me?": `position` 1 is next, `categories` counts those ahead by reason code, `rule` a sentence.

    Unknown codes raise ValueError. Never a name, a grade or a diagnosis.
    """
    merged: dict[str, int] = {}
    for code, count in categories.items():
        if count:
            template = CATEGORIES[ReasonCode(code)][language]
            merged[template] = merged.get(template, 0) + count
    ahead = tuple(template.format(count=count) for template, count in merged.items())
    opening = {
        "zh": "您是下一位。" if position <= 1 else f"您前面还有 {position - 1} 位",
        "en": "You are next." if position <= 1 else f"{position - 1} {'goes' if position == 2 else 'go'} before you",
    }[language]
    if not ahead:
        return Explanation(position, ahead, rule, _sentences(opening, rule, language))
    listed = {"zh": "、", "en": ", "}[language].join(ahead)
    return Explanation(position, ahead, rule, _sentences(f"{opening}{_COLON[language]}{listed}", rule, language))


def category_texts(categories: Mapping[str, int]) -> list[tuple[str, int, dict[str, str]]]:
    """Those ahead as (reason code, count, text by language), codes that are told alike put together.

    Unknown codes raise ValueError.
    """
    merged: dict[str, tuple[str, int]] = {}
    for code, count in categories.items():
        template = CATEGORIES[ReasonCode(code)]["zh"]
        first, before = merged.get(template, (code, 0))
        if count:
            merged[template] = (first, before + count)
    return [
        (code, count, {tag: words.format(count=count) for tag, words in CATEGORIES[ReasonCode(code)].items()})
        for code, count in merged.values()
    ]


def rule_text(rules: Rules, mode: Mode, language: Language) -> str:
    """The rule of a queue in a sentence, for the board, the slip and the explanation."""
    if rules.first_come:
        return {
            "zh": "先到先看；危急患者优先。",
            "en": "First come, first served; urgent patients go first.",
        }[language]
    if mode == "graded":
        return {
            "zh": "危急患者立即就诊；其他患者按病情和等候时间排序，等候时间占目标时间最多者先看。",
            "en": "Emergencies go first; all others by condition and waiting time: "
            "who waited the largest share of the target is next.",
        }[language]
    return _woven_rule(rules, language)


def _woven_rule(rules: Rules, language: Language) -> str:
    ordinary, others = rules.weave_ordinary, rules.weave_others
    first = {
        "zh": "危急患者优先；按预约时段和报到先后叫号；",
        "en": "Urgent patients go first; then by booked slot and check-in; ",
    }
    weave = {
        "zh": f"每叫 {ordinary} 位普通患者，穿插 {others} 位回诊、优先或过号患者",
        "en": f"after every {ordinary} in order, {others} returning, with priority or passed",
    }
    adaptive = {
        "zh": "，回诊较多时每叫 1 位普通患者穿插一次。",
        "en": "; after every one while more returns than others wait.",
    }
    end = adaptive[language] if rules.weave_adaptive and ordinary > 1 else {"zh": "。", "en": "."}[language]
    return first[language] + weave[language] + end


def _numbers(facts: Mapping[str, str | int | float], language: Language) -> list[str]:
    waited, target, credit = facts.get("waited"), facts.get("target"), facts.get("credit")
    numbers: list[str] = []
    if isinstance(waited, int):
        if isinstance(target, int):
            share = round(100 * waited / target)
            numbers.append(
                {
                    "zh": f"等候 {waited} 分钟 / 目标 {target} 分钟 ({share} %)",
                    "en": f"waited {waited} of {target} minutes ({share} %)",
                }[language]
            )
        else:
            numbers.append({"zh": f"等候 {waited} 分钟", "en": f"waited {waited} minutes"}[language])
    if credit:
        numbers.append({"zh": f"优先 +{credit} 分钟", "en": f"credit +{credit} minutes"}[language])
    return numbers


def _sentences(opening: str, rule: str, language: Language) -> str:
    stop = "" if opening.endswith(("。", ".")) else {"zh": "。", "en": "."}[language]
    return f"{opening}{stop}{_space(language)}{rule}".strip()


_COLON: dict[Language, str] = {"zh": "：", "en": ": "}


def _space(language: Language) -> str:
    return " " if language == "en" else ""

"""What there is to say of why: a reason for the nurse, and "why not me?" for anybody, as messages of the catalogue.

Knows categories and numbers, never a name; the events of a Reason come from server.domain.queueing.discipline.
"""

from collections.abc import Mapping

from server.domain.queueing.discipline import Reason, ReasonCode
from server.domain.queueing.rules import Rules
from server.protocol.terms import Mode, TicketState
from server.protocol.texts import Listed, Message, Value

WAITING, CALLING = "waiting", "calling"
"""The topics: what a patient is told, and what the staff reads."""

CATEGORIES: Mapping[ReasonCode, str] = {
    ReasonCode.URGENT: "urgent",
    ReasonCode.GRADED_FIRST_BAND: "urgent",
    ReasonCode.ARRIVED: "arrived",
    ReasonCode.STAGED: "staged",
    ReasonCode.IN_ORDER: "in_order",
    ReasonCode.WEAVE_RETURN: "returning",
    ReasonCode.WEAVE_POLICY: "policy",
    ReasonCode.WEAVE_PASSED: "passed",
    ReasonCode.ONLY_ONE_LANE: "woven",
    ReasonCode.GRADED_SCORE: "by_condition",
    ReasonCode.GRADED_OVERDUE: "by_condition",
    ReasonCode.ALTERNATE_QUEUE: "other_queues",
    ReasonCode.FIRST_COME: "earlier",
    ReasonCode.MANUAL: "by_staff",
}
"""As what a patient is told of those who go first; reasons that mean the same to a patient have one category."""

OUT_OF_LINE = frozenset(set(TicketState) - {TicketState.WAITING, TicketState.STAGED})
"""The states of which something is said instead of a place."""
HELD_ELSEWHERE = Message(WAITING, "held_elsewhere")
HELD_BY_STAFF = Message(WAITING, "held_by_staff")
"""Said to who is held for another reason than an examination: checking in again does not end that."""
DOCTOR_AWAY = Message(WAITING, "doctor_away")
"""Said to who waits for a named doctor whose rooms do not call, while others do."""
TRANSFERRED = Message(WAITING, "transferred")
"""Said of a ticket that ended because the patient has a new one in another hall."""
CHOSEN = Message(CALLING, "chosen")
"""The reason of a call of a ticket that the staff chose."""
EMPTY = Message(CALLING, "empty")
"""Said where nobody may be called."""


def reason(why: Reason) -> Message:
    """A reason as a nurse reads it, with the numbers behind it: “… · 等候 34 分钟 / 目标 60 分钟 (57 %)”."""
    parts = [_reason(why.code)]
    within = why.facts.get("within")
    if isinstance(within, str):
        parts.append(_reason(within))
    return Message(CALLING, "line", {"parts": Listed((*parts, *_numbers(why.facts)), "line")})


def explain(position: int, categories: Mapping[str, int], rule: Value) -> Message:
    """Answer "why not me?": `position` 1 is next, `categories` counts those ahead by reason code, `rule` is a sentence.

    Unknown codes raise ValueError. Never a name, a grade or a diagnosis.
    """
    who = Listed(tuple(text for _, _, text in those_ahead(categories)))
    if position <= 1:
        return Message(WAITING, "next", {"rule": rule})
    before: dict[str, Value] = {"n": position - 1, "rule": rule}
    return Message(WAITING, "before_by", {**before, "who": who}) if who.values else Message(WAITING, "before", before)


def paused(why: Message) -> Message:
    """The answer to "why not me?" while no room calls."""
    return Message(WAITING, "paused", {"why": why})


def out_of_line(state: TicketState) -> Message:
    """What is said instead of a place to who is not in line."""
    return Message(WAITING, f"state.{state.value}")


def those_ahead(categories: Mapping[str, int]) -> list[tuple[str, int, Message]]:
    """Those ahead as (reason code, count, text), the codes of one category put together under the first.

    Unknown codes raise ValueError.
    """
    merged: dict[str, tuple[str, int]] = {}
    for code, count in categories.items():
        category = CATEGORIES[ReasonCode(code)]
        first, before = merged.get(category, (code, 0))
        if count:
            merged[category] = (first, before + count)
    return [
        (code, count, Message(WAITING, f"ahead.{category}", {"count": count}))
        for category, (code, count) in merged.items()
    ]


def rule_of(rules: Rules, mode: Mode) -> Message:
    """The rule of a queue in a sentence, for the board, the slip and the explanation."""
    if rules.first_come:
        return Message(WAITING, "rule.first_come")
    if mode == "graded":
        return Message(WAITING, "rule.graded")
    adaptive = rules.weave_adaptive and rules.weave_ordinary > 1
    numbers: dict[str, Value] = {"ordinary": rules.weave_ordinary, "others": rules.weave_others}
    return Message(WAITING, "rule.woven_adaptive" if adaptive else "rule.woven", numbers)


def _reason(code: str) -> Message:
    return Message(CALLING, f"reason.{ReasonCode(code).value}")


def _numbers(facts: Mapping[str, str | int | float]) -> list[Message]:
    waited, target, credit = facts.get("waited"), facts.get("target"), facts.get("credit")
    numbers: list[Message] = []
    if isinstance(waited, int) and isinstance(target, int):
        share = round(100 * waited / target)
        numbers.append(Message(CALLING, "waited_of_target", {"waited": waited, "target": target, "share": share}))
    elif isinstance(waited, int):
        numbers.append(Message(CALLING, "waited", {"waited": waited}))
    if isinstance(credit, int) and credit:
        numbers.append(Message(CALLING, "credit", {"credit": credit}))
    return numbers

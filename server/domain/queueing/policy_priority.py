"""Owns policy priority 政策优先: which tags give it, how many minutes of credit, where in its lane. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from server.domain.queueing.position import QueuePosition, plain, slot_of, stamp
from server.domain.queueing.rules import OLD, Rules
from server.protocol.terms import Lane, Mode


def best_tag(rules: Rules, tags: Sequence[str]) -> str | None:
    """The tag of highest rank that gives policy priority, None without one."""
    return next((tag for tag in rules.policy_tags if tag in tags), None)


def tag_by_age(rules: Rules, birth_date: date | None, day: date, *, proved: bool) -> str | None:
    """老 for who is old enough by the rules; the birth date is evidence only of somebody who proved who they are."""
    if rules.old_age is None or birth_date is None or not proved or OLD not in rules.policy_tags:
        return None
    return OLD if full_years(birth_date, day) >= rules.old_age else None


def full_years(birth_date: date, day: date) -> int:
    """How many birthdays lie between; who was born on 29 February has it on 1 March of a common year."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def is_proof(level: int, *, slip_alone: bool) -> bool:
    """Whether an identification proves a person: level 2, or level 1 with a proof; a slip alone proves its ticket."""
    return level >= 2 or (level == 1 and not slip_alone)


def policy_credit(rules: Rules, tags: Sequence[str]) -> int:
    """Minutes of credit the tags give: the largest, never the sum, at most `credit_cap`."""
    return capped(rules, max((rules.credits.get(tag, 0) for tag in tags if tag in rules.policy_tags), default=0))


def policy_position(
    rules: Rules,
    mode: Mode,
    *,
    tags: Sequence[str],
    since: datetime,
    seq: int,
    calls: int,
    zone: tzinfo,
    appointment: bool = False,
) -> QueuePosition:
    """A position in lane policy: ranked inside a slot in a woven queue, by credit in a graded one."""
    credit = max(policy_credit(rules, tags), rules.appointment_credit if appointment else 0)
    if mode == "graded":
        return plain(Lane.POLICY, since=since, seq=seq, credit=capped(rules, credit))
    tag = best_tag(rules, tags)
    rank = rules.policy_tags.index(tag) if tag is not None else len(rules.policy_tags)
    order = f"{stamp(slot_of(rules.slot_minutes, since, zone))}.{rank:02d}.{stamp(since)}.{seq:09d}"
    return QueuePosition(Lane.POLICY, order, since, 0, calls + rules.weave_ordinary)


def capped(rules: Rules, credit: int) -> int:
    """A credit, at most the cap of the rules."""
    return min(credit, rules.credit_cap)

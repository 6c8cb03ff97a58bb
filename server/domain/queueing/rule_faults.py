"""Owns which rules cannot stand: numbers out of range, and rules that contradict each other. Knows no file format."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from server.domain.queueing.rules import DEFAULT_CREDITS, Rules
from server.protocol.terms import Mode

RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "early_minutes": (0, 1440),
        "late_grace_minutes": (0, 240),
        "late_every": (1, 20),
        "check_in_closes_minutes": (0, 240),
        "weave_ordinary": (1, 3),
        "weave_others": (1, 3),
        "return_target": (1, 240),
        "policy_target": (1, 240),
        "passed_target": (1, 240),
        "ordinary_target": (1, 480),
        "pass_min_calls": (1, 9),
        "pass_min_seconds": (0, 900),
        "passed_arrived_minutes": (0, 60),
        "no_show_limit": (1, 99),
        "old_age": (60, 120),
        "no_show_window_days": (1, 730),
        "appointment_credit": (0, 240),
        "credit_cap": (0, 240),
        "overdue_guard": (1, 10),
        "stage_cap": (1, 5),
        "staged_long_minutes": (1, 240),
        "pause_reassign_minutes": (0, 480),
        "undo_seconds": (0, 300),
        "list_minutes": (0, 240),
        "starvation_alarm": (1, 10),
        "wait_min_samples": (1, 300),
        "planned_minutes": (1, 240),
    }
)
"""Smallest and largest value of each number, both allowed."""
SLOT_WIDTHS = (5, 10, 15, 20, 30, 60)
LARGEST_STEP = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that cannot stand: the field to look at and why, for the reader of a hall file."""

    field: str
    reason: str


def faults_of(rules: Rules, *, mode: Mode, has_sessions: bool) -> list[Fault]:
    """What cannot stand in the rules of a queue; empty when they are sound."""
    return [
        *_out_of_range(rules),
        *_check_in_faults(rules),
        *_step_faults(rules),
        *_credit_faults(rules),
        *_mode_faults(rules, mode),
        *([] if has_sessions else _session_faults(rules)),
    ]


def _out_of_range(rules: Rules) -> list[Fault]:
    return [
        Fault(name, f"{value} is not between {least} and {most}")
        for name, (least, most) in RANGES.items()
        if (value := getattr(rules, name)) is not None and not least <= value <= most
    ]


def _check_in_faults(rules: Rules) -> list[Fault]:
    faults = []
    if rules.slot_minutes not in SLOT_WIDTHS:
        widths = ", ".join(str(width) for width in SLOT_WIDTHS)
        faults.append(Fault("slot_minutes", f"{rules.slot_minutes} does not divide the hour; use one of {widths}"))
    if rules.early_allowed == "minutes" and rules.early_minutes is None:
        faults.append(Fault("early_allowed", '"minutes" needs early_minutes'))
    if rules.early_allowed != "minutes" and rules.early_minutes is not None:
        faults.append(Fault("early_minutes", f'contradicts early_allowed = "{rules.early_allowed}"'))
    return faults


def _step_faults(rules: Rules) -> list[Fault]:
    steps = rules.passed_steps
    if not steps:
        return [Fault("passed_steps", "names no step")]
    faults = [
        Fault("passed_steps", f"{step} is not between 1 and {LARGEST_STEP}")
        for step in steps
        if isinstance(step, int) and not 1 <= step <= LARGEST_STEP
    ]
    if "void" in steps[:-1]:
        faults.append(Fault("passed_steps", '"void" ends the ticket; no step can follow it'))
    if "end" in steps and any(step != "void" for step in steps[steps.index("end") + 1 :]):
        faults.append(Fault("passed_steps", 'after "end" only "void" can follow: a later pass would be milder'))
    return faults


def _credit_faults(rules: Rules) -> list[Fault]:
    faults = [
        Fault("credits", f"{tag} is not one of policy_tags ({' '.join(rules.policy_tags)})")
        for tag, minutes in rules.credits.items()
        if tag not in rules.policy_tags and minutes != DEFAULT_CREDITS.get(tag)  # nobody wrote a default
    ]
    faults += [
        Fault("credits", f"{tag} = {minutes} is not between 0 and credit_cap = {rules.credit_cap}")
        for tag, minutes in rules.credits.items()
        if not 0 <= minutes <= rules.credit_cap
    ]
    if rules.appointment_credit > rules.credit_cap:
        faults.append(Fault("appointment_credit", f"is more than credit_cap = {rules.credit_cap}"))
    if len(set(rules.policy_tags)) != len(rules.policy_tags):
        faults.append(Fault("policy_tags", "names a tag twice, so its rank is not clear"))
    return faults


def _mode_faults(rules: Rules, mode: Mode) -> list[Fault]:
    if rules.first_come and mode == "graded":
        return [Fault("first_come", 'contradicts mode = "graded"')]
    return []


def _session_faults(rules: Rules) -> list[Fault]:
    asks = {
        "late": rules.late == "end_of_session",
        "missed_session": rules.missed_session == "desk",
        "check_in_closes_minutes": rules.check_in_closes_minutes is not None,
        "carry_over": not rules.carry_over,
    }
    return [
        Fault(name, "needs sessions, and this queue is open day and night") for name, wanted in asks.items() if wanted
    ]

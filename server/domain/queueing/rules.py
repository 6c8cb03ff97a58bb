"""Owns the numbers of the queue discipline: one frozen record per queue, every field a rule a hospital may change.

Knows no clock, no ticket and no file format; docs/rules.md says the same for the hospital's information department.
The mode of a queue (woven or graded) stands beside its rules, the targets of the grades in its scale.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

PassedStep = int | Literal["end_of_slot", "end", "void"]

OLD = "老"
DEFAULT_CREDITS: Mapping[str, int] = MappingProxyType(
    {"军": 20, "残": 15, "孕": 15, OLD: 15, "轮": 15, "儿": 10, "转": 10}
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one queue. Minutes and seconds are whole; docs/rules.md explains each."""

    # --- check-in 签到 -------------------------------------------------------------------------------------------
    check_in: Literal["required", "automatic"] = "required"
    """签到模式: `automatic` puts a booked patient in the queue at the start of the slot without a check-in."""
    order_by: Literal["check_in", "registration"] = "check_in"
    """Order inside a slot by 签到号序 or by 挂号号序."""
    early_allowed: Literal["no", "minutes", "any"] = "any"
    """Check-in before the slot: refused, from `early_minutes` before it, or at any time."""
    early_minutes: int | None = None
    """How long before the slot check-in opens, with early_allowed = minutes; None means any."""
    late: Literal["end_of_slot", "every_nth", "end_of_session", "ordinary"] = "end_of_slot"
    """Where a late patient stands: end of the current slot, one after every `late_every`, end of session, own slot."""
    late_grace_minutes: int = 10
    """Minutes after the end of the slot that still count as on time."""
    late_every: int = 3
    """With late = every_nth: ordinary patients called between two late ones."""
    slot_minutes: int = 30
    """Width of the slots walk-ins and late patients are counted to, on the hospital's clock; divides the hour.

    A booked slot that began later counts instead, so bookings need not lie on this grid."""
    appointments_first: bool = True
    """预约优先: inside a slot booked patients go before walk-ins; false: in order of check-in."""
    missed_session: Literal["accept", "desk"] = "accept"
    """A patient whose whole session is over: placed by the late rule, or sent to the desk."""
    check_in_closes_minutes: int | None = None
    """Check-in for a session closes so many minutes before its end; None: open to the end."""

    # --- woven mode 交替叫号 --------------------------------------------------------------------------------------
    weave_ordinary: int = 2
    """Ordinary patients in a cycle: 2 gives ordinary, ordinary, other."""
    weave_others: int = 1
    """Other places in a cycle (return, policy, passed), each of another kind."""
    weave_adaptive: bool = True
    """One ordinary per cycle while more returns than ordinary patients wait."""
    return_target: int = 20
    """Minutes within which a return should be seen."""
    policy_target: int = 20
    """Minutes that measure how overdue a policy patient is when lanes compete for a place of the weave."""
    passed_target: int = 30
    """The same for a passed patient who came back."""
    ordinary_target: int = 60
    """Target of a level whose scale names none."""

    # --- passed 过号 ---------------------------------------------------------------------------------------------
    passed_steps: tuple[PassedStep, ...] = (3, 5, "end", "void")
    """Where the 1st, 2nd, … pass puts the patient: after so many ordinary, end_of_slot, end of session, void."""
    pass_min_calls: int = 2
    """Nobody is passed before so many calls."""
    pass_min_seconds: int = 60
    """Nobody is passed before so many seconds after the last call."""
    pass_needs_live_zone: bool = True
    """Nobody is passed while an enrolled screen or loudspeaker of the zone is offline."""
    passed_arrived_minutes: int = 2
    """Passed but standing there: seen next, within so many minutes of the pass."""
    no_show_limit: int | None = None
    """So many no-shows within `no_show_window_days` close the kiosk check-in: desk only. None: never."""
    no_show_window_days: int = 90
    """Days that are looked back for no-shows."""

    # --- policy priority 优先 ------------------------------------------------------------------------------------
    policy_tags: tuple[str, ...] = ("军", "残", "孕", OLD, "轮", "儿", "转")
    """Tags that give policy priority, highest rank first."""
    old_age: int | None = 80
    """老: who is so old and proved who they are has the priority at check-in by the birth date. None: by staff only."""
    policy_evidence: bool = True
    """A priority needs the evidence that was shown."""
    credits: Mapping[str, int] = field(default_factory=lambda: DEFAULT_CREDITS)
    """Graded mode: minutes of credit per tag; the largest counts, never the sum."""
    appointment_credit: int = 15
    """Graded mode: minutes of credit for an appointment kept on time."""
    credit_cap: int = 30
    """Graded mode: no credit is larger (half the target of level Ⅳa)."""
    overdue_guard: float | None = 1.5
    """Graded mode: once anybody waited so many times the target, policy credits count nothing. None: off."""

    # --- rooms 诊室 ----------------------------------------------------------------------------------------------
    named_doctor_strict: bool = True
    """A ticket for a named doctor is never called by another; false: when that other has nobody else."""
    alternate_queues: bool = True
    """交叉叫号: a station with several queues takes them in turn; false: the longest waiting head first."""
    staging: Literal["off", "manual", "automatic"] = "manual"
    """二次候诊: nobody, on request, or automatically up to the cap is sent ahead to the room's door."""
    stage_cap: int = 2
    """诊间候诊上限: tickets sent ahead to one room at once."""
    staged_long_minutes: int = 15
    """Staged longer than this raises an alert."""
    transfer_reference: Literal["original", "now"] = "original"
    """A transferred ticket counts its waiting from the first check-in, or from the transfer."""
    pause_reassign_minutes: int = 15
    """A doctor's pause longer than this lets waiting patients ask for another doctor."""

    # --- day 班次 ------------------------------------------------------------------------------------------------
    carry_over: bool = True
    """Unfinished tickets of a session stand at the head of the next; false: closed as no-shows."""
    undo_seconds: int = 30
    """A nurse may undo for so long."""
    list_minutes: int = 10
    """The paper list of who waits is printed so often where a printer is chosen for it; 0: only on demand."""
    starvation_alarm: float = 2.0
    """Waited so many times the target: an alert."""

    # --- expected wait 预计等候 -----------------------------------------------------------------------------------
    wait_min_samples: int = 20
    """Fewer finished consultations to learn from: no expected wait is shown."""
    planned_minutes: int | None = None
    """Planned minutes of a consultation: until so many have ended, the expected wait is reckoned from it."""
    first_come: bool = False
    """Plain first come, first served: no lanes, no credits; only urgent patients go first."""

"""Owns what a page must know of its hall beside the snapshot: scales, rules, moves, flags, doctors. Decides nothing."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.lifecycle import ACTIONS, ESCORTED, TRANSITIONS
from server.domain.monitoring import alerts
from server.domain.queueing.discipline.targets import UNTRIAGED_MINUTES, wait_target
from server.domain.queueing.rules import Rules
from server.domain.triage import FLAGS, Level, Scale
from server.protocol.json_values import JsonObject
from server.protocol.terms import AlertKind, Lane
from server.services.core.context import Context
from server.services.core.hall_config import HallConfig, Queue, config_of
from server.services.core.views import View, stamp
from server.services.readmodel.snapshot import hall_row
from server.store.models import DoctorRow, HallRow, QueueRow

SHOWN_RULES = ("policy_tags", "undo_seconds", "staging", "stage_cap", "passed_arrived_minutes")
SHOWN_LEVEL = (
    "code", "rank", "names", "colour", "symbol", "target_minutes", "reassess_after_minutes", "bypasses_queue",
)  # fmt: skip


def reference_data(context: Context, hall: str) -> View:
    """What a page draws and decides with; the hall's tickets, rooms and devices are in its snapshot.

    `queues` are rules by queue, `targets` minutes by queue, lane and grade, `actions` who may ask for an action of a
    ticket and whether it can be undone, `moves` actions by state, `escorted` those besides for a level that does not
    queue, `outcomes` how an alert may end by its kind. Names of the rest are what they hold.
    """
    with Session(context.engines.read) as db:
        row = hall_row(db, hall)
        config = config_of(db, row)
        return {
            "epoch": row.epoch,
            "now": stamp(context.clock.hall()),
            "queues": {queue.id: _rules(queue.rules) for queue in config.queues.values() if queue.active},
            "targets": {queue.id: _targets(context, queue) for queue in config.queues.values()},
            "untriaged_minutes": UNTRIAGED_MINUTES,
            "scales": _scales(context, config),
            "moves": _actions_by_state(TRANSITIONS),
            "escorted": _actions_by_state(ESCORTED),
            "actions": _actions(),
            "flags": [
                {"id": flag.id, "leads_to": flag.leads_to, "names": flag.message.names()} for flag in FLAGS.values()
            ],
            "findings": {id: dict(finding.names) for id, finding in context.findings.findings.items()},
            "outcomes": {kind.value: list(alerts.outcomes(kind)) for kind in AlertKind},
            "doctors": dict(db.execute(select(DoctorRow.id, DoctorRow.name).order_by(DoctorRow.name)).tuples().all()),
            "halls": _halls(db),
        }


def _rules(rules: Rules) -> JsonObject:
    return {word: getattr(rules, word) for word in SHOWN_RULES}


def _targets(context: Context, queue: Queue) -> dict[str, dict[str, int]]:
    """Minutes by lane and grade; those of who has no grade stand under the empty one."""
    levels = {"": None, **{level.code: level.target_minutes for level in context.scale(queue.scale).levels}}
    return {
        lane.value: {code: wait_target(queue.mode, lane, level, queue.rules) for code, level in levels.items()}
        for lane in Lane
    }


def _scales(context: Context, config: HallConfig) -> JsonObject:
    used = {queue.scale for queue in config.queues.values()}
    return {name: _scale(context.scale(name)) for name in sorted(used)}


def _scale(scale: Scale) -> JsonObject:
    return {"names": dict(scale.names), "levels": [_level(level) for level in scale.levels]}


def _level(level: Level) -> JsonObject:
    said = {word: getattr(level, word) for word in SHOWN_LEVEL}
    return {**said, "names": dict(level.names)}


def _actions() -> dict[str, JsonObject]:
    return {
        action.value: {"undoable": rule.undoable, "roles": sorted(role.value for role in rule.reaches)}
        for action, rule in ACTIONS.items()
    }


def _actions_by_state(transitions: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    moves: dict[str, list[str]] = {}
    for state, action in transitions:
        moves.setdefault(state, []).append(action)
    return moves


def _halls(db: Session) -> list[JsonObject]:
    halls = db.scalars(select(HallRow).where(HallRow.active).order_by(HallRow.position)).all()
    queues = db.scalars(select(QueueRow).where(QueueRow.active).order_by(QueueRow.position)).all()
    return [
        {
            "id": hall.id,
            "name": hall.name,
            "queues": [{"id": queue.id, "name": queue.name} for queue in queues if queue.hall_id == hall.id],
        }
        for hall in halls
    ]

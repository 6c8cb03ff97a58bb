"""Health, readiness, metrics."""

import logging
import shutil
from pathlib import Path

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.services.core.context import Context
from server.services.core.hall_config import config_of
from server.services.tickets import stated_waits
from server.store.models import DeviceRow, HallRow, LaneRow, PrintJobRow
from server.store.queries import journal, outbox
from server.web.authorise import asking
from server.web.routes import rendered, web

log = logging.getLogger(__name__)


def blueprint() -> Blueprint:
    """Routes for those who operate the server."""
    routes = Blueprint("operations", __name__)

    def healthz() -> Response:
        """The process answers."""
        return rendered({"status": "ok"})

    def readyz() -> Response:
        """A hall can be read, the database is whole and in its place, the last write succeeded, the disk has room."""
        checks = readiness(web().context)
        return rendered(
            {"status": "ok" if all(checks.values()) else "not ready", "checks": checks},
            200 if all(checks.values()) else 503,
        )

    def metrics() -> Response:
        """Prometheus figures; for service devices and administrators."""
        who = asking()
        return Response(generate_latest(gauges(web().context, who.reach)), mimetype="text/plain; version=0.0.4")

    routes.add_url_rule("/healthz", "healthz", healthz)
    routes.add_url_rule("/readyz", "readyz", readyz)
    routes.add_url_rule("/metrics", "metrics", metrics)
    return routes


def readiness(context: Context) -> dict[str, bool]:
    """What must be well: a hall can be read, its database is whole and in its place, the last write succeeded, there is
    room to write."""
    try:
        with Session(context.engines.read) as db:
            hall = db.scalars(select(HallRow).limit(1)).first()
            if hall is not None:
                journal.rows_after(db, hall.id, max(0, hall.seq - 1), 1)
        database = context.engines.is_in_place
    except Exception:
        log.warning("not ready: no hall can be read", exc_info=True)
        database = False
    storage = context.transactions.storage
    folder = Path(context.engines.write.url.database or ".").parent if context.engines.is_sqlite else Path()
    return {
        "database": database,
        "disk": shutil.disk_usage(folder if folder.exists() else ".").free > 50_000_000,
        "writing": not storage.failing,
        "whole": not storage.damaged,
    }


def gauges(context: Context, hall: str | None = None) -> CollectorRegistry:
    """The figures of the moment, of one hall or of every one (None)."""
    registry = CollectorRegistry()
    seq = Gauge("hall_journal_seq", "Last number of the journal", ["hall"], registry=registry)
    waiting = Gauge("hall_waiting", "Tickets waiting", ["hall", "queue", "lane"], registry=registry)
    jobs = Gauge("hall_print_jobs", "Print jobs by state", ["hall", "state"], registry=registry)
    online = Gauge("hall_device_online", "Whether a device is heard", ["hall", "role", "name"], registry=registry)
    told = Gauge("hall_waits_told", "Called today who were told a wait", ["hall", "queue"], registry=registry)
    held = Gauge("hall_waits_held", "Of those, called within it", ["hall", "queue", "within"], registry=registry)

    def mine(column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        return column == hall if hall is not None else true()

    with Session(context.engines.read) as db:
        _integration_gauges(registry, db, hall)
        for row in db.scalars(select(HallRow).where(mine(HallRow.id))):
            seq.labels(row.id).set(row.seq)
            for queue, kept in stated_waits.of_day(db, row.id, config_of(db, row).day(context.clock.hall())):
                told.labels(row.id, queue).set(kept.told)
                held.labels(row.id, queue, "p20-p80").set(kept.inside)
                held.labels(row.id, queue, "p90").set(kept.below)
        for id, queue, lane, number in db.execute(
            select(LaneRow.hall_id, LaneRow.queue_id, LaneRow.lane, func.sum(LaneRow.waiting))
            .where(mine(LaneRow.hall_id))
            .group_by(LaneRow.hall_id, LaneRow.queue_id, LaneRow.lane)
        ):
            waiting.labels(id, queue, lane).set(number)
        for id, state, number in db.execute(
            select(PrintJobRow.hall_id, PrintJobRow.state, func.count())
            .where(mine(PrintJobRow.hall_id))
            .group_by(PrintJobRow.hall_id, PrintJobRow.state)
        ):
            jobs.labels(id, state).set(number)
        for id, role, name, is_online in db.execute(
            select(DeviceRow.hall_id, DeviceRow.role, DeviceRow.name, DeviceRow.online).where(
                DeviceRow.revoked_at.is_(None), mine(DeviceRow.hall_id)
            )
        ):
            online.labels(id, role, name).set(1 if is_online else 0)
    return registry


def _integration_gauges(registry: CollectorRegistry, db: Session, hall: str | None) -> None:
    """What the integrations of one hall, or of every one (None), have still to read or could not deliver."""
    behind = Gauge(
        "hall_integration_behind", "Events an integration has not read", ["hall", "integration"], registry=registry
    )
    dead = Gauge("hall_integration_dead", "Dead letters", ["hall", "integration"], registry=registry)
    letters = outbox.dead(db)
    for (integration, id), number in outbox.behind(db).items():
        if hall in {None, id}:
            behind.labels(id, integration).set(number)
            dead.labels(id, integration).set(letters.get((integration, id), 0))

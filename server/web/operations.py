"""Health, readiness, metrics."""

import shutil
from pathlib import Path

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from spectree import SpecTree
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from server.services import promises
from server.services.config import config_of
from server.services.context import Context
from server.store.tables import DeviceRow, HallRow, LaneRow, PrintJobRow
from server.web.routes import rendered, web


def blueprint(spec: SpecTree) -> Blueprint:
    """Routes for those who operate the server."""
    routes = Blueprint("operations", __name__)

    def healthz() -> Response:
        """The process answers."""
        return rendered({"status": "ok"})

    def readyz() -> Response:
        """The database answers and the disk has room."""
        checks = readiness(web().context)
        return rendered(
            {"status": "ok" if all(checks.values()) else "not ready", "checks": checks},
            200 if all(checks.values()) else 503,
        )

    def metrics() -> Response:
        """Prometheus figures; for service devices and administrators."""
        return Response(generate_latest(gauges(web().context)), mimetype="text/plain; version=0.0.4")

    routes.add_url_rule("/healthz", "healthz", healthz)
    routes.add_url_rule("/readyz", "readyz", readyz)
    routes.add_url_rule("/metrics", "metrics", metrics)
    return routes


def readiness(context: Context) -> dict[str, bool]:
    """What must be well: the database reads, and there is room to write."""
    try:
        with Session(context.engines.read) as db:
            db.execute(text("SELECT 1"))
        database = True
    except Exception:
        database = False
    folder = Path(context.engines.write.url.database or ".").parent if context.engines.is_sqlite else Path()
    return {"database": database, "disk": shutil.disk_usage(folder if folder.exists() else ".").free > 50_000_000}


def gauges(context: Context) -> CollectorRegistry:
    """The figures of the moment."""
    registry = CollectorRegistry()
    seq = Gauge("hall_journal_seq", "Last number of the journal", ["hall"], registry=registry)
    waiting = Gauge("hall_waiting", "Tickets waiting", ["hall", "queue", "lane"], registry=registry)
    jobs = Gauge("hall_print_jobs", "Print jobs by state", ["hall", "state"], registry=registry)
    online = Gauge("hall_device_online", "Whether a device is heard", ["hall", "role", "name"], registry=registry)
    told = Gauge("hall_waits_told", "Called today who were told a wait", ["hall", "queue"], registry=registry)
    held = Gauge("hall_waits_held", "Of those, called within it", ["hall", "queue", "within"], registry=registry)
    with Session(context.engines.read) as db:
        for row in db.scalars(select(HallRow)):
            seq.labels(row.id).set(row.seq)
            for queue, kept in promises.of_day(db, row.id, config_of(db, row).day(context.clock.hall())):
                told.labels(row.id, queue).set(kept.told)
                held.labels(row.id, queue, "p20-p80").set(kept.inside)
                held.labels(row.id, queue, "p90").set(kept.below)
        for hall, queue, lane, number in db.execute(
            select(LaneRow.hall_id, LaneRow.queue_id, LaneRow.lane, func.sum(LaneRow.waiting)).group_by(
                LaneRow.hall_id, LaneRow.queue_id, LaneRow.lane
            )
        ):
            waiting.labels(hall, queue, lane).set(number)
        for hall, state, number in db.execute(
            select(PrintJobRow.hall_id, PrintJobRow.state, func.count()).group_by(
                PrintJobRow.hall_id, PrintJobRow.state
            )
        ):
            jobs.labels(hall, state).set(number)
        for hall, role, name, is_online in db.execute(
            select(DeviceRow.hall_id, DeviceRow.role, DeviceRow.name, DeviceRow.online).where(
                DeviceRow.revoked_at.is_(None)
            )
        ):
            online.labels(hall, role, name).set(1 if is_online else 0)
    return registry

"""Opening an installation: database, keys, clock and rules; at a first start they are created. Knows no web."""

from sqlalchemy.orm import Session

from server.domain.access.keys import Purpose, derived, name_of
from server.domain.installation.wholeness import Trouble
from server.protocol import private_files
from server.services.bootstrap import journal_epochs
from server.services.bootstrap.examination import NotServable, must_be_servable
from server.services.core import clock_record
from server.services.core.clock import Clock
from server.services.core.clock_record import ClockRecord
from server.services.core.context import Context
from server.services.core.disk_reserve import Reserve
from server.services.core.high_water import Marks
from server.services.core.rule_files import load_findings, load_scales
from server.services.core.transaction import Transactions, tell_time
from server.settings import ANCHOR_FILE, Settings
from server.store.engine import Engines, open_engines
from server.store.queries import clock_readings, key_name
from server.store.schema import migrate

STATE_FILES = rf"secret\.key|{clock_record.NAME}|{ANCHOR_FILE}|(?:[0-9a-f]{{2}})+"
"""Names in HALL_STATE_DIR: the key, hall time, the ends of the audit trail, and the mark of each hall under its id in
hexadecimal."""


def build_context(settings: Settings) -> Context:
    """Database, keys, clock and scales; creates what is missing at a first start.

    Raises NotServable where that is no first start, or something is damaged, and InUse during a restore.
    """
    private_files.folder(settings.state_dir, STATE_FILES)
    marks = Marks(settings.state_dir)
    try:
        found = must_be_servable(settings)
        return _opened(settings, marks, signed=found.signed)
    except BaseException:
        marks.close()
        raise


def _opened(settings: Settings, marks: Marks, *, signed: bool) -> Context:
    """What there is, opened; the database comes before the key, so that a key alone is never a first start."""
    engines = open_engines(settings.database_url)
    migrate(engines.write)
    record, key = ClockRecord(settings.state_dir), settings.key()
    clock = _clock(engines, record, replay=settings.replay)
    if key_name.keep(engines, name_of(key), anew=not signed) != name_of(key):
        raise NotServable(Trouble.KEY_OTHER)
    transactions = Transactions(engines, clock, marks, Reserve(engines.folder), derived(key, Purpose.AUDIT))
    context = Context(engines, clock, transactions, load_scales(settings.scales_dir), load_findings(None), key, record)
    journal_epochs.check_marks(transactions)
    return context


def _clock(engines: Engines, record: ClockRecord, *, replay: bool) -> Clock:
    """The clock, from where the journals and a restarted server are; by the database's time where nodes share one."""
    clock = Clock(replay=replay)
    with Session(engines.read) as db:
        tell_time(clock, db.connection())
        clock.start_from(clock_readings.newest_of_all(db.connection()), record.read())
    return clock

"""Opening an installation: database, keys, clock and rules; what is missing is created. Knows no web."""

from functools import partial

from server.domain.keys import Purpose, derived
from server.protocol import private_files
from server.protocol.terms import AlertKind
from server.services import alerts, moves
from server.services.clock import Clock
from server.services.context import Context
from server.services.marks import Marks
from server.services.reserve import Reserve
from server.services.scales import load_findings, load_scales
from server.services.transaction import Transactions
from server.services.work import Answer, Work
from server.settings import Settings
from server.store.engine import open_engines
from server.store.rows import write_now
from server.store.schema import migrate

STATE_FILES = r"secret\.key|(?:[0-9a-f]{2})+"
"""Names in HALL_STATE_DIR: the key, and the mark of each hall under its id in hexadecimal."""


def build_context(settings: Settings) -> Context:
    """Database, keys, clock and scales; creates what is missing."""
    private_files.folder(settings.state_dir, STATE_FILES)
    engines = open_engines(settings.database_url)
    migrate(engines.write)
    clock, key = Clock(replay=settings.replay), settings.key()
    marks = Marks(settings.state_dir)
    transactions = Transactions(engines, clock, marks, Reserve(engines.folder), derived(key, Purpose.AUDIT))
    context = Context(engines, clock, transactions, load_scales(settings.scales_dir), load_findings(None), key)
    for hall, lost in transactions.check_journals().items():
        transactions.system(hall, partial(_went_back, lost=lost))
    return context


def _went_back(work: Work, lost: int) -> Answer:
    """What an older copy of the database means for a hall: staff is told, and today's numbers go on behind any that may
    be on paper already, for each lost number was one of the lost facts."""
    if not work.hall.active:
        return Answer(200, {})
    for queue in work.config.queues.values():
        today = moves.day_of(work, queue)
        write_now(work.db, today, last=today.last + lost)
    return Answer(200, {"alert": alerts.raise_alert(work, AlertKind.RESTORED, text=str(lost))})

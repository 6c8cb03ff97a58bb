"""Opening an installation: database, keys, clock and rules; what is missing is created. Knows no web."""

from server.services.clock import Clock
from server.services.context import Context
from server.services.marks import Marks
from server.services.scales import load_findings, load_scales
from server.services.transaction import Transactions
from server.settings import Settings
from server.store.engine import open_engines
from server.store.schema import migrate


def build_context(settings: Settings) -> Context:
    """Database, keys, clock and scales; creates what is missing."""
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    engines = open_engines(settings.database_url)
    migrate(engines.write)
    clock, key = Clock(replay=settings.replay), settings.key()
    marks = Marks(settings.state_dir)
    transactions = Transactions(engines, clock, marks, key.encode())
    context = Context(engines, clock, transactions, load_scales(settings.scales_dir), load_findings(None), key)
    transactions.check_journals()
    return context

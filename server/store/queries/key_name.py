"""The name of the key that a database was enrolled under. Knows no key."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.store.engine import Engines
from server.store.models import MarkRow

KEPT_AS = "key"


def keep(engines: Engines, name: str, *, anew: bool = False) -> str:
    """Remember the key of this name where none is remembered, `anew` in place of the one that is; the one that counts.

    Of two nodes that remember one at the same moment, the first one's counts.
    """
    try:
        with Session(engines.write) as db, db.begin():
            row = db.get(MarkRow, KEPT_AS)
            if row is None:
                row = MarkRow(name=KEPT_AS, value={})
                db.add(row)
            if anew or not row.value:
                row.value = {"name": name}
            return str(row.value["name"])
    except IntegrityError:
        with Session(engines.read) as db:
            row = db.get_one(MarkRow, KEPT_AS)
            return str(row.value["name"])

"""Imports of people, appointments and staff over HTTP."""

from collections.abc import Callable
from typing import get_args

from flask import Blueprint

from server.services.access import staff
from server.services.access.accounts import Importer
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.core.requests import ImportBody, StaffImportBody
from server.services.core.unit_of_work import Answer, Work
from server.services.patients import imports
from server.web.routes import UseCase, command_route


def blueprint() -> Blueprint:
    """One route for each kind of import."""
    routes = Blueprint("imports", __name__, url_prefix="/api/v1")
    for kind in get_args(imports.Kind):
        accounts = kind == "staff"
        command_route(
            routes,
            f"/imports/{kind}",
            _import(kind),
            operation=f"import_{kind}",
            tag="imports",
            body=StaffImportBody if accounts else ImportBody,
            identify=_prepared(kind),
        )
    return routes


def _prepared(kind: imports.Kind) -> Callable[[Context, Principal, ImportBody], list[imports.Prepared]]:
    """Rows made ready before the lock; a person who sends accounts is asked for the own password first."""

    def prepare(context: Context, who: Principal, body: ImportBody) -> list[imports.Prepared]:
        if isinstance(body, StaffImportBody):
            staff.must_confirm(context, who, body.password)
        return imports.prepare(kind, body.rows)

    return prepare


def _import(kind: imports.Kind) -> UseCase:
    def run(work: Work, _context: Context, rows: list[imports.Prepared]) -> Answer:
        by = Importer(work.principal, work.audit)
        counts = imports.load(work.db, kind, rows, work.real_now, by)
        work.audit(f"import.{kind}", str(len(rows)))
        return Answer(dict(counts))

    return run

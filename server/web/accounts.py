"""Accounts of staff over HTTP: an administrator looks after them, everybody after the own password."""

from flask import Blueprint

from server.protocol.answers import AccountChanged
from server.services.access import account_changes as accounts
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.web.routes import command_route, read

CHANGES = (
    ("", "add_account", accounts.add, accounts.NewAccountBody, accounts.with_password),
    ("/<id>/change", "change_account", accounts.change, accounts.AccountBody, accounts.confirmed),
    ("/<id>/reset-password", "reset_password", accounts.reset_password, accounts.ConfirmedBody, accounts.with_password),
    ("/<id>/disable", "disable_account", accounts.disable, accounts.ConfirmedBody, accounts.confirmed),
    ("/<id>/enable", "enable_account", accounts.enable, accounts.ConfirmedBody, accounts.confirmed),
    ("/<id>/unlock", "unlock_account", accounts.unlock, accounts.ConfirmedBody, accounts.confirmed),
    ("/<id>/end-sessions", "end_sessions", accounts.end_sessions, accounts.ConfirmedBody, accounts.confirmed),
)


def blueprint() -> Blueprint:
    """One route for each thing that becomes of an account."""
    routes = Blueprint("accounts", __name__, url_prefix="/api/v1")
    read(routes, "/staff", accounts.listed, operation="list_accounts", tag="staff")
    read(routes, "/staff/<id>/sessions", _sessions, operation="list_sessions", tag="staff")
    for path, operation, use_case, body, prepare in CHANGES:
        command_route(
            routes,
            f"/staff{path}",
            use_case,
            operation=operation,
            tag="staff",
            halls=accounts.halls_of,
            body=body,
            answer=AccountChanged,
            status=(201,) if operation == "add_account" else (200,),
            identify=prepare,
        )
    command_route(
        routes,
        "/session/password",
        accounts.set_own_password,
        operation="set_own_password",
        tag="staff",
        body=accounts.OwnPasswordBody,
        identify=accounts.own_password,
    )
    return routes


def _sessions(context: Context, who: Principal, id: str) -> dict[str, object]:
    return accounts.sessions_of(context, who, id)

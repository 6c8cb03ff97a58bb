"""Refusals as application/problem+json: the one table of statuses stands here."""

import json
import logging
from datetime import timedelta

from flask import Flask, Response, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header

from server.domain.access import login_delays
from server.domain.errors import HallError
from server.domain.queueing.rules import Rules
from server.protocol.terms import ErrorCode
from server.protocol.texts import Message, Texts, preferred
from server.services.core.storage import Storage

log = logging.getLogger(__name__)

ERRORS = Texts("errors")
LIMITS: dict[ErrorCode, dict[str, int]] = {
    ErrorCode.UNDO_TOO_LATE: {"undo_seconds": Rules().undo_seconds},
    ErrorCode.WRONG_CREDENTIALS: {"wait_minutes": login_delays.LONGEST // timedelta(minutes=1)},
}
"""The limits that titles name; a refusal that says a hall's own limit wins."""

STATUS: dict[ErrorCode, int] = {
    ErrorCode.INVALID: 422,
    ErrorCode.TOO_LARGE: 413,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.UNKNOWN_HOST: 421,
    ErrorCode.UNKNOWN_HALL: 404,
    ErrorCode.UNKNOWN_QUEUE: 404,
    ErrorCode.UNKNOWN_STATION: 404,
    ErrorCode.UNKNOWN_TICKET: 404,
    ErrorCode.UNKNOWN_LEVEL: 422,
    ErrorCode.UNKNOWN_SOCKET: 400,
    ErrorCode.UNKNOWN_DOCTOR: 422,
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.KEY_MISSING: 400,
    ErrorCode.KEY_REUSED: 422,
    ErrorCode.TOO_LATE: 503,
    ErrorCode.BUSY: 503,
    ErrorCode.RELOAD: 410,
    ErrorCode.ILLEGAL_MOVE: 409,
    ErrorCode.STATION_BUSY: 409,
    ErrorCode.STATION_CLOSED: 409,
    ErrorCode.NOT_YOUR_STATION: 403,
    ErrorCode.NOT_CALLABLE: 409,
    ErrorCode.QUEUE_CLOSED: 409,
    ErrorCode.TOO_EARLY: 409,
    ErrorCode.CHOOSE: 409,
    ErrorCode.NOT_IDENTIFIED: 404,
    ErrorCode.TOO_MANY_ATTEMPTS: 429,
    ErrorCode.TOO_MANY: 429,
    ErrorCode.VISIT_TOKEN_INVALID: 403,
    ErrorCode.APPOINTMENT_UNUSABLE: 409,
    ErrorCode.DESK_ONLY: 409,
    ErrorCode.REASON_NEEDED: 422,
    ErrorCode.EVIDENCE_NEEDED: 422,
    ErrorCode.SECOND_NEEDED: 422,
    ErrorCode.PASS_TOO_SOON: 409,
    ErrorCode.ZONE_OFFLINE: 409,
    ErrorCode.UNDO_TOO_LATE: 409,
    ErrorCode.NOTHING_TO_UNDO: 409,
    ErrorCode.STAGE_FULL: 409,
    ErrorCode.NO_PRINTER: 409,
    ErrorCode.LEASE_LOST: 409,
    ErrorCode.REPORT_UNAVAILABLE: 409,
    ErrorCode.REPORT_AT_DESK: 409,
    ErrorCode.PATIENT_NEEDED: 422,
    ErrorCode.REPORT_HANDED_OVER: 409,
    ErrorCode.CRITICAL_UNACKNOWLEDGED: 409,
    ErrorCode.NOT_CRITICAL: 409,
    ErrorCode.WRONG_CREDENTIALS: 401,
    ErrorCode.NEW_PASSWORD_NEEDED: 403,
    ErrorCode.USERNAME_TAKEN: 409,
    ErrorCode.PASSWORD_NEEDED: 403,
    ErrorCode.IMPORT_REJECTED: 422,
    ErrorCode.HALL_FILE_REJECTED: 422,
    ErrorCode.IDENTITY_NUMBER_INVALID: 422,
    ErrorCode.CONTRADICTING_DATA: 422,
    ErrorCode.PROOF_NEEDED: 409,
    ErrorCode.STORAGE_FULL: 503,
    ErrorCode.STORAGE_FAILED: 503,
    ErrorCode.STORAGE_DAMAGED: 503,
    ErrorCode.NOT_READY: 503,
    ErrorCode.INTERNAL: 500,
}
RETRY_AFTER = {
    ErrorCode.TOO_LATE: "1",
    ErrorCode.BUSY: "1",
    ErrorCode.NOT_READY: "10",
    ErrorCode.TOO_MANY_ATTEMPTS: "600",
    ErrorCode.TOO_MANY: "60",
}
BY_STATUS = {
    400: ErrorCode.INVALID,
    404: ErrorCode.NOT_FOUND,
    405: ErrorCode.NOT_FOUND,
    413: ErrorCode.TOO_LARGE,
    415: ErrorCode.INVALID,
    429: ErrorCode.TOO_MANY_ATTEMPTS,
}


def language_of(accepted: str) -> str:
    """The installed language that an `Accept-Language` prefers; English where it names none."""
    return preferred(tag for tag, quality in parse_accept_header(accepted, LanguageAccept) if quality)


def wanted_language() -> str:
    """The language of whoever sent the request."""
    return language_of(request.headers.get("Accept-Language", ""))


def title_of(code: ErrorCode, language: str, **extra: object) -> str:
    """The sentence of a code, in the nearest language that has one."""
    limits = {name: extra.get(name, usual) for name, usual in LIMITS.get(code, {}).items()}
    return ERRORS.text(code.value, language, **limits)


def problem(code: ErrorCode, detail: str | None = None, *, status: int | None = None, **extra: object) -> Response:
    """A problem document in the language of whoever sent the request."""
    return problem_in(wanted_language(), code, detail, status=status, **extra)


def problem_in(
    language: str, code: ErrorCode, detail: str | None = None, *, status: int | None = None, **extra: object
) -> Response:
    """A problem document; needs no request of Flask."""
    status = status or STATUS[code]
    title = title_of(code, language, **extra)
    extra = {name: value.names() if isinstance(value, Message) else value for name, value in extra.items()}
    body = {**extra, "type": f"/api/v1/docs#{code.value}", "title": title, "status": status, "code": code.value}
    if detail:
        body["detail"] = detail
    response = Response(json.dumps(body, ensure_ascii=False), status=status, mimetype="application/problem+json")
    if code in RETRY_AFTER:
        response.headers["Retry-After"] = str(extra.get("retry_after", RETRY_AFTER[code]))
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _route() -> str:
    """The route that failed, as it is declared: an address itself may hold whatever somebody typed."""
    return request.url_rule.rule if request.url_rule is not None else "no route"


def install(app: Flask, storage: Storage) -> None:
    """Every way to fail answers with a problem document; `storage` is told of what the disk does."""

    @app.errorhandler(HallError)
    def refused(error: HallError) -> Response:
        return problem(error.code, error.detail, **error.extra)

    @app.errorhandler(HTTPException)
    def http_failed(error: HTTPException) -> Response:
        status = error.code or 500
        return problem(
            BY_STATUS.get(status, ErrorCode.INVALID if status < 500 else ErrorCode.INTERNAL),
            error.description,
            status=status,
        )

    @app.errorhandler(PoolTimeout)
    def overwhelmed(error: Exception) -> Response:
        """Every connection to the database is in use: the same command under the same key may be sent again."""
        log.warning("%s %s: %s", request.method, _route(), error)
        return problem(ErrorCode.BUSY)

    @app.errorhandler(DBAPIError)
    def unreadable(error: DBAPIError) -> Response:
        """The database is away, locked, or its disk fails; `internal` for what only a mistake of ours explains."""
        code = storage.refusal(error)
        if code is None:
            return failed(error)
        log.warning("%s %s: %s", request.method, _route(), error)
        storage.note(code)
        return problem(code)

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        log.error("%s %s failed", request.method, _route(), exc_info=error)
        return problem(ErrorCode.INTERNAL)

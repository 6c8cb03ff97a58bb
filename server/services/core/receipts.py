"""What a receipt keeps of an answer, and what it stands for: no document, no result, no name, no secret."""

import hashlib
import hmac
import json
from collections.abc import Collection

from server.protocol.json_values import View

SECRETS = frozenset({"password"})
"""Fields of bodies that no fingerprint sees."""
READ_ANEW = frozenset({"print_job", "report"})
"""What a receipt only names; who repeats the key gets it as it is then."""


def kept(body: View, once: Collection[str]) -> View:
    """An answer without what is said once, with the mere name of what is read anew, and a slip without its code."""
    return {name: _without_content(name, value) for name, value in body.items() if name not in once}


def _without_content(name: str, value: object) -> object:
    if not isinstance(value, dict):
        return value
    if name in READ_ANEW:
        return {"id": value["id"]}
    return {**value, "code": None} if name == "slip" else value


def fingerprint(key: bytes, method: str, path: str, body: object) -> str:
    """What an Idempotency-Key stands for: method, path and canonical body, keyed, without passwords.

    A plain hash beside the receipts would let anybody who reads the database try out names, numbers and passwords.
    """
    text = json.dumps(_without(body), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hmac.new(key, f"{method} {path}\n{text}".encode(), hashlib.sha256).hexdigest()


def _without(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without(part) for name, part in value.items() if name not in SECRETS}
    return [_without(part) for part in value] if isinstance(value, list) else value

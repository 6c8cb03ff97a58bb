"""One secret, a key for each purpose: what signs visit tokens opens no audit trail. Pure.

HKDF of RFC 5869 with SHA-256 and a single block, which is one HMAC over another.
"""

import hashlib
import hmac
from enum import StrEnum
from functools import cache

SALT = b"outpatient-hall"


class Purpose(StrEnum):
    """What a key is for."""

    VISIT = "visit token"
    TOKEN = "stored token"
    AUDIT = "audit trail"
    IDENTIFIER = "counted identifier"
    RECEIPT = "receipt fingerprint"
    LOGIN = "counted login"
    INTEGRATION = "secret of an integration"
    NAME = "name of the key"


def name_of(secret: str) -> str:
    """A name by which the same key is known again; it tells nothing of the key."""
    return derived(secret, Purpose.NAME).hex()[:16]


@cache
def derived(secret: str, purpose: Purpose) -> bytes:
    """The 256-bit key of a purpose."""
    extracted = hmac.digest(SALT, secret.encode(), hashlib.sha256)
    return hmac.digest(extracted, purpose.value.encode() + b"\x01", hashlib.sha256)

"""Codes of ours: what stands in the QR code of a slip, or is handed out by the desk. Nobody can guess one."""

import base64
import secrets

RANDOM_BYTES = 16


def new_code() -> str:
    """128 random bits as 26 places of base32, in upper case: a denser QR code, and no case to lose."""
    return base64.b32encode(secrets.token_bytes(RANDOM_BYTES)).decode().rstrip("=")

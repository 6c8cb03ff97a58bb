"""The only reader of HALL_*: settings of the server with safe defaults. Knows nothing of what they are used for."""

import contextlib
import logging
import os
import secrets
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.protocol.addresses import Origins, OwnAddresses

SHORTEST_KEY = 16
"""Characters of a key that signs; the generated one has 64."""
log = logging.getLogger(__name__)


SHORTEST_SECRET = 32
"""Characters of a key that a person sets: 128 bits in hexadecimal, more in any other spelling."""


class Settings(BaseSettings):
    """Settings of the server; each is an environment variable HALL_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="HALL_", extra="ignore", hide_input_in_errors=True)

    database_url: str = Field("sqlite:///hall.db", description="Database; sqlite:///path or postgresql://…")
    state_dir: Path = Field(Path("hall-state"), description="Keys, high-water marks, backups")
    secret_key: str = Field(
        "", description="Signs sessions and tokens; generated and kept in HALL_STATE_DIR when empty"
    )
    host: str = Field("127.0.0.1", description="Address the server listens on")
    port: int = Field(8080, description="Port the server listens on")
    origins: Origins = Field(
        "",
        description="Comma-separated addresses that browsers and devices use besides IP addresses and this machine's "
        "name, such as https://hall.example",
    )
    replay: bool = Field(False, description="Accept simulated time (X-Hall-Time); never on a real hall")
    max_sockets: int = Field(300, description="How many screens and consoles one node carries; threads follow from it")
    scales_dir: Path | None = Field(
        None, description="Folder of triage scale files that add to or replace the shipped ones"
    )

    @field_validator("secret_key")
    @classmethod
    def _is_long(cls, given: str) -> str:
        if given and (len(given) < SHORTEST_SECRET or len(set(given)) < 8):
            raise ValueError(
                f"a secret has at least {SHORTEST_SECRET} characters, drawn at random: leave it empty, or take the "
                "output of `openssl rand -hex 32`"
            )
        return given

    def key(self) -> str:
        """The secret key; the first start generates one and keeps it with mode 600."""
        if self.secret_key:
            return self.secret_key
        path = self.state_dir / "secret.key"
        self.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = _kept(path)
        if kept is not None and len(kept) < SHORTEST_KEY:  # a power cut while it was written; nothing can be signed
            aside = path.with_name("secret.key.unreadable")
            path.replace(aside)
            log.error("%s holds no key and is put aside: logins end, and devices must be enrolled anew", path)
            kept = None
        return kept if kept is not None else _made(path)

    def own_addresses(self) -> OwnAddresses:
        """The names this server answers to and the origins that may open a socket or send a cookie: this machine's
        and those of HALL_ORIGINS."""
        return OwnAddresses.of_this_machine(self.host, self.origins)


def _kept(path: Path) -> str | None:
    """The key in a file, "" where there is none in it; None without a file."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return ""


def _made(path: Path) -> str:
    """A new key, in its place whole or not at all; that of another process where it was first."""
    beside = path.with_name(f"secret.key.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
    finally:
        beside.unlink()
    return path.read_text(encoding="ascii").strip()

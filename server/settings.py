"""The only reader of HALL_*: settings of the server with safe defaults. Knows nothing of what they are used for."""

import logging
import secrets
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.protocol import durable_files
from server.protocol.addresses import Origins, OwnAddresses

KEY_FILE = "secret.key"
ANCHOR_FILE = "audit-anchors"
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

    audit_anchors: Path | None = Field(
        None,
        description="File to which the end of the audit trail is noted each hour, best on another machine; "
        "audit-anchors in HALL_STATE_DIR when empty",
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
        """The secret key; where none is set or kept a new one is made, and on the disk before anything is signed.

        Raises OSError.
        """
        kept = self.kept_key()
        if kept is not None:
            return kept
        path = self.state_dir / KEY_FILE
        durable_files.make_folder(self.state_dir)
        if path.exists():  # a power cut in an older version; what was signed with it cannot be told from anybody's
            durable_files.rename(path, path.with_name(f"{KEY_FILE}.unreadable"))
            log.error("%s holds no key and is put aside", path)
        durable_files.create(path, secrets.token_urlsafe(48).encode())  # that of another process where it was first
        return path.read_text(encoding="ascii").strip()

    def kept_key(self) -> str | None:
        """The key that is set, or kept in HALL_STATE_DIR; None where there is none, or no whole one. Raises OSError."""
        if self.secret_key:
            return self.secret_key
        try:
            kept = (self.state_dir / KEY_FILE).read_text(encoding="ascii").strip()
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
            return None
        return kept if len(kept) >= SHORTEST_KEY else None

    def anchor_file(self) -> Path:
        """Where the ends of the audit trail are noted."""
        return self.audit_anchors or self.state_dir / ANCHOR_FILE

    def own_addresses(self) -> OwnAddresses:
        """The names this server answers to and the origins that may open a socket or send a cookie: this machine's
        and those of HALL_ORIGINS."""
        return OwnAddresses.of_this_machine(self.host, self.origins)

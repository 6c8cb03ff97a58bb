"""Owns the settings of the print station; the only reader of STATION_* in the environment."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class StationSettings(BaseSettings):
    """What a print station needs to know. Every name is an environment variable with STATION_ before it."""

    model_config = SettingsConfigDict(env_prefix="STATION_", frozen=True)

    server: str = "http://127.0.0.1:8080"
    """Address of the hall's server."""
    token: SecretStr = SecretStr("")
    """What `hall-server device add --role station` printed."""
    printer: str = "tcp://127.0.0.1:9100"
    """The printer's address; see hardware/registry.py for all forms."""
    state_dir: Path = Path("station-state")
    """Where the spool lives, so that a job of before a power cut is not forgotten."""
    poll_seconds: float = 1.0
    """How often to ask for a job when nothing wakes the station."""
    heartbeat_seconds: float = 5.0
    """How often to say that the station lives and how its printer is; the server takes 15 s of silence for offline."""

"""Owns the kiosk's settings, the only reader of KIOSK_*. Knows no device and no server."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a kiosk needs to know; each field is the environment variable KIOSK_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="KIOSK_", frozen=True, env_ignore_empty=True)

    server: str = Field("http://127.0.0.1:8080", description="address of the hall server")
    token: SecretStr = Field(SecretStr(""), description="the token `hall-server device add --role kiosk` printed")
    port: int = Field(8081, ge=0, le=65535, description="port of the local page on 127.0.0.1")
    printer: str = Field("", description="URL of the slip printer, such as tcp://192.0.2.7:9100; empty: no printer")
    reader: str = Field("", description="serial:///dev/ttyACM0; keyboard:// or empty: a reader that types")
    state_dir: Path = Field(Path("kiosk-state"), description="folder for commands that are not settled yet")

"""Owns the caller's settings, the only reader of CALLER_*. Knows no screen and no server."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.protocol.addresses import Origins, OwnAddresses


class Settings(BaseSettings):
    """What a caller needs to know; each field is the environment variable CALLER_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="CALLER_", frozen=True, env_ignore_empty=True)

    server: str = Field("http://127.0.0.1:8080", description="address of the hall server")
    token: SecretStr = Field(SecretStr(""), description="the token `hall-server device add --role caller` printed")
    host: str = Field("127.0.0.1", description="where the wall page listens; 0.0.0.0 for screens on other machines")
    port: int = Field(8082, ge=0, le=65535, description="port of the wall page")
    origins: Origins = Field(
        "", description="addresses of the wall page besides IP addresses and this machine's name: http://wall.example"
    )
    voice: str = Field("auto", description="auto, neural, pyttsx3, chime, none, file:///folder; browser: the wall page")

    def own_addresses(self) -> OwnAddresses:
        """The names the wall page answers to: this machine's and those of CALLER_ORIGINS."""
        return OwnAddresses.of_this_machine(self.host, self.origins)

"""Owns the way from an integration's URL to its adapter. Imports an adapter only when it is asked for."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from urllib.parse import urlsplit

from server.integrations.ports import Outbound

LONGEST_SECONDS = 10.0
"""How long one attempt to deliver may take, from the first byte to the last."""
Maker = Callable[[str, str, float], Outbound]


class NoAdapter(ValueError):
    """No adapter knows the scheme of a URL."""


def open_outbound(url: str, secret: str) -> Outbound:
    """Make the adapter for a URL; it connects when it delivers. Raises NoAdapter."""
    scheme = urlsplit(url).scheme
    if scheme not in ADAPTERS:
        raise NoAdapter(f"no adapter {scheme!r}; there are {', '.join(ADAPTERS)}")
    return ADAPTERS[scheme](url, secret, LONGEST_SECONDS)


def _webhook(url: str, secret: str, seconds: float) -> Outbound:
    made: Outbound = import_module("server.integrations.webhook").Webhook(url, secret, seconds=seconds)
    return made


ADAPTERS: Mapping[str, Maker] = MappingProxyType({"https": _webhook, "http": _webhook})

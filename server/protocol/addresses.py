"""Which host names and browser origins a program of the hall answers to. Opens no socket and reads no environment.

A page that points its own name at one of our addresses (DNS rebinding) still sends its own name as Host, so every name
is compared with a list. An IP address cannot be pointed elsewhere: a browser that names one has gone there itself.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit
from wsgiref.types import WSGIEnvironment

from pydantic import AfterValidator

Origin = tuple[str, str, int]
"""Scheme, host and port of a browser's origin."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9_](?:[a-z0-9._-]{0,252}))|)(?::[0-9]{1,5})?")


def host_of(header: str) -> str:
    """The host of a Host header in lower case, without port, brackets and last dot; "" where it is none."""
    found = _HOST.fullmatch(header.lower())
    return (found[1] or found[2] or "").rstrip(".") if found else ""


def is_ip(host: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def origin_of(text: str) -> Origin | None:
    """The parts of an origin such as `https://hall.example:8443`; None where it is none (`null`, a path behind it)."""
    try:
        parts = urlsplit(text.lower())
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    host = host_of(parts.netloc)
    whole = host and not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    return (parts.scheme, host, port) if whole else None


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """The host names a program answers to and the origins whose pages may speak to it with a cookie."""

    names: frozenset[str]
    origins: frozenset[Origin]

    @classmethod
    def listed(cls, names: Iterable[str], origins: str) -> "OwnAddresses":
        """From the program's own names (where it listens, the machine's) and a comma-separated list of origins.

        Raises ValueError for what is no origin, which would never match anything.
        """
        given = [text.strip().rstrip("/") for text in origins.split(",") if text.strip()]
        parsed = {text: origin_of(text) for text in given}
        wrong = sorted(text for text, origin in parsed.items() if origin is None)
        if wrong:
            raise ValueError(f"not an origin such as https://hall.example: {', '.join(wrong)}")
        known = frozenset(origin for origin in parsed.values() if origin is not None)
        hosts = {host_of(f"[{name}]" if ":" in name else name) for name in names}
        return cls(frozenset({*LOOPBACK, *hosts, *(origin[1] for origin in known)} - {""}), known)

    @classmethod
    def of_this_machine(cls, host: str, origins: str) -> "OwnAddresses":
        """Where a program listens, the machine's name, and the origins of its settings."""
        return cls.listed((host, socket.gethostname()), origins)

    def knows_host(self, header: str) -> bool:
        """Whether a Host header names this program: by a listed name or by any IP address."""
        host = host_of(header)
        return host in self.names or is_ip(host)

    def knows_origin(self, text: str, here: tuple[str, int]) -> bool:
        """Whether an origin is listed, or is this program's own at `here`, the address and port that were reached."""
        origin = origin_of(text)
        if origin is None:
            return False
        scheme, host, port = origin
        address, own_port = here
        own = scheme == "http" and port == own_port and (host == address or host in self.names)
        return own or origin in self.origins

    def knows_page(self, origin: str | None, fetch_site: str | None, here: tuple[str, int]) -> bool:
        """Whether the headers Origin and Sec-Fetch-Site allow that a request is of our own page; programs send none."""
        if origin is not None:
            return self.knows_origin(origin, here)
        return fetch_site in {None, "none", "same-origin"}


def _are_origins(given: str) -> str:
    OwnAddresses.listed((), given)
    return given


Origins = Annotated[str, AfterValidator(_are_origins)]
"""A setting that lists origins, separated by commas; what is no origin is refused at the start."""


def reached_at(environ: WSGIEnvironment) -> tuple[str, int]:
    """The address and port of this machine at which a WSGI request arrived; the listening ones where nobody knows."""
    connection = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    try:
        name = connection.getsockname() if connection is not None else None
    except OSError:
        name = None
    if not isinstance(name, tuple):
        return str(environ.get("SERVER_NAME", "")), int(environ.get("SERVER_PORT") or 0)
    address = ipaddress.ip_address(name[0].partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address), int(name[1])

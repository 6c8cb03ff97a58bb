"""Which addresses messages may be sent to. Asks no network."""

from urllib.parse import urlsplit

from server.protocol.addresses import LOOPBACK

LONGEST = 500
"""Characters of an address."""


def address_fault(url: str, *, plain: bool) -> str | None:
    """Why messages are not sent to a URL; None where they are.

    Without TLS only to this machine, unless `plain` allows it: what is sent can then be read and changed on its way.
    """
    if len(url) > LONGEST:
        return f"an address has at most {LONGEST} characters"
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in {"https", "http"} or not host:
        return "an address is https://host/path"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "an address has no user, no password and no fragment"
    if parts.scheme == "http" and host not in LOOPBACK and not plain:
        return "http:// is for this machine only; use https://, or --plain for a network that nobody else can read"
    return None

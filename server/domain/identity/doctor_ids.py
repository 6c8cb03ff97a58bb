"""Which text may stand for a doctor whom the hospital has not told yet: a plain short code. Pure.

A room's doctor is told to everybody in events, which are kept and copied; so nothing goes there that may be words
about a person, or a phone's or an identity card's number.
"""

import re

_PLAIN = re.compile(r"(?!.*\d{11})[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", re.ASCII)


def is_plain(id: str) -> bool:
    """Whether a text is 1 to 64 letters, digits, dots, dashes and the like, and holds no eleven digits in a row."""
    return _PLAIN.fullmatch(id) is not None

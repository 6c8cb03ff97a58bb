"""What the JSON of a request may hold: text that every database keeps, numbers that every reader reads."""

import json
import math
from decimal import Decimal

from server.domain.errors import HallError
from server.protocol.json_values import Json, JsonObject
from server.protocol.terms import ErrorCode

DEEPEST = 64
LARGEST_NUMBER = 2**53
"""Beyond it JavaScript and most JSON readers no longer know one whole number from the next."""


MOST_KEYS = 100
"""Of the object itself; each unknown one is an error to tell."""
LONGEST_NUMBER = 64
"""Characters of an exact number, and the largest power of ten in it."""


def read_json(data: bytes, *, exact: bool = False, most_values: int = 20_000) -> JsonObject:
    """The object that a body holds. Raises invalid for anything that is no plain JSON object, or has too much in it.

    `exact` keeps every digit of a number: fractions as Decimal, whole numbers of any size up to 64 digits.
    `most_values` are counted by the signs between them, before anything is read: two bytes may make an object.
    """
    if data.count(b",") + data.count(b"[") + data.count(b"{") > most_values:
        raise HallError(ErrorCode.INVALID, f"the body holds more than {most_values} values")
    whole, fraction = (_exact_whole, _exact) if exact else (_whole, _finite)
    try:
        raw = json.loads(data or b"{}", parse_int=whole, parse_float=fraction, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, _Unfit) else "the body is not JSON"
        raise HallError(ErrorCode.INVALID, reason) from None
    if not isinstance(raw, dict):
        raise HallError(ErrorCode.INVALID, "the body is a JSON object")
    if len(raw) > MOST_KEYS:
        raise HallError(ErrorCode.INVALID, f"the body has more than {MOST_KEYS} fields")
    if b"\\u" in data or data.count(b"[") + data.count(b"{") > DEEPEST:
        _look_through(raw)
    return raw


class _Unfit(ValueError):
    """It is JSON, but of a kind that not everybody could read again."""


def _whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > LARGEST_NUMBER:  # the length first: reading endless digits takes its time
        raise _Unfit("a number is too large")
    return int(text)


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise _Unfit("a number is too large")
    return number


def _exact_whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise _Unfit("a number is too large")
    return int(text)


def _exact(text: str) -> Decimal:
    number = Decimal(text)
    if len(text) > LONGEST_NUMBER or abs(number.adjusted()) > LONGEST_NUMBER:
        raise _Unfit("a number is too large")
    return number


def _no_number(text: str) -> float:
    raise _Unfit(f"{text} is no number of JSON")


def _look_through(raw: JsonObject) -> None:
    """Raises invalid for text with NUL or half a surrogate pair, which only an escape can bring, and for deep nests."""
    layer: list[Json] = [raw]
    for _ in range(DEEPEST):
        layer = [inner for value in layer for inner in _inside(value)]
        if not layer:
            return
    raise HallError(ErrorCode.INVALID, f"the body is nested deeper than {DEEPEST}")


def _inside(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, str) and not is_text(value):
        raise HallError(ErrorCode.INVALID, "a text holds a character that is none")
    return []


def is_text(value: str) -> bool:
    """Whether every database can keep this text: no NUL, no half of a surrogate pair."""
    return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)

"""What a body may hold, and that it is read as it was sent."""

import json

import pytest

from server.domain.errors import HallError
from server.web.bodies import LARGEST_NUMBER, read_json

PLAIN = {
    "less than nothing": -5, "broken": -2.5, "none": 0, "last": LARGEST_NUMBER, "first": -LARGEST_NUMBER, "small": 1e-9,
    "text": "𠮷㐂䶮 \\u0041 张\n", "yes": True, "nothing": None, "list": [1, [-2, {"a": "é"}]],
}  # fmt: skip
UNFIT = [
    b'{"a": 9007199254740993}', b'{"a": -9007199254740993}', b'{"a": 1e999}', b'{"a": NaN}', b'{"a": -Infinity}',
    b'{"a": "\\u0000"}', b'{"a": "\\ud800"}', b'{"\\u0000": 1}', b'{"a": ' + b"[" * 80 + b"]" * 80 + b"}", b"[]", b"{",
    b"\xff", b'{"a": ' + b"9" * 100_000 + b"}",
]  # fmt: skip


@pytest.mark.parametrize("escaped", [True, False])
def test_a_plain_body_is_read_as_it_was_sent(escaped):
    assert PLAIN == read_json(json.dumps(PLAIN, ensure_ascii=escaped).encode())


@pytest.mark.parametrize("body", UNFIT, ids=lambda body: body[:24].decode("latin1"))
def test_what_not_everybody_could_read_again_is_refused(body):
    with pytest.raises(HallError, match="invalid"):
        read_json(body)

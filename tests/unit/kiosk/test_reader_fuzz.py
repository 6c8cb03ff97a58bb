"""Noise on a reader's line: bytes of any kind, bursts, lines without end. The kiosk goes on and can be drawn."""

import json

import pytest

from tests.support.fuzzing_readers import fuzz_reader

pytest.importorskip("serial", reason="no pyserial")


def test_no_noise_on_the_line_ends_the_kiosk():
    """The long run is `python -m tests.bench.fuzz reader`."""
    heard, asked = fuzz_reader(400, 1, json.dumps)
    assert 50 < heard
    assert 0 < asked <= heard

"""Where a machine stands, as `device add --place` takes it."""

import pytest

from server.domain.errors import HallError
from server.services.access.devices import place_from


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("一楼大厅", {"zh": "一楼大厅"}),
        ("zh=一楼大厅;en=Ground floor", {"zh": "一楼大厅", "en": "Ground floor"}),
        (" en = Ground floor ; zh = 一楼大厅 ;", {"zh": "一楼大厅", "en": "Ground floor"}),
        ("3号楼; 二层", {"zh": "3号楼; 二层"}),
    ],
)
def test_a_place_is_chinese_or_named_by_language(text, place):
    assert place == place_from(text)


@pytest.mark.parametrize("text", ["", "  ", "zh=", "zh=一楼;zh=二楼", "一" * 101, "一楼\n二楼"])
def test_a_place_that_says_nothing_or_too_much_is_refused(text):
    with pytest.raises(HallError, match="a place is"):
        place_from(text)

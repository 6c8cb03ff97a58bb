"""What a room is called in public where its own name says what is treated there."""

import pytest

from server.domain.privacy.room_names import neutral_room


@pytest.mark.parametrize(
    ("names", "neutral"),
    [
        ({"zh": "妇科二诊室"}, {"zh": "二诊室"}),
        ({"zh": "妇科2诊室", "en": "Gynaecology room 2"}, {"zh": "2诊室", "en": "Room 2"}),
        ({"zh": "妇科十二诊室", "en": "Gynaecology"}, {"zh": "十二诊室", "en": "Room 12"}),
        ({"zh": "3号楼2层妇科B5诊室", "en": "Women's clinic B5"}, {"zh": "B5诊室", "en": "Room B5"}),
        ({"zh": "感染科第3诊室", "yue": "感染科第3診室"}, {"zh": "3诊室", "yue": "3診室"}),
        ({"zh": "外科1", "en": "Surgery 1"}, {"zh": "1诊室", "en": "Room 1"}),
        ({"zh": "201诊室", "en": "Room 201"}, {"zh": "201诊室", "en": "Room 201"}),
        ({"zh": "艾滋病药房3号窗口", "en": "HIV pharmacy window 3"}, {"zh": "3号窗口", "en": "Window 3"}),
        ({"zh": "肛肠科CT3室"}, {"zh": "3诊室"}),
        ({"en": "Psychiatry room 7"}, {"en": "Room 7"}),
    ],
)
def test_only_the_number_is_left_of_a_rooms_name(names, neutral):
    """S22: the loudspeaker said 妇科二诊室 for a queue that shows numbers only."""
    assert neutral == neutral_room(names)


@pytest.mark.parametrize("name", ["妇科诊室", "门诊2楼妇科", "妇科一区诊室", "Gynaecology", ""])
def test_a_name_without_a_rooms_number_gives_none(name):
    """S22: a wrong door is worse than a name; the hall file has to say it."""
    assert None is neutral_room({"zh": name})

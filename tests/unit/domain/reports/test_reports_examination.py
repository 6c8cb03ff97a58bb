import pytest

from server.domain.reports.examination import is_examination


@pytest.mark.parametrize(
    ("words", "examined"),
    [
        (["胸部CT平扫", "RAD", "Radiology"], True),
        (["十二导联心电图"], True),
        (["Chest X-ray", "imaging"], True),
        (["血常规", "LAB"], False),
        (["沙眼衣原体", "CT", "LAB"], False),
        (["放射免疫分析"], False),
        (["超声引导下穿刺病理", "LAB"], False),
        ([], False),
    ],
)
def test_a_report_of_an_examination_is_told_from_one_of_a_specimen(words, examined):
    """P18: an ECG must not say that it answers for the specimen only."""
    assert is_examination(words) is examined

import pytest
from PIL import ImageOps

from hardware.escpos.documents import ListDocument, ReportDocument
from hardware.escpos.listing import draw_list
from hardware.escpos.render import Unprintable, render
from hardware.escpos.report import draw_report, flag_text
from tests.support.printers import MOMENT, P58, P80, differing_dots, make_job, make_report, report_job, strip


def drawn(profile=P80, items=40, **changes):
    return draw_report(ReportDocument.model_validate(make_report(items, **changes)), profile, MOMENT)


@pytest.mark.parametrize(
    ("flag", "zh", "en"),
    [
        ("H", "↑高", "↑H"),
        ("l", "↓低", "↓L"),
        ("HH", "↑↑\n危急", "↑↑\nHH"),
        ("LL", "↓↓\n危急", "↓↓\nLL"),
        ("A", "异常", "* A"),
        ("N", "", ""),
        (None, "", ""),
        ("X?", "X?", "X?"),
    ],
)
def test_a_flag_is_an_arrow_and_a_word(flag, zh, en):
    assert zh == flag_text(flag, "zh")
    assert en == flag_text(flag, "en")


@pytest.mark.parametrize("profile", [P80, P58], ids=["80mm", "58mm"])
@pytest.mark.parametrize("language", ["zh", "en", "yue"])
def test_forty_items_are_two_pages_of_the_papers_width_and_reach_their_foot(profile, language):
    pages = drawn(profile, language=language)
    assert 2 == len(pages)
    for page in pages:
        assert page.width == profile.width
        printed = ImageOps.invert(page.convert("L")).getbbox()
        assert page.height - printed[3] < 40  # the foot is printed, not white


def test_every_item_is_on_paper():
    heights = [sum(page.height for page in drawn(items=count)) for count in (1, 2, 10, 25)]
    assert heights == sorted(set(heights))
    for number in (0, 17, 39):
        report = make_report()
        report["items"][number]["result"] = "77777"
        changed = draw_report(ReportDocument.model_validate(report), P80, MOMENT)
        assert 0 < differing_dots(strip(drawn()), strip(changed))


def test_a_summary_says_that_it_is_none_and_a_formal_report_does_not():
    summary, formal = drawn(items=3), drawn(items=3, formal=True)
    assert summary[0].height > formal[0].height


def test_a_correction_says_which_version_it_is():
    assert drawn(items=3, version=2)[0].height > drawn(items=3)[0].height
    assert drawn(items=3, status="amended")[0].height > drawn(items=3)[0].height


def test_a_reprint_names_its_count_time_and_terminal():
    assert drawn(items=3, copy_number=1)[0].height > drawn(items=3)[0].height
    one, two = drawn(items=3, copy_number=1), drawn(items=3, copy_number=2)
    assert 0 < differing_dots(one[0], two[0])


def test_the_longest_texts_stay_on_the_paper():
    item = {
        "name": "抗环瓜氨酸肽抗体" * 5,
        "result": "1:1280核颗粒型",
        "flag": "HH",
        "unit": "mL/min/1.73m²",
        "range": "阴性<1:100,弱阳性1:100-1:320",
    }
    for profile in (P80, P58):
        report = ReportDocument.model_validate(make_report(0) | {"items": [item] * 3})
        page = draw_report(report, profile, MOMENT)[0]
        right_edge = page.crop((page.width - 1, 0, page.width, page.height)).histogram()[0]
        assert right_edge < 60  # rules and the black band only


def test_an_empty_report_is_one_page():
    assert 1 == len(drawn(items=0))


def test_a_list_has_a_line_for_each_who_waits_and_says_how_many():
    rows = [
        {"number": f"A{count:03}", "display_name": "张*三", "queue": "内科", "state": "waiting", "since": MOMENT}
        for count in range(200)
    ]
    for profile in (P80, P58):
        few = draw_list(ListDocument(printed_at=MOMENT, rows=rows[:3]), profile)
        many = draw_list(ListDocument(printed_at=MOMENT, rows=rows), profile)
        assert 1 == len(few)
        assert sum(page.height for page in many) > 30 * 200
        assert {profile.width} == {page.width for page in many}


def test_an_empty_list_says_that_nobody_waits():
    assert 1 == len(draw_list(ListDocument(printed_at=MOMENT, timezone="Asia/Shanghai"), P80))


def test_a_job_is_drawn_by_its_kind_and_marked_by_its_copy_number():
    assert 1 == len(render(make_job(), P80, MOMENT))
    assert 2 == len(render(report_job(), P80, MOMENT))
    copy = render(make_job(copy_number=2), P80, MOMENT)[0]
    assert copy.height > render(make_job(), P80, MOMENT)[0].height


@pytest.mark.parametrize(
    "job",
    [
        make_job(slip=None),
        make_job(kind="poster"),
        make_job(kind="report", document=None),
        make_job(kind="report", document={"items": 5}),
        make_job(kind="report", document=make_report(1, timezone="Mars/Olympus")),
        make_job(kind="list", document={"rows": []}),
    ],
    ids=["no slip", "unknown kind", "no document", "wrong items", "wrong time zone", "no time"],
)
def test_a_job_that_cannot_be_drawn_is_named_and_not_half_drawn(job):
    with pytest.raises(Unprintable):
        render(job, P80, MOMENT)

import pytest
from PIL import ImageOps

from hardware.escpos.layout.documents import ListDocument, ReportDocument
from hardware.escpos.layout.render import Unprintable, render
from hardware.escpos.layout.report import draw_report
from hardware.escpos.layout.waiting_list import draw_list
from hardware.escpos.layout.words import when
from hardware.jobs import print_job
from hardware.ports import Outcome, Reason
from server.protocol.terms import PrintJobState
from tests.support.laboratory_day import DAY, report, result, text
from tests.support.printers import MOMENT, P58, P80, differing_dots, make_job, make_report, report_job, strip


def drawn(profile=P80, items=40, **changes):
    return draw_report(ReportDocument.model_validate(make_report(items, **changes)), profile, MOMENT)


def read(document, profile=P80):
    return draw_report(ReportDocument.model_validate(document), profile, MOMENT)


@pytest.mark.parametrize("profile", [P80, P58], ids=["80mm", "58mm"])
@pytest.mark.parametrize("language", ["zh", "en", "yue"])
def test_forty_items_are_a_few_pages_of_the_papers_width_and_reach_their_foot(profile, language):
    pages = drawn(profile, language=language)
    assert 2 <= len(pages) <= 3
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


@pytest.mark.parametrize("profile", [P80, P58], ids=["80mm", "58mm"])
@pytest.mark.parametrize("name", DAY)
def test_a_laboratorys_day_stays_on_the_paper(profile, name):
    """R1, P18: twelve shapes of report, from a blood count to a CT; nothing touches an edge of the paper."""
    for page in read(DAY[name], profile):
        assert page.width == profile.width
        for edge in (0, page.width - 1):
            assert page.crop((edge, 0, edge + 1, page.height)).histogram()[0] < 130  # rules and black bands only


def test_a_report_of_text_alone_is_printed_whole():
    """P18: an imaging report has no results, only findings and a conclusion."""
    short, long = (read(report("CT", [text("检查所见", "未见异常。" * times)])) for times in (10, 100))
    assert sum(page.height for page in long) > sum(page.height for page in short) + 30 * 20
    plain, concluded = (
        read(report("CT", [text("检查所见", "未见异常。")], conclusion=said)) for said in ([], ["正常"])
    )
    assert concluded[0].height > plain[0].height


def test_what_was_sent_with_a_result_is_on_the_paper():
    """R1, P6: notes of a line, notes and conclusion of a report each take room."""
    line = result("钾", "5.1", "mmol/L", "N", "3.5-5.3")
    bare = read(report("电解质", [line]))[0].height
    assert read(report("电解质", [{**line, "notes": ["标本溶血"]}]))[0].height > bare
    assert read(report("电解质", [line], notes=["标本溶血"]))[0].height > bare
    assert read(report("电解质", [line], conclusion=["建议复查"]))[0].height > bare


def test_a_text_longer_than_a_page_goes_on_with_the_head_repeated():
    pages = read(report("病理", [text("镜下所见", "瘤细胞呈巢状排列，" * 300)]))
    assert len(pages) > 2
    assert all(page.height < 2600 for page in pages)


@pytest.mark.parametrize(
    ("sent", "printed"),
    [
        ("2026", "2026"),
        ("2026-11", "2026-11"),
        ("2026-11-28", "2026-11-28"),
        ("2026-11-28T00:12:00Z", "2026-11-28 08:12"),
        ("2026-11-28T00:12:00.5+08:00", "2026-11-28 00:12"),
        ("2026-11-28T00:12:00Z/2026-11-28T00:30:00Z", "2026-11-28 08:12–08:30"),
        ("2026-11-28T00:12:00Z/2026-11-29T00:30:00Z", "2026-11-28 08:12 – 2026-11-29 08:30"),
        ("2026-11/2026-12", "2026-11 – 2026-12"),
        ("2026-11-28/", "2026-11-28"),
        ("2026-11-28T25:00:00Z", "2026-11-28T25:00:00Z"),
    ],
)
def test_a_date_is_printed_as_a_date_and_an_instant_on_the_hospitals_clock(sent, printed):
    """P14: a day is no midnight somewhere else."""
    assert printed == when(sent, "Asia/Shanghai")


def test_a_completed_report_is_no_correction():
    """P5: version 2 that follows a preliminary one voids nothing that was printed."""
    final = read(report("电解质", [result("钾", "5.1")], version=2, corrected=False))[0]
    assert final.height == read(report("电解质", [result("钾", "5.1")]))[0].height
    corrected = read(report("电解质", [result("钾", "5.1")], version=2, corrected=True))[0]
    assert corrected.height > final.height


class Fine:
    """A printer that prints everything."""

    url, profile = "virtual://", P80

    def print_pages(self, pages):
        return Outcome(PrintJobState.PRINTED, Reason.FINE, "fine")


@pytest.mark.parametrize("profile", [P80, P58], ids=["80mm", "58mm"])
@pytest.mark.parametrize(
    "value",
    [
        "黄色\r\n清",
        "\r",
        "a\x00b\x1bc",
        "\ud800",
        "\u202e12.5\u202c",
        "مرحبا\r\nسلام",
        "\U000e0100",
        "\t",
        "9" * 20,
        "　",
    ],
    ids=ascii,
)
def test_any_character_of_a_result_is_printed_or_left_out(profile, value):
    """O1: a carriage return in a value ended the print station."""
    line = result(value, value, value, "H", value, 0, value)
    pages = read(report(value, [line], notes=[value], conclusion=[value], operator=value), profile)
    assert all(page.width == profile.width for page in pages)


@pytest.mark.parametrize(
    "document",
    [
        report("长", [result("值", "9" * 60)]),
        report("长", [text("值", "很长" * 20_000)]),
        {"items": [{"kind": "result", "level": "deep", "name": 7}], "copy_number": -1},
        {"patient": None},
    ],
    ids=["a number wider than the paper", "metres of text", "a wrong count", "no patient"],
)
def test_a_report_that_cannot_be_drawn_fails_and_the_station_lives(document):
    """O1: print_job raises nothing, and says what is wrong without a word of the content."""
    job = report_job().model_copy(update={"document": document})
    outcome = print_job(job, Fine(), MOMENT)
    assert (PrintJobState.FAILED, Reason.UNPRINTABLE, "report") == (outcome.state, outcome.reason, outcome.evidence)


def test_a_fault_nobody_thought_of_fails_its_job_only(monkeypatch):
    """O1: whatever a library raises while drawing, the next job is still printed."""
    monkeypatch.setattr(
        "hardware.jobs.render", lambda *_: (_ for _ in ()).throw(RuntimeError("raqm_layout() failed 张三"))
    )
    outcome = print_job(report_job(), Fine(), MOMENT)
    assert (PrintJobState.FAILED, "RuntimeError") == (outcome.state, outcome.evidence)


def test_a_line_of_an_unknown_kind_or_with_fields_missing_is_still_printed():
    """P6: an older or newer server must not stop the station."""
    lines = [{"kind": "picture", "name": "心电图", "level": 9}, {}, {"name": None, "notes": None}, {"result": 5.6}]
    assert 1 == len(read({"items": lines, "conclusion": "正常", "notes": None}))


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

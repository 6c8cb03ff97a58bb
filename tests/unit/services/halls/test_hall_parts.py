"""The part of a hall file that an administrator of one hall sees and changes."""

import pytest

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode
from server.services.halls import hall_file
from server.services.halls.parts import cut, put_back, seen_by
from tests.support.api import HALLS

COMMENTED = HALLS.replace('[[hall]]\nid = "H2"', '# surgery, floor 3\n[[ hall ]] # second\nid = "H2"')
CONTEXT = None
"""Without one, scales are not looked up."""


def refused(given, hall="H1", current=COMMENTED):
    with pytest.raises(HallError) as caught:
        put_back(current, given, hall, CONTEXT)
    return caught.value


def test_a_file_is_cut_by_halls_and_nothing_of_it_is_lost():
    """S3: comments stay with the hall they stand above."""
    parts = cut(COMMENTED)
    assert COMMENTED == parts.head + "".join(parts.halls.values())
    assert parts.halls["H2"].startswith("# surgery, floor 3\n[[ hall ]]")
    assert "surgery" not in seen_by(COMMENTED, "H1")
    assert {"H1"} == {hall.id for hall in hall_file.read(seen_by(COMMENTED, "H1")).hall}


@pytest.mark.parametrize("hall", ["H1", "H2"])
def test_an_edited_part_is_put_back_and_the_rest_is_as_it_was(hall):
    """S3: an administrator of one hall changes that hall."""
    edited = seen_by(COMMENTED, hall).replace('zh = "1诊室"', 'zh = "一诊室"').replace('zh = "外科1"', 'zh = "外一"')
    file, text = put_back(COMMENTED, edited, hall, CONTEXT)
    other = "H2" if hall == "H1" else "H1"
    assert cut(text).halls[other] == cut(COMMENTED).halls[other]
    assert ["H1", "H2"] == [part.id for part in file.hall]
    assert text == COMMENTED.replace('"1诊室"', '"一诊室"' if hall == "H1" else '"1诊室"').replace(
        '"外科1"', '"外一"' if hall == "H2" else '"外科1"'
    )


def test_the_whole_file_with_the_rest_unchanged_is_taken_too():
    """S3: what is the same changes nothing."""
    _, text = put_back(COMMENTED, COMMENTED.replace('"1诊室"', '"一诊室"'), "H1", CONTEXT)
    assert text == COMMENTED.replace('"1诊室"', '"一诊室"')


ELSEWHERE = {
    "another hall renamed": (COMMENTED.replace("外科候诊区", "我的"), "hall H2"),
    "a hall added": (COMMENTED + '[[hall]]\nid = "H3"\nname = {zh = "三"}\n', "hall H3"),
    "the hospital renamed": (COMMENTED.replace("示范医院", "我的医院"), "hospital"),
    "another time zone": (COMMENTED.replace("Asia/Shanghai", "Asia/Urumqi"), "hospital"),
    "the own hall left out": (seen_by(COMMENTED, "H2"), "hall H1"),
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_what_is_not_of_the_own_hall_is_refused_by_name(what):
    """S3: an administrator of H1 renamed H2."""
    given, where = ELSEWHERE[what]
    error = refused(given)
    assert (ErrorCode.FORBIDDEN, [where]) == (error.code, [fault["where"] for fault in error.extra["errors"]])


def test_a_fault_that_shows_only_in_the_whole_is_named_with_the_line_of_the_part():
    """S3: station ids are unique in the hospital, also those one does not see."""
    given = seen_by(COMMENTED, "H2").replace('id = "S1"', 'id = "R1"')
    error = refused(given, "H2")
    (fault,) = [fault for fault in error.extra["errors"] if fault["line"]]
    assert ErrorCode.HALL_FILE_REJECTED == error.code
    assert 'id = "R1"' == given.splitlines()[fault["line"] - 1]


@pytest.mark.parametrize(
    "text",
    [
        'hall = [{id = "H1", name = {zh = "一"}}, {id = "H2", name = {zh = "二"}}]\n[hospital]\nname = {zh = "院"}\n',
        '[[hall]]\nid = "H1"\nname = {}\n[[hall]]\nid = "H2"\nname = {}\n[hospital]\nname = {zh = "院"}\n',
    ],
)
def test_a_file_that_cannot_be_cut_shows_nothing_and_takes_nothing(text):
    """S3: rather refused than another hall's part shown or lost."""
    assert "" == seen_by(text, "H1")
    assert ErrorCode.FORBIDDEN == refused(text, current=text).code

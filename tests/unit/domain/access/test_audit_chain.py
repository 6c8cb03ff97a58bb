"""The chain names the first row that is not as it was, whatever was done to the trail."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.access.audit_chain import Anchor, Entry, Fault, Verdict, sealed, verify

KEY, OTHER = b"k" * 32, b"o" * 32
BEGAN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ROWS = 12


def entry(seq, **changes):
    given = {
        "hall_id": "H1",
        "seq": seq,
        "at": BEGAN + timedelta(seconds=seq),
        "actor": "nurse:mei",
        "device": "d1",
        "action": "patient.viewed",
        "object": f"p{seq}",
        "reason": None,
    }
    return Entry(**given | changes)


def chain(entries, key=KEY, previous=""):
    rows = []
    for one in entries:
        previous = sealed(key, previous, one)
        rows.append((one, previous))
    return rows


TRAIL = chain(entry(seq) for seq in range(1, ROWS + 1))
END = ROWS, TRAIL[-1][1]


def judged(rows, *, end=END, keys=(KEY,), epoch="e1", anchors=()):
    return verify(rows, keys, end=end, epoch=epoch, anchors=anchors)


def anchor(seq, epoch="e1", digest=None):
    return Anchor(BEGAN, "H1", epoch, seq, digest or TRAIL[seq - 1][1])


def test_a_trail_as_it_was_written_is_whole():
    assert Verdict(ROWS) == judged(TRAIL, anchors=[anchor(4), anchor(ROWS)])
    assert Verdict(0) == judged([], end=(0, ""))


@pytest.mark.parametrize(
    "change",
    [
        {"hall_id": "H2"}, {"at": BEGAN}, {"actor": "nurse:li"}, {"device": None}, {"action": "identify"},
        {"object": "p9"}, {"reason": "left"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_a_row_with_another_content_in_any_column_is_named(change):
    rows = [*TRAIL[:4], (entry(5, **change), TRAIL[4][1]), *TRAIL[5:]]

    assert (5, Fault.CHANGED) == (judged(rows).bad, judged(rows).fault)


def test_a_row_with_another_digest_is_named():
    rows = [*TRAIL[:4], (TRAIL[4][0], "0" * 64), *TRAIL[5:]]

    assert Verdict(4, 5, Fault.CHANGED) == judged(rows)


@pytest.mark.parametrize("gone", [1, 6, ROWS])
def test_a_row_that_was_taken_out_is_named(gone):
    assert Verdict(gone - 1, gone, Fault.MISSING) == judged([row for row in TRAIL if row[0].seq != gone])


def test_rows_that_changed_places_are_named():
    swapped = [*TRAIL[:4], (TRAIL[5][0]._replace(seq=5), TRAIL[5][1]), (TRAIL[4][0]._replace(seq=6), TRAIL[4][1])]

    assert Verdict(4, 5, Fault.CHANGED) == judged([*swapped, *TRAIL[6:]])


def test_a_row_that_was_put_in_is_named_though_the_later_ones_were_counted_on():
    later = [(one._replace(seq=one.seq + 1), digest) for one, digest in TRAIL[5:]]
    rows = [*TRAIL[:5], (entry(6, actor="nobody"), TRAIL[5][1]), *later]

    assert Verdict(5, 6, Fault.CHANGED) == judged(rows, end=(ROWS + 1, END[1]))


def test_a_trail_that_was_chained_anew_without_the_key_is_named_at_its_first_new_row():
    anew = chain((entry(seq, actor="nobody") for seq in range(5, ROWS + 1)), OTHER, TRAIL[3][1])

    assert Verdict(4, 5, Fault.CHANGED) == judged([*TRAIL[:4], *anew], end=(ROWS, anew[-1][1]))


def test_a_trail_that_was_cut_off_is_missed_by_the_halls_own_row_or_by_what_was_noted_outside():
    assert Verdict(8, 9, Fault.MISSING) == judged(TRAIL[:8])
    assert Verdict(8, 9, Fault.MISSING) == judged(TRAIL[:8], end=(8, TRAIL[7][1]), anchors=[anchor(4), anchor(10)])


def test_a_trail_that_was_chained_anew_with_the_key_is_named_by_what_was_noted_outside():
    anew = chain((entry(seq, actor="nobody") for seq in range(5, ROWS + 1)), KEY, TRAIL[3][1])
    rows, end = [*TRAIL[:4], *anew], (ROWS, anew[-1][1])

    assert Verdict(ROWS) == judged(rows, end=end), "the chain alone does not tell"
    assert Verdict(8, 9, Fault.NOT_ANCHORED) == judged(rows, end=end, anchors=[anchor(3), anchor(9)])


def test_an_end_that_the_hall_does_not_remember_is_named():
    assert Verdict(ROWS - 1, ROWS, Fault.NOT_REMEMBERED) == judged(TRAIL, end=(8, TRAIL[7][1]))


def test_what_a_restored_copy_replaced_is_counted_and_no_fault():
    anew = chain((entry(seq, action="alert.raised") for seq in range(9, 11)), KEY, TRAIL[7][1])
    rows, end = [*TRAIL[:8], *anew], (10, anew[-1][1])

    assert Verdict(10, replaced=2) == judged(rows, end=end, epoch="e2", anchors=[anchor(3), anchor(9), anchor(12)])


def test_rows_of_an_older_key_come_before_those_of_a_newer_one_and_never_after():
    newer = chain((entry(seq) for seq in range(7, ROWS + 1)), OTHER, TRAIL[5][1])
    back = chain([entry(ROWS + 1)], KEY, newer[-1][1])
    whole = [*TRAIL[:6], *newer]

    assert Verdict(ROWS) == judged(whole, keys=(KEY, OTHER), end=(ROWS, newer[-1][1]))
    assert Verdict(ROWS, ROWS + 1, Fault.CHANGED) == judged(
        [*whole, *back], keys=(KEY, OTHER), end=(ROWS + 1, back[-1][1])
    )

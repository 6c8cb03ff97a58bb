"""The cursor: whatever a network does to a stream, a follower ends equal to the truth or asks to reload."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from server.protocol.stream.cursor import Cursor, Inbox, Verdict


@dataclass(frozen=True)
class Frame:
    epoch: str
    seq: int


def test_the_next_fact_is_delivered_and_moves_the_cursor():
    offer = Cursor("e", 4).offer(Frame("e", 5))
    assert (Verdict.DELIVER, Cursor("e", 5)) == (offer.verdict, offer.cursor)


def test_a_fact_seen_before_is_a_duplicate_and_moves_nothing():
    for seq in (0, 3, 4):
        offer = Cursor("e", 4).offer(Frame("e", seq))
        assert (Verdict.DUPLICATE, Cursor("e", 4)) == (offer.verdict, offer.cursor)


def test_a_fact_too_far_ahead_is_a_gap_that_says_what_to_ask_for():
    offer = Cursor("e", 4).offer(Frame("e", 6))
    assert (Verdict.GAP, 4, Cursor("e", 4)) == (offer.verdict, offer.after, offer.cursor)


def test_a_fact_of_another_journal_is_stale_even_if_its_number_would_fit():
    assert Verdict.STALE is Cursor("e", 4).offer(Frame("f", 5)).verdict


@st.composite
def mangled_streams(draw):
    """A journal of one epoch, or of two with a cut between them, and what a network makes of its frames."""
    first = [Frame("e1", seq) for seq in range(1, draw(st.integers(0, 25)) + 1)]
    second = [Frame("e2", seq) for seq in range(1, draw(st.integers(0, 25)) + 1)] if draw(st.booleans()) else []
    truth = first + second
    arrived = draw(st.lists(st.sampled_from(truth), max_size=80)) if truth else []
    return first, second, arrived


def follow(first, second, arrived):
    """A follower in three lines per verdict, with the journal itself as the server to catch up from."""
    journal = second or first
    cursor, delivered, reloads = Cursor("e1", 0), [], 0

    def catch_up():
        nonlocal cursor, delivered, reloads
        if journal and journal[0].epoch != cursor.epoch:
            cursor, delivered, reloads = Cursor(journal[-1].epoch, journal[-1].seq), list(journal), reloads + 1
        for frame in journal[cursor.seq :]:
            cursor = cursor.offer(frame).cursor
            delivered.append(frame)

    for frame in arrived:
        offer = cursor.offer(frame)
        if offer.verdict is Verdict.DELIVER:
            cursor = offer.cursor
            delivered.append(frame)
        elif offer.verdict in (Verdict.GAP, Verdict.STALE):
            catch_up()
    catch_up()
    return delivered, reloads


@settings(deadline=None)
@given(mangled_streams())
def test_any_reorder_drop_or_duplicate_ends_equal_to_the_truth_or_asks_to_reload(stream):
    first, second, arrived = stream
    delivered, reloads = follow(first, second, arrived)
    assert (second or first) == delivered
    assert (1 if second else 0) == reloads


@settings(deadline=None)
@given(st.integers(0, 50), st.lists(st.tuples(st.sampled_from(["e", "f"]), st.integers(0, 60)), max_size=60))
def test_what_is_delivered_is_always_the_unbroken_continuation(start, arrived):
    cursor, delivered = Cursor("e", start), []
    for epoch, seq in arrived:
        offer = cursor.offer(Frame(epoch, seq))
        if offer.verdict is Verdict.DELIVER:
            delivered.append((epoch, seq))
        else:
            assert cursor == offer.cursor
        cursor = offer.cursor
    assert [("e", start + 1 + n) for n in range(len(delivered))] == delivered


def test_an_inbox_keeps_what_came_too_early_until_its_turn():
    inbox = Inbox(Cursor("e", 0))
    assert [] == inbox.take(Frame("e", 3))
    assert [] == inbox.take(Frame("e", 2))
    assert inbox.gap
    assert [Frame("e", 1), Frame("e", 2), Frame("e", 3)] == inbox.take(Frame("e", 1))
    assert not inbox.gap


def test_an_inbox_is_bounded_and_what_did_not_fit_is_a_gap_again():
    inbox = Inbox(Cursor("e", 0), room=1)
    inbox.take(Frame("e", 2))
    inbox.take(Frame("e", 3))
    assert [1, 2] == [frame.seq for frame in inbox.take(Frame("e", 1))]
    assert [3] == [frame.seq for frame in inbox.take(Frame("e", 3))]


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 40), st.randoms(use_true_random=False), st.floats(0, 0.9))
def test_an_inbox_delivers_any_shuffle_in_order_and_the_rest_after_one_question(start, length, dice, lost):
    truth = [Frame("e", start + 1 + n) for n in range(length)]
    arrived = [frame for frame in truth * 2 if dice.random() >= lost]
    dice.shuffle(arrived)
    inbox, delivered = Inbox(Cursor("e", start), room=10), []
    for frame in arrived:
        delivered += inbox.take(frame)
    assert truth[: len(delivered)] == delivered
    for frame in truth[inbox.cursor.seq - start :]:
        delivered += inbox.take(frame)
    assert truth == delivered
    assert not inbox.gap


def test_an_inbox_that_heard_of_another_journal_is_stale():
    inbox = Inbox(Cursor("e", 4))
    assert [] == inbox.take(Frame("f", 5))
    assert inbox.stale

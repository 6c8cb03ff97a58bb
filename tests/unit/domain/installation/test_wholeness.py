from server.domain.installation.wholeness import lost_since
from server.domain.numbering import after_a_restore


def test_a_mark_of_the_present_epoch_says_how_many_events_are_missing():
    assert 4 == lost_since(("e2", 16), "e2", 12, ["e1"])
    assert 0 == lost_since(("e2", 12), "e2", 12, ["e1"])
    assert 0 == lost_since(("e2", 10), "e2", 12, ["e1"])


def test_a_mark_of_a_former_epoch_is_old_news_of_another_node():
    """L6: marks of one node do not speak for another: that it went back is known already."""
    assert 0 == lost_since(("e1", 99), "e2", 12, ["e1"])


def test_a_mark_of_an_epoch_that_the_journal_never_had_is_of_its_later_life():
    assert 4 == lost_since(("e3", 16), "e2", 12, ["e1"])
    assert 1 == lost_since(("e3", 12), "e2", 12, ["e1"])


def test_after_a_restore_a_queue_goes_on_behind_a_whole_days_numbers():
    assert 112 == after_a_restore(12, lost=None, busiest=40)
    assert 252 == after_a_restore(12, lost=8, busiest=240)
    assert 512 == after_a_restore(12, lost=500, busiest=240)

"""Which screens get the stream of pictures."""

from caller.wall.stream_places import KNOWN_SECONDS, Screens


def a_crowd(screens, address, count, now=0.0):
    return [screens.enter(address, now) for _ in range(count)]


def test_a_real_screen_is_served_though_a_crowd_has_taken_all_places():
    """S21: 66 anonymous streams left a screen with 503."""
    screens = Screens(most=64)
    crowd = a_crowd(screens, "10.0.0.66", 66)
    assert 64 == sum(one is not None for one in crowd)
    assert screens.enter("10.0.0.7", 1.0) is not None
    assert 1 == sum(one is not None and one.cut for one in crowd)
    assert screens.enter("10.0.0.66", 1.0) is None


def test_a_crowd_from_many_addresses_does_not_keep_a_known_screen_out():
    """S21: an address that has shown the wall for ten minutes has its place."""
    screens = Screens(most=64)
    wall = screens.enter("10.0.0.7", 0.0)
    screens.leave(wall, KNOWN_SECONDS)
    crowd = [screens.enter(f"10.0.1.{n}", KNOWN_SECONDS) for n in range(64)]
    assert screens.enter("10.0.2.1", KNOWN_SECONDS + 1) is None
    assert screens.enter("10.0.0.7", KNOWN_SECONDS + 1) is not None
    assert 1 == sum(one.cut for one in crowd)


def test_the_screen_at_the_caller_itself_is_always_served():
    """S21: loopback is known from the start."""
    screens = Screens(most=8)
    for n in range(8):
        screens.enter(f"10.0.1.{n}", 0.0)
    assert screens.enter("127.0.0.1", 0.0) is not None


def test_known_screens_are_not_cut_for_strangers():
    """S21: strangers take from an address that shows the wall only what it has beyond eight screens."""
    screens = Screens(most=10)
    walls = a_crowd(screens, "10.0.0.7", 10)
    later = [screens.enter(f"10.0.1.{n}", KNOWN_SECONDS) for n in range(10)]
    assert 8 == sum(not one.cut for one in walls)
    assert 2 == sum(one is not None and not one.cut for one in later)


def test_the_oldest_screens_of_an_address_stay():
    """S21: the wall that was there first is not cut for those who come behind the same address."""
    screens = Screens(most=4)
    first = screens.enter("10.0.0.7", 0.0)
    rest = a_crowd(screens, "10.0.0.7", 3)
    screens.enter("10.0.0.8", 0.0)
    assert [False, False, False, True] == [one.cut for one in (first, *rest)]

"""Which socket gets a place, and which gives one up."""

from server.live.socket_slots import JOIN_SECONDS, SocketSlots


def test_sockets_that_nobody_joined_take_no_place_of_devices():
    """S1: 340 sockets without a token left no thread for anybody."""
    places = SocketSlots(most=300, most_strangers=64)
    strangers = [places.enter("10.0.0.1", None, 0.0)[0] for _ in range(340)]
    assert 64 == sum(place is not None for place in strangers)
    assert all(places.enter("10.0.0.1", f"device {n}", 0.0)[0] for n in range(300))


def test_a_socket_that_does_not_join_is_overdue_after_five_seconds():
    """S1: and one that joined stays."""
    places = SocketSlots(most=2, most_strangers=2)
    idle, joined = (places.enter("10.0.0.1", None, 0.0)[0] for _ in range(2))
    assert (True, None) == places.join(joined, "device a")
    assert [] == places.overdue(JOIN_SECONDS - 0.1)
    assert [idle] == places.overdue(JOIN_SECONDS)


def test_a_device_that_shows_its_token_only_when_joining_gets_in_through_a_crowd():
    """S1: from another address at once, from the crowd's own when the oldest of it had its second."""
    places = SocketSlots(most=300, most_strangers=64)
    for _ in range(64):
        places.enter("10.0.0.1", None, 0.0)
    place, gives = places.enter("10.0.0.7", None, 0.1)
    assert place is not None
    assert "10.0.0.1" == gives.address
    assert (None, None) == places.enter("10.0.0.1", None, 0.5)
    assert places.enter("10.0.0.1", None, 1.0)[0] is not None


def test_each_device_gets_in_though_one_has_taken_all_places():
    """S1: one token may have many sockets while there is room; when there is none it gives up its oldest."""
    places = SocketSlots(most=10, most_strangers=4)
    many = [places.enter("10.0.0.1", "device a", 0.0)[0] for _ in range(10)]
    place, gives = places.enter("10.0.0.2", "device b", 1.0)
    assert place is not None
    assert many[0] is gives
    assert (None, None) == places.enter("10.0.0.1", "device a", 1.0)


def test_one_that_joins_late_takes_the_place_of_who_has_most():
    """S1: also when its token came with the join only."""
    places = SocketSlots(most=3, most_strangers=4)
    for _ in range(3):
        places.enter("10.0.0.1", "device a", 0.0)
    late = places.enter("10.0.0.2", None, 0.0)[0]
    there, gives = places.join(late, "device b")
    assert there
    assert "device a" == gives.owner


def test_one_whose_token_ended_is_cut_a_second_after_it_was_put_out():
    """S1: what has left its hall is a stranger again."""
    places = SocketSlots(most=3, most_strangers=4)
    place = places.enter("10.0.0.1", "device a", 0.0)[0]
    places.join(place, "device a")
    places.part(place, 100.0)
    assert [place] == places.overdue(101.0)
    places.leave(place)
    assert [] == places.overdue(200.0)

"""Which connection is cut when there are too many."""

from server.serving.arrivals import Arrivals, Rate


def test_a_thousand_silent_connections_leave_room_for_the_next():
    """S1: the oldest silent connection gives way, and there are never more than the limit."""
    arrivals = Arrivals(most_strangers=256, most_known=10)
    for number in range(1000):
        arrivals.add(number, "10.0.0.1", until=5.0)
        if (one := arrivals.surplus()) is not None:
            assert number - 256 == one
            arrivals.remove(one)
    assert 256 == len(arrivals)


def test_the_address_with_most_connections_gives_way_first():
    """S1: a browser at another address keeps its connection, though it is older."""
    arrivals = Arrivals(most_strangers=3, most_known=10)
    for one, address in (("browser", "10.0.0.7"), ("a", "10.0.0.1"), ("b", "10.0.0.1"), ("c", "10.0.0.1")):
        arrivals.add(one, address, until=5.0)
    assert "a" == arrivals.surplus()


def test_connections_that_carried_a_token_are_not_strangers():
    """S1: all kiosks of a hospital may come from one address."""
    arrivals = Arrivals(most_strangers=1, most_known=400)
    for number in range(300):
        arrivals.add(number, "10.0.0.1", until=75.0, known=True)
    arrivals.add("silent", "10.0.0.1", until=5.0)
    assert arrivals.surplus() is None
    assert ["silent"] == arrivals.overdue(6.0)


def test_a_byte_now_and_then_does_not_prolong_the_time():
    """S1: a request has five seconds from its first byte, however often another byte comes."""
    arrivals = Arrivals(1, 1)
    arrivals.add("slow", "10.0.0.1", until=75.0, known=True)
    arrivals.hurry("slow", 5.0)
    arrivals.hurry("slow", 9.0)
    assert ["slow"] == arrivals.overdue(5.0)


def test_who_is_gone_is_not_counted():
    arrivals = Arrivals(1, 1)
    arrivals.add("one", "10.0.0.1", until=5.0)
    arrivals.remove("one")
    assert (None, [], False) == (arrivals.oldest_stranger(), arrivals.overdue(9.0), "one" in arrivals)


def test_a_flood_passes_at_its_rate_and_others_may_come_after_it():
    """S1: 280 handshakes a second started a thread each."""
    rate = Rate(100)
    assert 100 == sum(rate.take(5.0) for _ in range(280))
    assert 50 == sum(rate.take(5.5) for _ in range(140))
    assert rate.take(7.0)

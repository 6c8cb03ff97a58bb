"""Real servers tell a real receiver: one that is killed before it could keep its cursor, one that is restarted."""

import pytest

from tests.support.hall import until
from tests.support.receiver import a_receiver


@pytest.mark.faults
def test_killed_after_a_delivery_the_server_delivers_again_under_the_same_id_and_goes_on(own_hall):
    hall = own_hall()
    with a_receiver() as receiver:
        receiver.secret = hall.command("integrations", "add", "his", receiver.url).split()[-1]
        receiver.answer = lambda number: (hall.kill() if number == 1 else None, 204)[1]
        hall.check_in("一")
        until(lambda: receiver.requests)
        until(lambda: hall.process is not None and not hall.process.is_alive())
        hall.start()
        hall.check_in("二")
        until(lambda: len(receiver.requests) == 3, within=60.0)  # the lease of the killed one has to end

        first, again, second = receiver.requests
        assert (first.id, first.content) == (again.id, again.content)
        assert second.id != first.id
        assert all(request.is_signed for request in receiver.requests)


def test_a_server_that_is_started_anew_delivers_what_happened_meanwhile_and_nothing_twice(own_hall):
    hall = own_hall()
    with a_receiver() as receiver:
        receiver.secret = hall.command("integrations", "add", "his", receiver.url).split()[-1]
        hall.check_in("一")
        until(lambda: len(receiver.requests) == 1)
        until(lambda: "0 behind" in hall.command("integrations", "list"))
        receiver.down()
        hall.check_in("二")
        hall.stop()
        receiver.up()
        hall.start()
        hall.check_in("三")
        until(lambda: len(receiver.requests) == 3)

        seqs = [request.data["seq"] for request in receiver.requests]
        assert sorted(set(seqs)) == seqs
        assert "0 dead" in hall.command("integrations", "list")

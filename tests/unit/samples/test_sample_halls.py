import tomllib

from server.demo.command import ROOMS
from server.demo.processes import ACCOUNTS, HALLS
from server.demo.scenario import QUEUES
from server.samples.halls import demo_hospital, plain_hall


def test_the_demo_hospital_has_three_halls_with_unlike_station_ids_and_prefixes():
    hospital = tomllib.loads(demo_hospital())
    stations = [station["id"] for hall in hospital["hall"] for station in hall["station"]]
    prefixes = [queue["prefix"] for hall in hospital["hall"] for queue in hall["queue"]]

    assert list(HALLS) == [hall["id"] for hall in hospital["hall"]]
    assert len(set(stations)) == len(stations)
    assert len(set(prefixes)) == len(prefixes)


def test_the_demo_plays_rooms_and_queues_that_the_hospital_has_and_leaves_the_doctors_room_alone():
    hospital = {hall["id"]: hall for hall in tomllib.loads(demo_hospital())["hall"]}
    left = {account.station for account in ACCOUNTS if account.role == "doctor"}

    for hall in HALLS:
        rooms = {station["id"] for station in hospital[hall]["station"]}
        assert rooms - left == set(ROOMS[hall])
        kinds = {queue["id"]: queue.get("kind", "clinic") for queue in hospital[hall]["queue"]}
        assert {queue for queue, kind in kinds.items() if kind == "clinic"} == set(QUEUES.get(hall, ()))


def test_a_plain_hall_has_as_many_rooms_as_asked_for_all_serving_its_one_queue():
    hall = tomllib.loads(plain_hall("H7", 12))["hall"][0]

    assert "H7" == hall["id"]
    assert 12 == len({station["id"] for station in hall["station"]})
    assert {hall["queue"][0]["id"]} == {queue for station in hall["station"] for queue in station["queues"]}

import csv
import io
from datetime import UTC, date, datetime, timedelta
from random import Random

from server.demo.scenario import LONGEST_STAY, appointments_csv, made_up_visits, patients_csv, visit_course
from server.samples.people import made_up_people

LENGTH = timedelta(hours=3, minutes=30)
BEGINS = datetime(2026, 5, 4, 0, 0, tzinfo=UTC)


def guests(count=200, seed=1):
    random = Random(seed)
    return made_up_visits(random, made_up_people(random, date(2026, 5, 4)), LENGTH, count, 1)


def test_a_morning_brings_everybody_within_it_and_in_order():
    arrivals = [guest.arrives for guest in guests()]

    assert sorted(arrivals) == arrivals
    assert timedelta(0) <= arrivals[0] <= arrivals[-1] < LENGTH


def test_both_halls_and_all_queues_have_guests_and_about_six_of_ten_are_booked():
    coming = guests()

    assert {("H1", "IM"), ("H1", "CARD"), ("H2", "SURG"), ("H2", "GYN")} == {(g.hall, g.queue) for g in coming}
    assert 100 <= sum(guest.slot is not None for guest in coming) <= 140


def test_the_files_to_import_name_every_guest_and_every_slot_once():
    coming = guests()
    patients = list(csv.DictReader(io.StringIO(patients_csv(coming))))
    slots = list(csv.DictReader(io.StringIO(appointments_csv(coming, BEGINS, pace=10.0))))

    assert {guest.record_number for guest in coming} == {row["record_number"] for row in patients}
    assert {guest.appointment for guest in coming if guest.slot is not None} == {row["id"] for row in slots}


def test_slots_come_faster_with_the_pace_and_are_as_short_as_the_server_takes_them():
    slots = list(csv.DictReader(io.StringIO(appointments_csv(guests(), BEGINS, pace=10.0))))
    widths = {datetime.fromisoformat(row["slot_end"]) - datetime.fromisoformat(row["slot_start"]) for row in slots}
    starts = sorted({datetime.fromisoformat(row["slot_start"]) for row in slots})

    assert {timedelta(minutes=15)} == widths
    assert BEGINS == starts[0]
    assert timedelta(minutes=3) == starts[1] - starts[0]


def test_visits_end_in_every_way_and_none_is_endless():
    random = Random(1)
    fates = [visit_course(random) for _ in range(600)]

    assert {"finish", "hold", "transfer", "other hall"} == {it.end for it in fates}
    assert 0 < sum(not it.comes for it in fates) < 80
    assert max(it.stay for it in fates) <= LONGEST_STAY

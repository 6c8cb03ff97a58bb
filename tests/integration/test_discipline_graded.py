"""A graded queue through the services: band 1 for the first level that queues, all others by waiting over target."""

from datetime import datetime
from random import Random

import pytest

from tests.support.api import an_api
from tests.support.disciplined import arrive, hall_file, later

GRADED = hall_file(mode="graded")
TARGET = {"Ⅲ": 30, "Ⅳa": 60, "Ⅳb": 120}
CREDIT = {"军": 20, "残": 15, "孕": 15, "老": 15, "转": 10}


def graded(api, number: int, grade: str, *tags: str):
    ticket = arrive(api, number, role="console", tags=list(tags), evidence="card")[1]["ticket"]
    status, body = api.post(f"/tickets/{ticket['id']}/triage", {"grade": grade})
    assert 200 == status, body
    return body["ticket"]


def test_level_three_shares_with_the_less_urgent_and_does_not_starve_them():
    with an_api(GRADED) as api:
        slow = graded(api, 1, "Ⅳa")
        later(api, minutes=40)
        quick = graded(api, 2, "Ⅲ")
        first = graded(api, 3, "Ⅱ")
        later(api, minutes=5)

        assert ["urgent", "ordinary", "ordinary"] == [one["lane"] for one in (first, quick, slow)]
        called = []
        for _ in range(3):
            called.append(api.call("R1")["id"])
            api.act(called[-1], "finish")
        assert [first["id"], slow["id"], quick["id"]] == called, "45 of 60 minutes go before 5 of 30"


@pytest.mark.parametrize("seed", [1])
def test_a_random_day_is_called_as_the_formula_says(seed):
    """The oracle looks at everybody who waits and knows nothing of lanes, heads or order keys."""
    random, waiting, called = Random(seed), {}, 0
    with an_api(GRADED) as api:
        for number in range(90):
            later(api, minutes=random.choice((1, 2, 3, 5)))
            now = datetime.fromisoformat(api.at)
            if random.random() < 0.55:
                tags = [random.choice("军残孕老转")] if random.random() < 0.25 else []
                grade = random.choice(("Ⅱ", "Ⅲ", "Ⅳa", "Ⅳa", "Ⅳb"))
                credit = max((CREDIT[tag] for tag in tags), default=0)
                waiting[graded(api, number, grade, *tags)["id"]] = (now, grade, credit, number)
            elif waiting:
                ticket = api.call("R1")
                assert ticket["id"] == _next(waiting, now)
                del waiting[ticket["id"]]
                called += 1
                api.act(ticket, "finish")
    assert called > 20


def _next(waiting: dict, now: datetime) -> str:
    def minutes(id: str) -> float:
        return (now - waiting[id][0]).total_seconds() / 60

    first = [id for id, (_, grade, _, _) in waiting.items() if grade == "Ⅱ"]
    if first:
        return min(first, key=lambda id: waiting[id][3])
    guarded = any(minutes(id) / TARGET[grade] >= 1.5 for id, (_, grade, _, _) in waiting.items())

    def share(id: str) -> tuple[float, int]:
        _, grade, credit, number = waiting[id]
        return (minutes(id) + (0 if guarded else credit)) / TARGET[grade], -number

    return max(waiting, key=share)

from datetime import date
from itertools import islice
from random import Random

import pytest
from stdnum.cn import ric

from server.samples.people import identity_number, made_up_people

TODAY = date(2026, 5, 4)


def people(count, seed=1, **share):
    return list(islice(made_up_people(Random(seed), TODAY, **share), count))


def test_every_identity_number_passes_the_checks_a_real_one_passes():
    numbers = [person.document for person in people(500) if person.document_kind == "ric"]

    assert [number for number in numbers if not ric.is_valid(number)] == []


def test_no_identity_number_carries_a_countys_code_so_it_is_nobodys():
    numbers = [person.document for person in people(500) if person.document_kind == "ric"]

    assert {"110000"} == {number[:6] for number in numbers}


def test_an_identity_number_tells_the_birth_date_and_the_sex_of_its_person():
    for person in people(200, foreign_share=0.0):
        assert person.birth_date.strftime("%Y%m%d") == person.document[6:14]
        assert (person.sex == "male") == (int(person.document[16]) % 2 == 1)


@pytest.mark.parametrize(("birth_date", "order", "expected"), [(date(1960, 2, 3), 123, "110000196002031234")])
def test_the_check_character_is_the_standards(birth_date, order, expected):
    assert expected == identity_number(birth_date, order)


def test_the_same_seed_gives_the_same_people_and_another_gives_others():
    assert people(30) == people(30)
    assert people(30) != people(30, seed=2)


def test_no_two_people_share_a_document():
    assert len({person.document for person in people(2000)}) == 2000


def test_a_day_of_them_has_foreign_names_dotted_names_and_rare_characters():
    names = "".join(person.name for person in people(1000))

    assert {"𠮷", "㐂", "䶮", "·", "ü"} <= set(names)

"""O2: no text makes the reading of a hall file or rule file take long, or the memory."""

import tomllib

import pytest

from server.domain.errors import HallError
from server.domain.files import toml_text
from server.services.halls import hall_file
from server.services.halls.faults import MOST_FAULTS

HEAD = '[hospital]\nname = {zh = "院"}\n'
HALL = '[[hall]]\nid = "H"\nname = {zh = "区"}\n'
QUEUE = '[[hall.queue]]\nid = "Q"\nname = {zh = "科"}\nprefix = "A"\n'
BOMBS = {
    "sixty thousand parts of one key": (".".join("a" * 30_000) + "=1", "a key has more than 8 parts"),
    "the same, quoted": ('."a"' * 9 + "=1", "a key has more than 8 parts"),
    "larger than any hospital's": ("#" * 70_000, "larger than 64 kB"),
    "lists inside lists": (f"{HEAD}a = {'[' * 3000}", "nested deeper than 16"),
    "tables inside tables": (f"{HEAD}a = {'{a=' * 3000}", "nested deeper than 16"),
    "thousands of keys": ("a=1\n" * 9000, "more than 8000 keys"),
    "thousands of tables": ("[a]\n" * 7000, "more than 6000 tables or lists"),
    "a text without an end": (f'{HEAD}a = """' + '\\"""' * 9000, "nterminated"),
    "a number of twenty thousand digits": (f"{HEAD}a = {'9' * 20_000}", "digits"),
    "a date that is none": (f"{HEAD}a = 2026-02-31", ""),
    "half a surrogate pair": (f'{HEAD}a = "\ud800"', ""),
}


def faults(text: str) -> list[dict]:
    with pytest.raises(HallError) as refused:
        hall_file.read(text)
    assert "hall_file_rejected" == refused.value.code.value
    return refused.value.extra["errors"]


@pytest.mark.parametrize("name", BOMBS)
def test_a_hall_file_that_would_take_long_is_refused_at_once(name):
    """O2: the parser itself needs 1 GB for sixteen thousand parts of a key; the sight before it sees that."""
    text, reason = BOMBS[name]
    assert reason in faults(text)[0]["reason"]


@pytest.mark.parametrize(
    "text",
    [
        "[hospital]\n" + "".join(f"k{n} = 1\n" for n in range(5000)),
        "".join(f"[a{n}]\n" for n in range(5000)),
        HEAD + HALL * 90,
        HEAD + HALL + QUEUE * 90,
        HEAD + HALL + QUEUE + "[hall.queue.rules]\n" + "".join(f"r{n} = 1\n" for n in range(99)),
        HEAD + HALL + QUEUE + f"[[hall.station]]\nid='R'\nname={{}}\nqueues={[f'q{n}' for n in range(99)]}",
    ],
)
def test_of_thousands_of_faults_the_first_fifty_are_told(text):
    """O2: a hint was looked for each of 4,000 unknown keys, and the file walked through for each: 33 s."""
    assert MOST_FAULTS == len(faults(text))


def test_a_key_of_sixty_thousand_letters_is_told_in_a_line():
    """O2: siblings: what a fault repeats of the file is short, whatever stands there."""
    said = faults("a" * 60_000 + " = 1")
    assert max(len(fault["where"]) + len(fault["reason"]) for fault in said) < 500


@pytest.mark.parametrize(
    "name", ['{zh = "a\\u0000b"}', '{zh = "\\u202edrac"}', '{zh = "a\\nb"}', "{zh = '" + "长" * 101 + "'}"]
)
def test_a_name_that_no_wall_and_no_paper_can_show_is_refused(name):
    """O2: siblings: NUL ended the write in PostgreSQL, an override turned the numbers on the wall round."""
    (fault,) = faults(f'[hospital]\nname = {name}\n[[hall]]\nid = "H"\nname = {{zh = "区"}}\n')
    assert "hospital.name.zh" == fault["where"]


@pytest.mark.parametrize(
    "text",
    [
        'a.b.c."d.e.f.g.h.i.j" = 1.5  # a.b.c.d.e.f.g.h.i.j.k',
        "a = 1.5\nb = [1.25, 2.25, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5]\nc = 2026-03-02T09:00:00.5+08:00",
        'a = """\n\\"""[[[[[[[[[[[[[[[[[[[[[\n""""\nb = \'\'\'[[[[[[[[[[[[[[[[[[[\'\'\'\nc = "\\"[[[[[[[[[[[[[[[[[["',
    ],
)
def test_dots_and_brackets_in_texts_numbers_and_comments_do_not_count(text):
    assert tomllib.loads(text) == toml_text.load(text)

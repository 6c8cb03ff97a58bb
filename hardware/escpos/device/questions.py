"""Owns which answer belongs to which question of a job. Knows no connection.

A printer may be shared, and a box between may mix the answers of its hosts. So a question is named (GS ( H: the printer
repeats four characters that nobody else asked for) where the printer can, and counted (GS r) where it cannot. A named
answer proves its question whatever else is heard; a counted one proves something only while no byte is too many.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from hardware.escpos.device import encode

LETTERS = b"QSUWYqsuwy1359"
"""Characters of a name. None of them could be taken for an answer to DLE EOT or GS r when a part of it is lost."""
CLEAN = b"QQQQ"
"""The name that a printer's macro says while nothing lies between its head and the last cut."""
MOST_COUNTED = 3


@dataclass
class Question:
    """A question as it is sent, and the answer that is due: a name, or `left` answers to GS r."""

    data: bytes
    name: bytes | None
    left: int


class Questions:
    """The questions of one conversation that wait for their answer, in their order."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._used = {CLEAN}
        self._waiting: deque[Question] = deque()
        self.missed = 0
        """Questions without an answer though a later one was answered, or that were given up."""
        self.strays = 0
        """Counted answers that nobody asked for."""

    def __len__(self) -> int:
        return len(self._waiting)

    def fresh_name(self) -> bytes:
        """Four characters that were not used in this conversation."""
        while True:
            name = bytes(self._random.choices(LETTERS, k=4))
            if name not in self._used:
                self._used.add(name)
                return name

    def named(self) -> Question:
        """A question that its answer names."""
        name = self.fresh_name()
        return Question(encode.process_id(name), name, 1)

    def counted(self) -> Question:
        """A question whose answers are counted; how many there are changes, so that one stray seldom fits."""
        times = self._random.randint(1, MOST_COUNTED)
        return Question(encode.BARRIER * times, None, times)

    def ask(self, question: Question) -> bytes:
        """Wait for its answer from now on; the bytes to send."""
        self._waiting.append(question)
        return question.data

    def hear_names(self, names: Iterable[bytes]) -> bool:
        """Take names in; whether one of them answers a question. What was asked before that one is missed."""
        progress = False
        for name in names:
            if any(question.name == name for question in self._waiting):
                progress = True
                while self._waiting.popleft().name != name:
                    self.missed += 1
        return progress

    def hear_counted(self, answers: int) -> bool:
        """Take answers to GS r in; whether they answer a question that is counted."""
        if not answers:
            return False
        progress = False
        for _ in range(answers):
            if not self._waiting or self._waiting[0].name is not None:
                self.strays += 1
                continue
            progress = True
            self._waiting[0].left -= 1
            if not self._waiting[0].left:
                self._waiting.popleft()
        return progress

    def give_up(self) -> None:
        """No answer comes to what waits."""
        self.missed += len(self._waiting)
        self._waiting.clear()

    def forget_others(self) -> None:
        """What was heard before the first question says nothing of this job."""
        self._waiting.clear()
        self.missed = self.strays = 0

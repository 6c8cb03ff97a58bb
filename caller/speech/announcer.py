"""Which announcement is spoken next, and the one thread that speaks. Knows no voice engine and no network."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hardware.ports import Utterance
from server.protocol.messages import Names
from server.protocol.terms import AnnouncementOutcome

log = logging.getLogger(__name__)

OLDEST = 60.0
"""Seconds after which a call is only shown: whoever comes now has read it (docs/faults.md, row 38)."""
LAG = 8.0
"""Seconds of waiting from which on a sentence is said once instead of twice (docs/sources.md, Spoken calls)."""
ROOM = 20


class Speaker(Protocol):
    """What the announcer needs of a loudspeaker; hardware.ports.Speaker says what each method promises."""

    @property
    def name(self) -> str: ...

    def prepare(self, utterance: Utterance) -> None: ...

    def prefetch(self, utterances: Iterable[Utterance]) -> None: ...

    def speak(self, utterances: Sequence[Utterance]) -> AnnouncementOutcome: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Summons:
    """A sentence that wants to be heard, by language. `called_at` is a moment of the announcer's clock."""

    id: str
    kind: str
    ticket: str | None
    texts: Names
    called_at: float


@dataclass(frozen=True)
class Turn:
    """What comes next: the summons to speak, if any, what stays in the queue, and what is only shown."""

    spoken: Summons | None
    waiting: tuple[Summons, ...]
    shown_only: tuple[Summons, ...]


def queued(waiting: Sequence[Summons], summons: Summons) -> Turn:
    """Put a summons at the end. A newer one of the same ticket takes the older one's place; a full queue sheds the
    oldest, which the screen shows all the same."""
    place = next((n for n, other in enumerate(waiting) if summons.ticket and other.ticket == summons.ticket), None)
    if place is not None:
        merged = (*waiting[:place], summons, *waiting[place + 1 :])
        return Turn(None, merged, (waiting[place],))
    kept = (*waiting, summons)
    return Turn(None, kept[-ROOM:], kept[:-ROOM])


def next_turn(waiting: Sequence[Summons], now: float, wanted: Callable[[Summons], bool]) -> Turn:
    """Choose the first summons that is young enough and still `wanted`; those before it are only shown."""
    for place, summons in enumerate(waiting):
        if now - summons.called_at < OLDEST and wanted(summons):
            return Turn(summons, tuple(waiting[place + 1 :]), tuple(waiting[:place]))
    return Turn(None, (), tuple(waiting))


def sentences(summons: Summons, languages: Sequence[str], *, times: int) -> list[Utterance]:
    """The sentence in the hall's languages, in their order, `times` over; a lone other language is better than none."""
    known = [language for language in languages if language in summons.texts] or list(summons.texts)[:1]
    return [Utterance(summons.texts[language], language) for language in known] * times


class Announcer:
    """Speaks one announcement at a time and says of each what became of it.

    `wanted` tells whether a summons still makes sense, `settled` hears each outcome, once for each summons, from the
    speaking thread or from `offer`; it must not block. `languages` are the hall's, in the order of speaking.
    """

    def __init__(
        self,
        speaker: Speaker,
        *,
        wanted: Callable[[Summons], bool],
        settled: Callable[[Summons, AnnouncementOutcome], None],
        languages: Callable[[], Sequence[str]],
        clock: Callable[[], float],
    ) -> None:
        self._speaker, self._wanted, self._settled = speaker, wanted, settled
        self._languages, self._clock = languages, clock
        self._waiting: tuple[Summons, ...] = ()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
        self.failures = 0
        """Announcements in a row that should have been heard and were not."""

    def start(self) -> "Announcer":
        """Begin to speak what is offered."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Fall silent; what waits is not spoken."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._speaker.close()
        self._thread.join(5.0)

    def offer(self, summons: Summons) -> None:
        """Put a summons into the queue and let the voice prepare it; returns at once."""
        if self._clock() - summons.called_at >= OLDEST:
            self._settled(summons, AnnouncementOutcome.SHOWN_ONLY)
            return
        with self._changed:
            turn = queued(self._waiting, summons)
            self._waiting = turn.waiting
            self._changed.notify_all()
        for utterance in sentences(summons, self._languages(), times=1):
            self._speaker.prepare(utterance)
        self._leave(turn.shown_only)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stopping)
                if self._stopping:
                    return
                turn = next_turn(self._waiting, self._clock(), self._is_wanted)
                self._waiting = turn.waiting
            try:
                self._take_turn(turn)
            except Exception:  # whatever hears of an outcome and fails, the next call must be spoken
                log.exception("an announcement failed")

    def _take_turn(self, turn: Turn) -> None:
        self._leave(turn.shown_only)
        if turn.spoken is None:
            return
        outcome = self._speak(turn.spoken)
        if outcome is not AnnouncementOutcome.SHOWN_ONLY:
            self.failures = self.failures + 1 if outcome is AnnouncementOutcome.FAILED else 0
        self._settled(turn.spoken, outcome)

    def _speak(self, summons: Summons) -> AnnouncementOutcome:
        late = self._clock() - summons.called_at >= LAG
        try:
            return self._speaker.speak(sentences(summons, self._languages(), times=1 if late else 2))
        except Exception:  # the port raises nothing; should an engine do so, the next call must speak all the same
            log.exception("the speaker failed")
            return AnnouncementOutcome.FAILED

    def _is_wanted(self, summons: Summons) -> bool:
        try:
            return self._wanted(summons)
        except Exception:  # who cannot tell is spoken: a call too much harms less than one too few
            log.exception("announcement %s: not known whether it is still meant", summons.id)
            return True

    def _leave(self, shown_only: Sequence[Summons]) -> None:
        for summons in shown_only:
            self._settled(summons, AnnouncementOutcome.SHOWN_ONLY)

"""Owns the fit of a voice to the port `Speaker` of hardware/ports.py. Knows no engine."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from hardware.ports import Utterance
from hardware.voice.voice import Voice
from server.protocol.terms import AnnouncementOutcome


class VoiceSpeaker:
    """A voice as the caller's announcer wants it: utterances in, what became of them out."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice

    @property
    def name(self) -> str:
        """What speaks here, by language."""
        return self.voice.name

    def prepare(self, utterance: Utterance) -> None:
        """Render a sentence ahead; never blocks."""
        self.voice.prepare(utterance.text, utterance.language)

    def prefetch(self, utterances: Iterable[Utterance]) -> None:
        """Render these ahead, the soonest first, instead of what was likely before; never blocks."""
        self.voice.prefetch([(one.text, one.language) for one in utterances])

    def speak(self, utterances: Sequence[Utterance]) -> AnnouncementOutcome:
        """Chime, then speak the sentences in order; blocks until done or failed. Raises nothing."""
        return self.voice.announce([(one.text, one.language) for one in utterances]).outcome

    def files(self, utterances: Sequence[Utterance]) -> Iterator[Path]:
        """Chime and sentences as WAV files for a browser to play one after the other. Raises HardwareError."""
        return self.voice.files([(one.text, one.language) for one in utterances])

    def close(self) -> None:
        """Stop speaking and end every engine; may be called twice."""
        self.voice.close()

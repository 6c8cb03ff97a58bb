"""What no card or code reader should send: bytes of any kind, lines without end, bursts, silence in the middle."""

from collections.abc import Callable
from random import Random
from typing import Any

from hardware.errors import FailedInUse
from hardware.ports import Reader
from hardware.readers.line import LONGEST, LineReader
from kiosk.agent.runtime import Runtime
from kiosk.machine.events import HallFetched, Tick, Touch
from kiosk.machine.state import Hall, Verb
from tests.support.hostile import hostile_texts

TEXTS = [text.encode("utf-8", "surrogatepass") for text in hostile_texts(300)]
ENDS = (b"", b"\r", b"\n", b"\r\n", b"\t", b"\r\r\r\n", b"\x00", b"\x03", b"\x1a")
PULLED = b""


def noise(random: Random) -> bytes:
    """One piece of what arrives; PULLED is a reader that was pulled out."""
    match random.randrange(8):
        case 0:
            return random.randbytes(random.choice((1, 7, 300, 5_000)))
        case 1:
            return random.randbytes(1) * random.choice((1, 2_000, 20_000))
        case 2:
            return b"".join(random.choice(TEXTS)[:40] + random.choice(ENDS) for _ in range(random.randint(1, 200)))
        case 3:
            return random.choice(TEXTS).decode("utf-8", "replace").encode("gb18030", "replace")
        case 4:
            return b"NOREAD" + random.choice(ENDS)
        case 5:
            return PULLED if random.random() < 0.2 else random.choice(ENDS)
        case _:
            return random.choice(TEXTS) + random.choice(ENDS)


def play(reader: LineReader, pieces: list[bytes]) -> None:
    """Let these pieces be what the line has to say, each after a pause or none: no time passes."""

    def more(_seconds: float) -> bool:
        if not pieces:
            return False
        piece = pieces.pop(0)
        if piece == PULLED:
            reader._heard = b""
            raise FailedInUse(reader.url, "the reader is gone")
        if piece == b"\x00":
            return False  # a pause
        reader._heard = (reader._heard + piece[:LONGEST])[-LONGEST:]
        return True

    reader._open = lambda: None
    reader._more = more


def scans(reader: Reader, pieces: list[bytes]) -> list[str]:
    """What the reader makes of all the pieces."""
    heard: list[str] = []
    while pieces:
        try:
            scan = reader.read(0.0)
        except FailedInUse:
            continue
        if scan is not None:
            heard.append(scan.text)
    return heard


class Kiosk:
    """The screen machine alone; `asked` counts what it wanted of the world."""

    def __init__(self) -> None:
        self.now, self.asked = 0.0, 0
        self.runtime = Runtime(lambda: self.now, self._asks)
        self.runtime.feed(HallFetched(Hall("H1", {"zh": "区"}, {"zh": "院"}, ("zh", "en"), "Asia/Shanghai", (), {})))

    def _asks(self, wished: Any) -> None:
        self.asked += len(list(wished))

    def burst(self, texts: list[str], draw: Callable[[Any], object]) -> None:
        """Scans one after the other, some with time between; what is shown goes to `draw`."""
        for number, text in enumerate(texts):
            self.runtime.feed(Touch(Verb.SCAN, text))
            draw(self.runtime.seen())
            if number % 5 == 0:
                self.now += 300.0
                self.runtime.feed(Tick())


def fuzz_reader(pieces: int, seed: int, draw: Callable[[Any], object]) -> tuple[int, int]:
    """So many pieces through the reader and the kiosk; how many scans came of them, and questions to the server."""
    random, reader, kiosk = Random(seed), LineReader("serial:///dev/null", "/dev/null", 9600), Kiosk()
    sent = [random.choice((noise(random), noise(random), b"\x00")) for _ in range(pieces)]
    play(reader, sent)
    heard = scans(reader, sent)
    assert all(len(text) <= LONGEST for text in heard)
    assert all(line.isprintable() for text in heard for line in text.split("\n"))
    kiosk.burst(heard, draw)
    return len(heard), kiosk.asked

"""Owns the line to a virtual printer: who may connect, how fast bytes come, when answers arrive. Knows no socket.

The time is told, so that a test can let a slow line and a late answer pass in no time.
"""

from collections import deque

from hardware.virtual.device import VirtualPrinter
from hardware.virtual.faults import Act

BOX = 65536
"""Bytes a box between network and serial line takes in advance."""
SLICE = 64
"""Bytes that travel together on a slow line."""


class Line:
    """One connection after the other to a printer. `act` is what the printer did to the present one."""

    def __init__(self, device: VirtualPrinter) -> None:
        self._device = device
        self._coming: deque[tuple[float, bytes]] = deque()
        self._going: deque[tuple[float, int]] = deque()
        self._free_at = 0.0
        self._ended_at: float | None = None
        self.act = Act.NOTHING

    def open(self, now: float) -> bool:
        """Whether the printer takes a connection now; what was on the way for the one before is forgotten."""
        faults = self._device.faults
        deaf = (faults.deaf_ms or 0) / 1000
        if faults.refuses or (self._ended_at is not None and now < self._ended_at + deaf):
            return False
        self._going.clear()
        self._device.answers()
        self.act = Act.NOTHING
        return True

    def close(self, now: float) -> None:
        """The connection ended; what was handed over still arrives."""
        self._ended_at = now

    def room(self, now: float) -> int:
        """How many bytes may be handed over now."""
        self.step(now)
        room = BOX - sum(len(part) for _, part in self._coming)
        return max(0, room) if self._slow() else min(room, self._device.room() if not self._coming else 0)

    def send(self, data: bytes, now: float) -> None:
        """Hand bytes over."""
        speed = self._device.faults.line_bytes_per_second
        for at in range(0, len(data), SLICE if speed else len(data) or 1):
            part = data[at : at + SLICE] if speed else data
            self._free_at = max(self._free_at, now) + (len(part) / speed if speed else 0.0)
            self._coming.append((self._free_at if speed else now, part))
        self.step(now)

    def step(self, now: float) -> None:
        """Let arrive what is due, and the printer answer."""
        while self._coming and self._coming[0][0] <= now and self.act is Act.NOTHING:
            at, part = self._coming.popleft()
            room = self._device.room()
            if room < len(part):
                self._coming.appendleft((at, part[room:]))
                part = part[:room]
            if not part:
                break
            self.act = self._device.receive(part)
            self._listen(max(at, now))
        if self.act is not Act.NOTHING:
            self._coming.clear()
        self._listen(now)

    def answers(self, now: float) -> bytes:
        """What the printer said that has arrived by now."""
        said = bytearray()
        while self._going and self._going[0][0] <= now:
            said.append(self._going.popleft()[1])
        return bytes(said)

    def next_at(self) -> float | None:
        """When something arrives next by itself; None when nothing is on the way."""
        times = [queue[0][0] for queue in (self._coming, self._going) if queue]
        return min(times) if times else None

    def _slow(self) -> bool:
        return self._device.faults.line_bytes_per_second is not None

    def _listen(self, now: float) -> None:
        late = (self._device.faults.late_ms or 0) / 1000
        self._going.extend((now + late, byte) for byte in self._device.answers())

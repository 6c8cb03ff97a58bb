"""A lock whose waiters are served in order of arrival: the one writer of a process."""

import threading
import time
from collections import deque


class FifoLock:
    """A lock whose waiters are served in order of arrival and leave when their deadline passes."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False

    def acquire(self, deadline: float) -> bool:
        """Wait for the turn until `deadline` (monotonic seconds); False when it passed first."""
        with self._mutex:
            if not self._held:
                self._held = True
                return time.monotonic() <= deadline or self._give_on()
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait(max(0.0, deadline - time.monotonic()))
        with self._mutex:
            if not turn.is_set():
                self._waiting.remove(turn)
                return False
            return time.monotonic() <= deadline or self._give_on()

    def release(self) -> None:
        """Pass the lock to the one who waits longest."""
        with self._mutex:
            self._give_on()

    def _give_on(self) -> bool:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._held = False
        return False

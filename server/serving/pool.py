"""A fixed number of threads that serve in order. They end with the program: nobody waits for one that is held up."""

import contextlib
import queue
import threading
from collections.abc import Callable

IDLE_SECONDS = 5.0


class Pool:
    """Threads are started when they are needed, up to `most`, and end when they had nothing to do for a while."""

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._free = 0
        self._over = False

    def submit(self, task: Callable[[], None]) -> None:
        """Let the next free thread do this; `task` raises nothing."""
        with self._lock:
            if self._over:
                return
            if self._free > 0:
                self._free -= 1
            elif self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._work, name=f"{self._name}-{self._threads}", daemon=True).start()
            else:
                self._free -= 1
            self._tasks.put(task)

    def shutdown(self, wait: bool = False) -> None:
        """Take nothing more; a thread ends with what it does now. `wait` is gunicorn's word and waits for nobody."""
        with self._lock:
            self._over = True
            for _ in range(self._threads):
                self._tasks.put(None)

    def _work(self) -> None:
        while True:
            try:
                task = self._tasks.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                if self._may_go():
                    return
                continue
            if task is None:
                return
            with contextlib.suppress(Exception):
                task()
            with self._lock:
                self._free += 1

    def _may_go(self) -> bool:
        """Whether a thread that found nothing may end: not when a task is on its way to it."""
        with self._lock:
            if self._free <= 0:
                return False
            self._free -= 1
            self._threads -= 1
            return True

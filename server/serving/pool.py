"""A fixed number of threads that serve in order. They end with the program: nobody waits for one that is held up."""

import contextlib
import queue
import threading
from collections.abc import Callable

IDLE_SECONDS = 5.0


def start_thread(work: Callable[[], None], name: str) -> None:
    """Start a thread. Raises RuntimeError where the system has none left."""
    threading.Thread(target=work, name=name, daemon=True).start()


class Pool:
    """Threads are started when they are needed, up to `most`, and end when they had nothing to do for a while.

    The last one stays, so that a system without threads to spare still serves.
    """

    def __init__(self, most: int, name: str, start: Callable[[Callable[[], None], str], None] = start_thread) -> None:
        self._most, self._name, self._start = most, name, start
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._free = 0
        self._over = False

    def submit(self, task: Callable[[], None]) -> bool:
        """Let the next free thread do this; False when there is no thread and none can be started. Raises nothing."""
        with self._lock:
            if self._over:
                return False
            if self._free > 0 or not self._one_more():
                if not self._threads:
                    return False
                self._free -= 1
            self._tasks.put(task)
            return True

    def shutdown(self, wait: bool = False) -> None:
        """Take nothing more; a thread ends with what it does now. `wait` is gunicorn's word and waits for nobody."""
        with self._lock:
            self._over = True
            for _ in range(self._threads):
                self._tasks.put(None)

    def _one_more(self) -> bool:
        """Start a thread; False when there are enough, or the system has none left."""
        if self._threads >= self._most:
            return False
        try:
            self._start(self._work, f"{self._name}-{self._threads + 1}")
        except (RuntimeError, MemoryError):
            return False
        self._threads += 1
        return True

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
            with contextlib.suppress(BaseException):  # a SystemExit too, or the threads are counted wrong
                task()
            with self._lock:
                self._free += 1

    def _may_go(self) -> bool:
        """Whether a thread that found nothing may end: not when a task is on its way to it, nor the last one."""
        with self._lock:
            if self._free <= 0 or self._threads == 1:
                return False
            self._free -= 1
            self._threads -= 1
            return True

"""Which threads serve which request: pools apart, so that none takes the threads of another. Knows no socket."""

from collections.abc import Callable

from server.serving.limits import Limits
from server.serving.pool import Pool


class Threads:
    """Threads of requests that stay, of long bodies, of those who carried a right token, and of all others."""

    def __init__(self, limits: Limits) -> None:
        self._staying = Pool(limits.staying_threads, "staying")
        self._long = Pool(limits.long_threads, "long")
        self._known = Pool(limits.threads, "request")
        self._strangers = Pool(limits.stranger_threads, "stranger")

    def submit(self, task: Callable[[], None], *, stays: bool, reads_on: bool, known: bool) -> bool:
        """Let a thread of its kind do this; False where there is none. `reads_on`: the body is still to be read."""
        if stays:
            return self._staying.submit(task)
        if reads_on:
            return self._long.submit(task)
        return (self._known if known else self._strangers).submit(task)

    def shutdown(self, wait: bool = False) -> None:
        """Take nothing more. `wait` is gunicorn's word and waits for nobody."""
        for pool in (self._staying, self._long, self._known, self._strangers):
            pool.shutdown(wait)

"""How many threads and connections a server has."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How many threads and connections there are.

    `threads` serve requests on connections that have carried a right token, `stranger_threads` those of all others, and
    `staying_threads` what lies under the path `staying`; of what comes there without a token, `staying_a_second` get a
    thread. `long_threads` read bodies that are too long to be waited for, of those who bring a token; of others such a
    body is not read. A stranger takes an answer within `answer_seconds`.
    Connections without a thread: `strangers`, and `known` ones that are kept for their next request.
    """

    threads: int = 24
    long_threads: int = 6
    stranger_threads: int = 10
    staying: bytes = b""
    staying_threads: int = 0
    staying_a_second: int = 100
    answer_seconds: float = 20.0
    strangers: int = 256
    known: int = 512

"""One HTTP request from end to end: key, retry with the same key, problem document. Knows no resource and no view."""

import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType

import httpx

from server.protocol.deadline import within
from server.protocol.json_values import JsonObject
from server.protocol.terms import ErrorCode

Query = Mapping[str, str | int]
"""What stands after the question mark of an address."""
AGAIN = frozenset({502, 503, 504})
"""Statuses that promise nothing happened, or cannot know: the same key settles it."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
PASSING = frozenset({401, 403, 408, 425, 429})
"""Refusals that may end when somebody mends a token or a right, or when a while has passed."""
LARGEST = 32 * 2**20
"""Bytes of the largest answer that is read: ten thousand events are a quarter of it."""
YEARS = range(2020, 2100)
"""A Date of another year is none of a hall's server."""


class HallProblem(Exception):
    """The server refused a command: nothing changed.

    `code` is one of ErrorCode, or the text a newer server sent; `problem` is the whole RFC 9457 document, with what
    the refusal adds, such as the ticket a busy station holds.
    """

    def __init__(self, code: ErrorCode | str, status: int, problem: JsonObject) -> None:
        super().__init__(f"{status} {code}: {problem.get('detail') or problem.get('title') or ''}".rstrip(": "))
        self.code = code
        self.status = status
        self.log_text = f"{status} {code}"
        self.problem = problem

    @property
    def is_ours(self) -> bool:
        """Whether a hall's server refused; the page of a proxy, or of a network that wants a sign-in, has no code."""
        return bool(self.problem.get("code"))

    @property
    def is_final(self) -> bool:
        """Whether a hall's server refused, and would refuse the same again."""
        return self.is_ours and 400 <= self.status < 500 and self.status not in PASSING


class HallUnreachable(Exception):
    """No answer within the budget; whether the command was done is unknown until its key is sent again."""

    def __init__(self, key: str | None, cause: Exception) -> None:
        super().__init__(f"no answer from the server: {type(cause).__name__}: {cause}")
        self.key = key
        self.log_text = f"no answer from the server: {type(cause).__name__}"


class AnswerUnreadable(HallUnreachable):
    """Something answered with success, but not as this server does: a proxy's page, or a server of another version.

    The answer itself is not kept: it may hold a name. `job` and `lease` name a print job that came and cannot be read.
    """

    def __init__(self, key: str | None, what: str, job: str | None = None, lease: str | None = None) -> None:
        super().__init__(key, ValueError(f"an answer that is no {what}"))
        self.job, self.lease = job, lease


@dataclass
class Skew:
    """How far the server's clock is ahead of ours, in seconds, by what its last answer told.

    A kiosk or screen may start with a wrong clock, and then takes every call for stale; its clock may also be set
    between two answers. Below two seconds it is taken for none: Date counts whole seconds.
    """

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    began: float | None = None
    """The server's time at second 0 of the steady clock, as far as it told."""

    @property
    def seconds(self) -> float:
        """Seconds to add to this machine's wall clock, as it is set now."""
        ahead = 0.0 if self.began is None else self.began + self.steady() - self.wall()
        return ahead if abs(ahead) >= 2.0 else 0.0

    def note(self, date: str | None, hall_time: str | None = None) -> None:
        """Learn from an answer's X-Hall-Now or, without one, its Date; an unreadable one teaches nothing.

        Date is the machine's wall clock, or that of a proxy before it: hall time does not step with them.
        """
        try:
            moment = datetime.fromisoformat(hall_time) if hall_time else parsedate_to_datetime(date or "")
            seconds = moment.timestamp()
        except (ValueError, TypeError, OverflowError):
            return
        if moment.year in YEARS:
            self.began = seconds - self.steady()


def fresh_key() -> str:
    """Return a new Idempotency-Key of 128 random bits."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Transport:
    """A connection pool, the headers every request carries, and the patience to repeat it. Safe between threads.

    `budget` is the number of seconds after which a request is not tried once more, `longest` the number that one
    attempt takes at most, from its first byte to the last of its answer; `dice` gives the full jitter.
    """

    http: httpx.Client
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    budget: float = 10.0
    clock: Callable[[], float] = time.monotonic
    rest: Callable[[float], None] = time.sleep
    dice: Callable[[], float] = random.random
    new_key: Callable[[], str] = fresh_key
    skew: Skew = field(default_factory=Skew)
    longest: float = 15.0

    def at(self, moment: datetime | None) -> "Transport":
        """Return the same transport whose commands happen at `moment` (replay only), or now again for None."""
        headers = {name: value for name, value in self.headers.items() if name != "X-Hall-Time"}
        if moment is not None:
            headers["X-Hall-Time"] = moment.isoformat()
        return replace(self, headers=headers)

    def patient(self, budget: float) -> "Transport":
        """Return the same transport with another budget in seconds; 0 tries once."""
        return replace(self, budget=budget)

    def get(self, path: str, params: Query | None = None) -> httpx.Response:
        """Fetch; see `send`."""
        return self.send("GET", path, params=params)

    def command(self, path: str, body: JsonObject | None = None, key: str | None = None) -> httpx.Response:
        """Post `body` as JSON under `key`, or under a fresh one, which stays the same in every attempt; see `send`."""
        return self.send("POST", path, json=dict(body or {}), key=key or self.new_key())

    def once(self, method: str, path: str, body: JsonObject | None = None) -> httpx.Response:
        """Send what has no key, and so is tried once only; see `send`."""
        return self.patient(0.0).send(method, path, json=None if body is None else dict(body))

    def send(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        params: Query | None = None,
        json: JsonObject | None = None,
    ) -> httpx.Response:
        """Send until there is an answer that settles it, within the budget, pausing with exponential full jitter.

        Raises HallProblem for a refusal, HallUnreachable when no attempt was answered, AnswerUnreadable for success
        that is none of this server's: a redirect, an answer without content, one that is too large or compressed.
        """
        headers = {"Accept-Encoding": "identity", **self.headers, **({"Idempotency-Key": key} if key else {})}
        request = self._request(method, path, headers, params, json)
        deadline = self.clock() + self.budget
        ceiling = FIRST_PAUSE
        while True:
            pause = self.dice() * ceiling
            final = self.clock() + pause >= deadline
            try:
                response = self._attempt(request, key)
            except httpx.TransportError as error:
                if final:
                    raise HallUnreachable(key, error) from error
            else:
                if response.is_success and response.content:
                    self.skew.note(response.headers.get("Date"), response.headers.get("X-Hall-Now"))
                    return response
                if response.status_code < 400:
                    raise AnswerUnreadable(key, f"answer of a hall, with status {response.status_code}")
                if response.status_code not in AGAIN or final:
                    raise problem_of(response)
            self.rest(pause)
            ceiling = min(ceiling * 2, LONGEST_PAUSE)

    def _request(
        self, method: str, path: str, headers: Mapping[str, str], params: Query | None, json: JsonObject | None
    ) -> httpx.Request:
        """The request. Raises HallProblem for what no server can be asked, such as half a surrogate pair in a text."""
        try:
            return self.http.build_request(method, path, headers=headers, params=params, json=json)
        except httpx.InvalidURL as error:  # an id that is none, such as one with a line break in it
            problem = {"title": "no address", "code": ErrorCode.NOT_FOUND}
            raise HallProblem(ErrorCode.NOT_FOUND, 404, problem) from error
        except (ValueError, RecursionError) as error:
            problem = {"title": "cannot be sent", "code": ErrorCode.INVALID}
            raise HallProblem(ErrorCode.INVALID, 422, problem) from error

    def _attempt(self, request: httpx.Request, key: str | None) -> httpx.Response:
        """One attempt, with its whole answer. Raises AnswerUnreadable and the TransportErrors of httpx."""
        with within(self.longest):
            answer = self.http.send(request, stream=True)
            try:
                content = b"" if answer.headers.get("Content-Encoding", "identity") != "identity" else _read(answer)
            finally:
                answer.close()
        if content is None:
            raise AnswerUnreadable(key, f"answer of at most {LARGEST} bytes")
        kept = ("Date", "X-Hall-Now", "Content-Type")
        headers = {name: value for name in kept if (value := answer.headers.get(name))}
        return httpx.Response(answer.status_code, headers=headers, content=content, request=request)


def _read(answer: httpx.Response) -> bytes | None:
    """The content of an answer that is not compressed; None for one that is too large."""
    content = bytearray()
    for part in answer.iter_bytes():
        content += part
        if len(content) > LARGEST:
            return None
    return bytes(content)


def problem_of(response: httpx.Response) -> HallProblem:
    """Turn a refusing response into the exception, also when a proxy in between wrote it and it is no JSON."""
    try:
        problem = response.json()
    except (ValueError, RecursionError):
        problem = None
    if not isinstance(problem, dict):
        problem = {"title": response.reason_phrase, "status": response.status_code}
    code = str(problem.get("code") or ErrorCode.INTERNAL)
    known = ErrorCode(code) if code in set(ErrorCode) else code
    return HallProblem(known, response.status_code, problem)

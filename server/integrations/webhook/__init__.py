"""Signed webhooks: one POST for each message, as Standard Webhooks say (docs/sources.md, Webhooks).

Only the configured URL is asked: no redirect is followed, no proxy of the environment is used. The certificates of the
system are trusted, and those that SSL_CERT_FILE names. Of an answer its status counts; its body is not looked at.
"""

import contextlib
import logging
import ssl

import httpx
from standardwebhooks import Webhook as Signer

from server.domain.outbox import Message, Outcome, Result
from server.protocol.deadline import DeadlineTransport, within
from server.services.core.clock import wall

MOST_READ = 64 * 1024
"""Bytes of an answer that are read so that its connection can be used again."""
AWAY = frozenset({408, 425, 429, 502, 503, 504})
"""Answers of a receiver, or of a gateway before it, that is not there or asks to be left alone."""
log = logging.getLogger(__name__)


class Webhook:
    """The receiver behind one URL."""

    def __init__(self, url: str, secret: str, *, seconds: float) -> None:
        self._url = url
        self._seconds = seconds
        self._signer = Signer(secret)
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30.0)
        self._client = httpx.Client(
            transport=DeadlineTransport(limits, ssl.create_default_context()),
            follow_redirects=False,
            trust_env=False,
            timeout=seconds,
        )

    def deliver(self, message: Message) -> Result:
        """POST a message with its identity, the time of sending and the signature."""
        now = wall()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "outpatient-hall",
            "webhook-id": message.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(message.id, now, message.body),
        }
        try:
            with (
                within(self._seconds),
                self._client.stream("POST", self._url, content=message.body.encode(), headers=headers) as answer,
            ):
                _read_a_little(answer)
                return judged(answer.status_code)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Result(Outcome.AWAY, type(error).__name__)

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()


def judged(status: int) -> Result:
    """What an answer's status says of a delivery. A redirect is no delivery: it names another address than ours."""
    if 200 <= status < 300:
        return Result(Outcome.DELIVERED)
    return Result(Outcome.AWAY if status in AWAY else Outcome.REFUSED, f"HTTP {status}")


def _read_a_little(answer: httpx.Response) -> None:
    """Read an answer's body to its end, unless that is long or does not come: the status has said everything."""
    size = 0
    with contextlib.suppress(httpx.HTTPError, OSError):
        for chunk in answer.iter_raw():
            size += len(chunk)
            if size > MOST_READ:
                return

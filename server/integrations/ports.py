"""Owns what the hall expects of a way to another system. Knows no such way."""

from typing import Protocol

from server.domain.outbox import Message, Result


class Outbound(Protocol):
    """Delivers messages to one receiver, one at a time, in the thread that calls it."""

    def deliver(self, message: Message) -> Result:
        """Send a message and say how that ended. Ends within `registry.LONGEST_SECONDS`; raises nothing for what
        the network or the receiver does."""
        ...

    def close(self) -> None:
        """Let connections go."""
        ...

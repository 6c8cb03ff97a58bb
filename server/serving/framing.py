"""When a request is there: its head, and its body where that is short. Pure; what is no HTTP is left to the parser."""

import re
from enum import Enum

LARGEST_HEAD = 32 * 1024
WAITED_FOR = 64 * 1024
"""Bytes of a body that are waited for before a thread is asked; the rest of a longer one is read by a thread, and only
of a client that brings a token."""
SHED_TO = 8 * 1024
"""Bytes that are kept of a body that is not read on: enough to tell that it is too long for a sign-in."""

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_CLAIM = re.compile(rb"\r\n(?:authorization|cookie):", re.IGNORECASE)
_SIZE = re.compile(rb"([0-9a-f]{1,8})[ \t]*(;.*)?", re.IGNORECASE)


class Arrived(Enum):
    """How much of a request is there."""

    PART = "part"
    WHOLE = "whole"
    LONG = "long"
    """The head is there; the body is longer than is waited for."""
    TOO_LARGE = "too_large"
    """The head is longer than any browser's."""


class Incoming:
    """The bytes of one request as they come, and maybe of the next one behind it."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._body_at = -1
        self._ends_at: int | None = None
        self._chunk_at = 0
        self._expects = False

    def take(self, more: bytes) -> Arrived:
        """Add what came; how much is there now."""
        searched = max(0, len(self.data) - 3)
        self.data += more
        if self._body_at < 0:
            end = self.data.find(b"\r\n\r\n", searched)
            if end < 0:
                return Arrived.TOO_LARGE if len(self.data) > LARGEST_HEAD else Arrived.PART
            self._read_head(end + 4)
        if len(self.data) - self._body_at > WAITED_FOR and not self._is_whole():
            return Arrived.LONG
        if self._ends_at is not None and self._ends_at - self._body_at > WAITED_FOR:
            return Arrived.LONG
        return Arrived.WHOLE if self._is_whole() else Arrived.PART

    @property
    def ends_at(self) -> int | None:
        """How many bytes the request has; None while a chunked body has not told."""
        return self._ends_at

    @property
    def path(self) -> bytes:
        """The request's target as it was sent."""
        parts = bytes(self.data[: self.data.find(b"\r\n")]).split(b" ", 2)
        return parts[1] if len(parts) > 1 else b""

    def claims(self) -> bool:
        """Whether the request brings something that may be a token."""
        return _CLAIM.search(bytes(self.data[: self._body_at])) is not None

    def shed(self) -> None:
        """Keep the head and a little of a body that nobody is going to read."""
        del self.data[self._body_at + SHED_TO :]

    def asks_to_go_on(self) -> bool:
        """Whether the client waits for `100 Continue` before it sends the body; true once."""
        asked, self._expects = self._expects, False
        return asked

    def _read_head(self, end: int) -> None:
        head = bytes(self.data[:end])
        self._body_at = self._chunk_at = end
        self._expects = _EXPECTS.search(head) is not None
        if not _CHUNKED.search(head):
            length = _LENGTH.search(head)
            self._ends_at = end + (int(length[1]) if length else 0)

    def _is_whole(self) -> bool:
        if self._ends_at is None:
            self._ends_at = self._end_of_chunks()
        return self._ends_at is not None and len(self.data) >= self._ends_at

    def _end_of_chunks(self) -> int | None:
        """Where a chunked body ends (RFC 9112 §7.1), None before that. What is no chunk the parser will refuse."""
        while self._chunk_at <= len(self.data):
            line_end = self.data.find(b"\r\n", self._chunk_at)
            if line_end < 0:
                return len(self.data) if len(self.data) - self._chunk_at > 256 else None
            size = _SIZE.fullmatch(bytes(self.data[self._chunk_at : line_end]))
            if size is None:
                return len(self.data)
            if int(size[1], 16) == 0:
                end = self.data.find(b"\r\n\r\n", line_end)
                return None if end < 0 else end + 4
            self._chunk_at = line_end + 2 + int(size[1], 16) + 2
        return None

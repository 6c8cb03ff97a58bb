"""Who is next, and why: the public names of the queue discipline. Knows nothing outside the domain."""

from server.domain.queueing.discipline.choosing import choose_next, pick_next
from server.domain.queueing.discipline.values import Caller, Choice, Head, Pick, Reason, ReasonCode, Recent, remember

__all__ = [
    "Caller",
    "Choice",
    "Head",
    "Pick",
    "Reason",
    "ReasonCode",
    "Recent",
    "choose_next",
    "pick_next",
    "remember",
]

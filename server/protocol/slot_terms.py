"""Closed words of booked slots. Knows no transport."""

from enum import StrEnum


class When(StrEnum):
    """Whether now is the time of a booked slot."""

    NOW = "now"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"

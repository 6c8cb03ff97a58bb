"""Column types of our own: aware UTC times, ranks, and a ticket's state that partial indexes can be used for."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    String,
    TypeDecorator,
    and_,
    literal_column,
)
from sqlalchemy.sql import operators

from server.protocol.terms import AT_STATION, ENDED, TicketState

ENDED_STATES = tuple(state.value for state in TicketState if state in ENDED)
"""The states of tickets that have ended, in one order: it stands in the SQL of indexes."""
STATES_AT_STATION = tuple(state.value for state in TicketState if state in AT_STATION)
UNGRADED = 99
"""How the database keeps that a ticket has no level."""
BIG = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps it without the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite gets naive UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give aware UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Rank(TypeDecorator[int]):
    """The rank of a level, None for who has none yet; the database keeps that as UNGRADED, behind every level.

    Ranks are part of keys, which must not be NULL. A rank is compared with a column or a bound parameter, never with
    None itself, which would ask for NULL.
    """

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int:
        """None as UNGRADED."""
        return UNGRADED if value is None else value

    def process_result_value(self, value: int | None, dialect: Dialect) -> int | None:
        """UNGRADED as None."""
        return None if value == UNGRADED else value


class TicketStateType(TypeDecorator[str]):
    """The state of a ticket, as a column. Compared with states, it writes them into the SQL instead of binding them.

    The indexes of live tickets are partial: `WHERE state NOT IN ('done', 'cancelled', 'no_show')`. A database uses such
    an index only if the text of the statement implies its condition; it cannot see the value of a bound parameter.
    A comparison with states of live tickets therefore also says that the ticket has not ended, as the index says it.
    Without this a statement is right too, but reads every ticket ever issued (tests/unit/store/test_index_use.py).
    """

    impl = String(12)
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        """Rewrites `==`, `in_` and `not_in` with states; leaves every other operation as it is."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            """The condition, together with what it implies for a partial index."""
            states = _given_states(other[0]) if op in {operators.eq, operators.in_op, operators.not_in_op} else None
            if not states:
                return super().operate(op, *other, **options)
            not_ended = super().operate(operators.not_in_op, _literals(ENDED_STATES))
            if op is operators.not_in_op:
                return not_ended if set(states) == set(ENDED_STATES) else super().operate(op, *other, **options)
            written = _literals(states)
            condition = super().operate(op, written[0] if op is operators.eq else written, **options)
            # `waiting` has an index of its own; what asks for ended tickets is not to exclude them
            alone = states == [TicketState.WAITING] or set(states) & set(ENDED_STATES)
            return condition if alone else and_(condition, not_ended)

    comparator_factory = Comparator


def _literals(states: list[str] | tuple[str, ...]) -> list[ColumnElement[str]]:
    return [literal_column(f"'{state}'") for state in states]


def _given_states(given: object) -> list[str]:
    """A state or a collection of states as a sorted list; empty for anything else, such as a bound parameter.

    Only ASCII letters and underscores count as a state, because it is written into the SQL as it is.
    """
    some = [given] if isinstance(given, str) else given
    if not isinstance(some, list | tuple | set | frozenset) or not all(isinstance(state, str) for state in some):
        return []
    states = sorted(str(state) for state in some)
    return states if all(state.isascii() and state.replace("_", "").isalpha() for state in states) else []

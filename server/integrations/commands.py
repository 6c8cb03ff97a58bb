"""The commands that say which systems outside the hall are told of events, and what could not be delivered."""

import argparse
import contextlib
from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from server.domain.outbox import USUAL_EVENTS
from server.services.bootstrap.startup import build_context
from server.services.core.context import Context
from server.services.outbox import dead_letters, subscriptions
from server.settings import Settings


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `integrations` and what it can do to the commands of hall-server."""
    text = "systems outside that are told of events"
    group = commands.add_parser("integrations", help=text, description=text).add_subparsers(
        required=True, metavar="COMMAND"
    )
    add = _add(group, "add", "tell a system of events from now on, or change it; prints its secret", _added)
    add.add_argument("name", help="letters a-z, digits, hyphens")
    add.add_argument("url", help="https://host/path")
    add.add_argument(
        "--events", nargs="+", default=list(USUAL_EVENTS), metavar="KIND", help="such as ticket.called, ticket.* or *"
    )
    add.add_argument("--plain", action="store_true", help="allow http:// to another machine: unencrypted")
    _add(group, "list", "integrations: events not read yet, dead letters, what fails", _listed)
    _add(group, "secret", "print the secret again", _secret).add_argument("name")
    _add(group, "remove", "tell it no more; its dead letters go too", _removed).add_argument("name")
    _add(group, "dead", "what could not be delivered", _dead).add_argument("name", nargs="?")
    for name, text, run in (
        ("retry", "send dead letters again: these, or all", _resent),
        ("discard", "forget dead letters: these, or all", _discarded),
    ):
        command = _add(group, name, text, run)
        command.add_argument("name")
        command.add_argument("id", nargs="*", type=int)


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=run)
    return parser


@contextlib.contextmanager
def _opened() -> Iterator[Context]:
    context = build_context(Settings())
    try:
        yield context
    finally:
        context.close()


def _changed(context: Context, change: Callable[[Session], object]) -> None:
    """A change of the installation. Raises what the change raises."""

    def carry_out(db: Session) -> list[str]:
        change(db)
        return []

    context.transactions.administer(carry_out)


def _added(given: argparse.Namespace) -> int:
    with _opened() as context:
        now = context.clock.real()
        salts: list[str] = []
        _changed(
            context,
            lambda db: salts.append(subscriptions.add(db, given.name, given.url, given.events, now, plain=given.plain)),
        )
        secret = subscriptions.secret(context.secret, salts[0])
    print(f"{given.name} is told of {' '.join(given.events)}, secret: {secret}")
    return 0


def _listed(_given: argparse.Namespace) -> int:
    with _opened() as context, Session(context.engines.read) as db:
        found = subscriptions.listed(db)
    for one in found:
        print(one.name, one.url, " ".join(one.events), f"{one.behind} behind", f"{one.dead} dead", sep="\t")
        for hall, tries, since, error in one.failing:
            print(f"  hall {hall}: failed {tries} times since {since.isoformat(timespec='seconds')}, {error}")
    return 0


def _secret(given: argparse.Namespace) -> int:
    with _opened() as context, Session(context.engines.read) as db:
        print(subscriptions.secret(context.secret, subscriptions.salt_of(db, given.name)))
    return 0


def _removed(given: argparse.Namespace) -> int:
    with _opened() as context:
        _changed(context, lambda db: subscriptions.remove(db, given.name))
    print(f"{given.name} removed")
    return 0


def _dead(given: argparse.Namespace) -> int:
    with _opened() as context, Session(context.engines.read) as db:
        found = dead_letters.listed(db, given.name)
    for one in found:
        numbers = str(one.first) if one.first == one.last else f"{one.first}-{one.last}"
        what = one.kind if one.message is not None else "not kept"
        state = "to be sent again" if one.resend else one.died_at.isoformat(timespec="seconds")
        print(one.id, one.integration, one.hall, numbers, what, f"{one.tries} tries", one.error, state, sep="\t")
    return 0


def _resent(given: argparse.Namespace) -> int:
    return _letters(given, dead_letters.resend, "to be sent again")


def _discarded(given: argparse.Namespace) -> int:
    return _letters(given, dead_letters.discard, "discarded")


def _letters(given: argparse.Namespace, change: Callable[[Session, str, list[int]], int], done: str) -> int:
    counts: list[int] = []
    with _opened() as context:
        _changed(context, lambda db: counts.append(change(db, given.name, given.id)))
    print(f"{counts[0]} {done}")
    return 0

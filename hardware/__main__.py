"""Owns `hall-station` and `python -m hardware`: the print station and the virtual printer. Imports nothing that an
install may lack."""

import sys
from collections.abc import Sequence

from server.protocol.entrypoint import start

USAGE = "usage: python -m hardware {station [run|check] | virtual-printer [options]}"


def station(arguments: Sequence[str] | None = None) -> int:
    """Run the print station; return its exit code."""
    return start("hardware.station", "station", arguments)


def main(argv: Sequence[str]) -> int:
    """Run the program that is named first; each is imported only when it is asked for."""
    match argv:
        case ["station", *rest]:
            return station(rest)
        case ["virtual-printer", *rest]:
            return start("hardware.virtual.program", "station", rest)
        case ["-h" | "--help"]:
            print(USAGE)
            return 0
        case _:
            print(USAGE, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

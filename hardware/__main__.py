"""Owns `python -m hardware`: the print station and the virtual printer. Knows nothing else."""

import sys
from collections.abc import Sequence

USAGE = "usage: python -m hardware {station [run|check] | virtual-printer [options]}"


def main(argv: Sequence[str]) -> int:
    """Run the program that is named first; each is imported only when it is asked for."""
    match argv:
        case ["station", *rest]:
            from hardware import station

            return station.main(rest)
        case ["virtual-printer", *rest]:
            from hardware.virtual import program

            return program.main(rest)
        case ["-h" | "--help"]:
            print(USAGE)
            return 0
        case _:
            print(USAGE, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

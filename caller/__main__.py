"""`hall-caller`, also `python -m caller`. Imports nothing that an install may lack."""

import sys

from server.protocol.entrypoint import start


def main() -> int:
    """Run the program; return its exit code."""
    return start("caller.cli", extra="caller")


if __name__ == "__main__":
    sys.exit(main())

"""`hall-server`, also `python -m server`. Imports nothing that an install may lack."""

import sys

from server.protocol.entrypoint import start


def main() -> int:
    """Run the program; return its exit code."""
    return start("server.cli", extra="server")


if __name__ == "__main__":
    sys.exit(main())

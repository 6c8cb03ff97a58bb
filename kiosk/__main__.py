"""`hall-kiosk`, also `python -m kiosk`. Imports nothing that an install may lack."""

import sys

from server.protocol.entrypoint import start


def main() -> int:
    """Run the program; return its exit code."""
    return start("kiosk.cli", extra="kiosk")


if __name__ == "__main__":
    sys.exit(main())

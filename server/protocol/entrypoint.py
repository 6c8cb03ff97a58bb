"""Owns how a program begins: its modules are imported when it starts, and a library that is missing is one line.

Knows no program; imports the standard library only, so that it is there whatever else is not.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

from server.protocol import logs, private_files

OURS = frozenset({"server", "kiosk", "caller", "hardware"})
WRONG_INSTALL = 2


def start(module: str, extra: str, arguments: Sequence[str] | None = None) -> int:
    """Run `main` of a module and return its exit code; 2 when a third-party package is not installed.

    What it logs, and what it ends with when nobody expected that, holds nothing about a patient (logs.py); what it
    writes is its user's alone (private_files.py).

    `extra` is the part of the distribution that brings what this program needs. What is missing of our own or of the
    standard library, or inside an installed package, is a fault and stays a traceback.
    """
    logs.configure()
    private_files.keep_private()
    try:
        code: int = import_module(module).main(arguments)
    except ModuleNotFoundError as error:
        if not _is_a_package_of_others(error.name or ""):
            raise
        line = f"{error.name} is not installed. This program needs: pip install 'outpatient-hall[{extra}]'"
        print(line, file=sys.stderr)
        return WRONG_INSTALL
    return code


def _is_a_package_of_others(name: str) -> bool:
    return name.isidentifier() and name not in OURS and name not in sys.stdlib_module_names

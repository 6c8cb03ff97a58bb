"""The commands that look at an installation and put a copy back, while nothing of it need be whole."""

import argparse
import sys

from server.domain.installation.wholeness import Part, trouble_of
from server.services.bootstrap import examination, restoration
from server.settings import Settings


def check(_given: argparse.Namespace) -> int:
    """Say how database, key and marks are; 0 when they may be served. Raises NotServable when not."""
    looked = examination.look(Settings(), thoroughly=True)
    found = looked.found
    print(f"database: {found.database}, halls: {', '.join(sorted(found.halls)) or 'none'}")
    print(f"key: {'set' if found.key_is_set else found.key}")
    print(f"marks: {', '.join(sorted(found.marked)) or 'none'}")
    if (trouble := trouble_of(found)) is not None:
        raise examination.NotServable(trouble, looked.damage)
    print("whole" if found.database is Part.WHOLE else "nothing is here yet: a first start")
    return 0


def restore(given: argparse.Namespace) -> int:
    """Put a copy in its place; 1 when it cannot be, and nothing changed."""
    try:
        halls = restoration.restore(Settings(), given.file, new_key=given.new_key)
    except restoration.CannotRestore as error:
        print(f"nothing was restored: {error}", file=sys.stderr)
        return 1
    print(f"restored, with a new epoch and an alert in each hall: {', '.join(halls) or 'none'}")
    return 0

"""Fuzzing the server for long: every route by every role, with figures. `python -m tests.bench.fuzz [EXAMPLES]`."""

import logging
import sys
import time

from tests.support.api import an_api
from tests.support.fuzzing import fuzz, resident


def main(examples: int) -> int:
    """Say what was sent, what came back and what the memory did; 1 when a request could not be taken."""
    logging.disable(logging.CRITICAL)
    with an_api(fresh=True) as api:
        fuzz(api, 2)
        before, begun = resident(), time.monotonic()
        seen = fuzz(api, examples)
        after = resident()
    print(
        f"{seen.statuses.total()} requests in {time.monotonic() - begun:.0f} s, {dict(sorted(seen.statuses.items()))}"
    )
    print(f"memory {before // 1024} MB before, {after // 1024} MB after")
    for fault in seen.faults:
        print("FAULT", fault)
    return 1 if seen.faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))

"""A server that is killed after a commit and before anything is said of it: no answer, no mark, no frame."""

import os
import signal
from pathlib import Path
from typing import Any

from server.services.core.transaction import Transactions
from tests.support.hall import run_server

SWITCH = "die"
"""While a file of this name stands in the hall's folder, the next commit of an event is the last."""


def run_dying(folder: Path, settings: dict[str, str]) -> None:
    """`hall-server run` with the switch; for `RunningHall.entry`."""
    attempt = Transactions._attempt

    def attempt_and_die(self: Transactions, *given: Any) -> Any:
        answer, reached = attempt(self, *given)
        switch = folder / SWITCH
        if reached and switch.exists():
            switch.unlink()
            os.killpg(os.getpgrp(), signal.SIGKILL)
        return answer, reached

    Transactions._attempt = attempt_and_die  # type: ignore[method-assign]  # in the forked process only
    run_server(folder, settings)

"""A kiosk's commands without its page, as a program: python -m tests.support.kiosk_commands SERVER TOKEN FOLDER PRINTER

Takes up what the journal holds, then checks in each name that is read from standard input, and prints each slip.
"""

import logging
import sys
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from hardware.jobs import print_job
from hardware.registry import open_printer
from kiosk.agent.outbox import CommandRunner, Dependencies
from kiosk.agent.outbox_store import Journal
from kiosk.agent.printer import PaperMaker
from kiosk.machine.effects import CheckInCommand, PutOnPaper
from kiosk.machine.events import Answer, Input, Resumed
from server.protocol.answers import CheckIn
from server.protocol.client import HallClient


def main() -> None:
    """Until the input ends."""
    server, token, folder, printer = sys.argv[1:]
    logging.basicConfig(level=logging.INFO)
    paper = PaperMaker(lambda: open_printer(printer), lambda job, made: print_job(job, made, datetime.now(UTC)))
    papers = count(1)

    def feed(happened: Input) -> None:
        """As the machine does: a slip that the answer brings is put on paper."""
        told = happened.result if isinstance(happened, Answer | Resumed) else None
        if isinstance(told, CheckIn) and told.print_job is not None:
            runner.perform((PutOnPaper(f"paper.{next(papers)}", told.print_job),))

    outside = Dependencies(
        HallClient(server, token, budget=0), lambda: "H1", paper, Journal(Path(folder) / "w.db"), time.time
    )
    runner = CommandRunner(outside, feed)
    runner.resume()
    for turn, name in enumerate(sys.stdin, 1):
        runner.perform((CheckInCommand(f"{turn}.1", queue="IM", patient={"name": name.strip()}, flags=()),))
    runner.stop()


if __name__ == "__main__":
    main()

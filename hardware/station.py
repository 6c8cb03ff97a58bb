"""Owns the print station's program: settings, signals, socket. Knows no layout and no bytes; the work is in worker.py.

hall-station run      take print jobs for STATION_PRINTER until told to stop
hall-station check    say how the printer is, and end
"""

import argparse
import logging
import random
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hardware.errors import HardwareError
from hardware.escpos.layout.fonts import preload
from hardware.health import GOOD
from hardware.registry import open_printer
from hardware.settings import StationSettings
from hardware.spool import Spool
from hardware.worker import Station, Wakeful
from server.protocol import logs
from server.protocol.client import HallClient
from server.protocol.stream.socket import HallSocket
from server.protocol.transport import HallProblem, HallUnreachable

TELLING_SECONDS = 2.0
"""For so long one end is offered to a server that is busy; then the next job is printed, and the end is told later."""

log = logging.getLogger(__name__)


def run(settings: StationSettings) -> int:
    """Run the station in the foreground until SIGTERM or SIGINT."""
    printer = open_printer(settings.printer)
    client = HallClient(settings.server, settings.token.get_secret_value())

    def now() -> datetime:
        # leases are on the server's clock, and a kiosk may start with a wrong one of its own
        return datetime.now(UTC) + timedelta(seconds=client.transport.skew.seconds)

    preload()
    wakeful = Wakeful(
        Station(client.patient(TELLING_SECONDS), printer, Spool(settings.state_dir / "spool"), now),
        settings.poll_seconds,
        settings.heartbeat_seconds,
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: wakeful.stop())
    link = _follow(client, wakeful)
    log.info("printing on %s for %s", settings.printer, settings.server)
    try:
        wakeful.run()
    finally:
        if link is not None:
            link.stop()
        printer.close()
        client.close()
    return 0


def _follow(client: HallClient, wakeful: Wakeful) -> HallSocket | None:
    """Listen to the hall's socket as a wake-up. Without it the poll does the same, a little later."""
    try:
        hall = client.patient(2.0).me().hall
    except (HallProblem, HallUnreachable) as problem:
        log.warning("the server does not say which hall this is, so jobs are polled for: %s", problem)
        return None
    link = HallSocket(client.base_url, {"token": client.token, "hall": hall}, wakeful.heard, random.random)
    link.start()
    return link


def check(settings: StationSettings) -> int:
    """Print how the printer is; 0 when it can print."""
    health = open_printer(settings.printer).health()
    print(f"{settings.printer}: {health.value}")
    return 0 if health in GOOD else 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run the station's command line."""
    parser = argparse.ArgumentParser(prog="hall-station", description="Takes print jobs of the hall for its printer.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", help="take print jobs until told to stop (settings: STATION_* in the environment)")
    commands.add_parser("check", help="say how the printer is")
    arguments = parser.parse_args(argv)
    logs.levels(logging.WARNING, hardware=logging.INFO)
    settings = StationSettings()
    try:
        return check(settings) if arguments.command == "check" else run(settings)
    except (HardwareError, OSError) as error:  # a printer nobody knows, a folder that is none: said in one line
        print(f"hall-station: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

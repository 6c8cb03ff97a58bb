"""Owns the command `python -m hardware virtual-printer`. Knows only how to put the parts together."""

import argparse
import logging
import signal
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from hardware.registry import DOTS
from hardware.virtual.device import VirtualPrinter
from hardware.virtual.page import page_server
from hardware.virtual.server import PrinterPort
from server.protocol import logs


def main(argv: Sequence[str] | None = None) -> int:
    """Run a virtual printer and its page in the foreground until SIGTERM or SIGINT."""
    arguments = _arguments(argv)
    logs.levels(logging.WARNING)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    device = VirtualPrinter(DOTS[arguments.width, 203], lambda: datetime.now(UTC), arguments.keep)
    port = PrinterPort(device, arguments.host, arguments.port)
    page = page_server(device, arguments.host, arguments.page_port, frozenset(arguments.allow_host))
    port.start()
    shown = f"http://{arguments.host}:{page.port}/"
    print(f"virtual printer tcp://{arguments.host}:{port.port}?width={arguments.width} page {shown}", flush=True)
    stop.wait()
    page.stop()
    port.stop()
    print(f"{device.paper.count} slips, {device.received} bytes", flush=True)
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hardware virtual-printer", description="A printer of software.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (loopback)")
    parser.add_argument("--port", type=int, default=9100, help="port for ESC/POS bytes; 0 takes a free one")
    parser.add_argument("--page-port", type=int, default=8083, help="port of the page; 0 takes a free one")
    parser.add_argument("--keep", type=Path, default=None, help="folder where every slip is kept as a PNG")
    parser.add_argument("--width", choices=("80", "58"), default="80", help="paper in millimetres")
    parser.add_argument("--allow-host", action="append", default=[], help="further name of the page; * for any")
    parser.add_argument("--no-png", action="store_true", help="write no PNG even with --keep; pictures on demand only")
    arguments = parser.parse_args(argv)
    if arguments.no_png:
        arguments.keep = None
    return arguments

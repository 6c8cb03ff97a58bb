"""Owns the way from a URL to a driver. Imports a driver only when it is asked for, so that a missing library of one
connection hurts no other. Knows no job.

    tcp://host:9100   usb://04b8:0e15   serial:///dev/ttyUSB0   cups://name   file:///dev/usb/lp0   virtual://

Options in the query: width (58, 80), dots, dpi, cut (partial, full, none), band (rows), barrier (gs_h, gs_r, none),
status (such as 1,4 or none), shared (yes, no, strangers), restart (seen, hidden), status_timeout, stall_timeout,
begin_timeout; serial: baudrate; usb: in_ep, out_ep; virtual: keep (folder). docs/devices.md says what each is for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from hardware.errors import NotAvailable
from hardware.ports import Printer, Profile, Reader

if TYPE_CHECKING:
    from hardware.escpos.device.abilities import Abilities
    from hardware.escpos.transports.transport import Transport

PAPER = frozenset({"width", "dots", "dpi", "cut"})
TALK = frozenset({"band", "barrier", "status", "shared", "restart", "status_timeout", "stall_timeout", "begin_timeout"})
COMMON = PAPER | TALK
DOTS = {("80", 203): 576, ("80", 180): 512, ("58", 203): 384, ("58", 180): 336}
CUTS = frozenset({"partial", "full", "none"})
BARRIERS = frozenset({"gs_h", "gs_r", "none"})


@dataclass(frozen=True)
class Address:
    """A printer URL taken apart: scheme, place, and the options that its query may hold."""

    url: str
    parts: SplitResult
    options: Mapping[str, str]

    def number(self, name: str, default: float) -> float:
        """An option as a number. Raises NotAvailable when it is none."""
        text = self.options.get(name)
        try:
            return default if text is None else float(int(text, 0)) if text.startswith("0x") else float(text)
        except ValueError as error:
            raise NotAvailable(self.url, f"option {name} is not a number: {text}") from error

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        """An option that is one of few words. Raises NotAvailable when it is another."""
        chosen = self.options.get(name, default)
        if chosen not in choices:
            raise NotAvailable(self.url, f"{name} is one of {', '.join(choices)}, not {chosen}")
        return chosen


@dataclass(frozen=True)
class Driver:
    """Where a scheme's driver lives and which options of its own it knows."""

    make: "Callable[[Address, float], Transport]"
    options: frozenset[str] = frozenset()


def open_printer(url: str) -> Printer:
    """Make the printer for a URL; it connects when it prints.

    Raises NotAvailable, naming the driver, for an unknown scheme or option, a malformed address, or a missing library.
    """
    address = _parse(url, DRIVERS, COMMON)
    driver = DRIVERS[address.parts.scheme]
    stall = address.number("stall_timeout", 10.0)
    transport = driver.make(address, stall)
    with _needed(url):
        from hardware.escpos.device.conversation import Limits
        from hardware.escpos.device.printer import EscposPrinter
    limits = Limits(
        status=address.number("status_timeout", 3.0),
        stall=stall,
        begin=address.number("begin_timeout", 12.0),
        band_rows=_band(address),
    )
    return EscposPrinter(url, transport, _profile(address), limits, _abilities(address))


def open_reader(url: str) -> Reader:
    """Make the card or code reader for a URL, such as serial:///dev/ttyACM0?baudrate=9600; it opens when it reads.

    A reader that types like a keyboard needs no driver: the page hears it. Raises NotAvailable like open_printer.
    """
    address = _parse(url, {"serial": Driver(_serial, frozenset({"baudrate"}))}, frozenset())
    with _needed(url):
        from hardware.readers.line import LineReader
    return LineReader(url, unquote(address.parts.path), int(address.number("baudrate", 9600)))


def _parse(url: str, drivers: Mapping[str, Driver], common: frozenset[str]) -> Address:
    """Take a URL apart. Raises NotAvailable for what is malformed and for a scheme or option nobody knows."""
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise NotAvailable(url, f"not a device address: {error}") from error
    driver = drivers.get(parts.scheme)
    if driver is None:
        raise NotAvailable(url, f"no driver {parts.scheme!r}; there are {', '.join(drivers)}")
    unknown = set(options) - common - driver.options
    if unknown:
        raise NotAvailable(url, f"driver {parts.scheme} knows no option {', '.join(sorted(unknown))}")
    return Address(url, parts, options)


def _profile(address: Address) -> Profile:
    """The paper: 80 mm prints 72 mm, 58 mm prints 48 mm; 203 dpi are 8 dots a millimetre (docs/sources.md, ESC/POS)."""
    dpi = int(address.number("dpi", 203))
    width = address.options.get("width", "80")
    dots = int(address.number("dots", DOTS.get((width, dpi), 0)))
    if not 200 <= dots <= 2000:
        raise NotAvailable(address.url, f"width {width} at {dpi} dpi is unknown; say the dots of a line with ?dots=")
    cut = address.options.get("cut", "partial")
    if cut not in CUTS:
        raise NotAvailable(address.url, f"cut is one of {', '.join(sorted(CUTS))}, not {cut}")
    return replace(Profile(), width=dots, dpi=dpi, cut=cut)


def _band(address: Address) -> int:
    """Rows a band: few, so that a small buffer or a slow line delays no answer."""
    rows = int(address.number("band", 24))
    if not 1 <= rows <= 240:
        raise NotAvailable(address.url, "band is 1 to 240 rows")
    return rows


def _abilities(address: Address) -> "Abilities":
    """What the address says about the printer's answers; what it does not say is learned."""
    barrier, status = address.options.get("barrier"), address.options.get("status")
    if barrier is not None and barrier not in BARRIERS:
        raise NotAvailable(address.url, f"barrier is one of {', '.join(sorted(BARRIERS))}, not {barrier}")
    numbers = None if status is None else [number for number in status.split(",") if number != "none"]
    if numbers is not None and not set(numbers) <= set("1234"):
        raise NotAvailable(address.url, f"status is none or numbers such as 1,4, not {status}")
    with _needed(address.url):
        from hardware.escpos.device.abilities import Abilities
    made = Abilities.given(barrier, None if numbers is None else [int(number) for number in numbers])
    scheme = address.parts.scheme
    # a network printer may serve other programs; a USB printer that restarts leaves the bus
    shared = address.choice("shared", ("yes", "no", "strangers"), "yes" if scheme == "tcp" else "no")
    made.shared, made.strangers = shared != "no", shared == "strangers"
    made.restart_seen = address.choice("restart", ("seen", "hidden"), "seen" if scheme == "usb" else "hidden") == "seen"
    return made


@contextmanager
def _needed(url: str) -> Iterator[None]:
    """Import a driver inside. Raises NotAvailable naming what is missing."""
    try:
        yield
    except ImportError as error:
        raise NotAvailable(url, f"{error}; install outpatient-hall[station]") from error


def _tcp(address: Address, stall: float) -> "Transport":
    if not address.parts.hostname:
        raise NotAvailable(address.url, "no host")
    try:
        port = address.parts.port or 9100
    except ValueError as error:
        raise NotAvailable(address.url, str(error)) from error
    patience = address.number("status_timeout", 3.0)
    with _needed(address.url):
        from hardware.escpos.transports.network import NetworkTransport
    return NetworkTransport(address.url, address.parts.hostname, port, patience, stall)


def _usb(address: Address, stall: float) -> "Transport":
    try:
        vendor, product = (int(part, 16) for part in address.parts.netloc.split(":"))
    except ValueError as error:
        raise NotAvailable(address.url, "usb://VENDOR:PRODUCT, both hexadecimal") from error
    endpoints = (int(address.number("in_ep", 0x82)), int(address.number("out_ep", 0x01)))
    with _needed(address.url):
        from hardware.escpos.transports.usb import UsbTransport
    return UsbTransport(address.url, vendor, product, endpoints, stall)


def _serial(address: Address, stall: float) -> "Transport":
    baudrate = int(address.number("baudrate", 115200))
    with _needed(address.url):
        from hardware.escpos.transports.serial_line import SerialTransport
    return SerialTransport(address.url, unquote(address.parts.path), baudrate, stall)


def _cups(address: Address, stall: float) -> "Transport":
    with _needed(address.url):
        from hardware.escpos.transports.cups import CupsTransport
    return CupsTransport(address.url, unquote(address.parts.netloc))


def _file(address: Address, stall: float) -> "Transport":
    if not address.parts.path:
        raise NotAvailable(address.url, "no path; a device file is file:///dev/usb/lp0")
    with _needed(address.url):
        from hardware.escpos.transports.device_file import FileTransport
    return FileTransport(address.url, unquote(address.parts.path), stall)


def _virtual(address: Address, stall: float) -> "Transport":
    with _needed(address.url):
        from hardware.virtual.inprocess import InProcessTransport
    return InProcessTransport(address.url, _profile(address).width, address.options.get("keep"), stall=stall)


DRIVERS: dict[str, Driver] = {
    "tcp": Driver(_tcp),
    "usb": Driver(_usb, frozenset({"in_ep", "out_ep"})),
    "serial": Driver(_serial, frozenset({"baudrate"})),
    "cups": Driver(_cups),
    "file": Driver(_file),
    "virtual": Driver(_virtual, frozenset({"keep"})),
}

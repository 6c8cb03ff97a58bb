import subprocess
import sys

import pytest

from hardware.errors import CannotOpen, FailedInUse, HardwareError, NotAvailable, TimedOut, failures_of
from hardware.ports import Reason
from hardware.registry import DRIVERS, open_printer


@pytest.mark.parametrize(
    ("url", "dots"),
    [
        ("virtual://", 576),
        ("virtual://?width=58", 384),
        ("tcp://10.0.0.9", 576),
        ("tcp://10.0.0.9:9100?dpi=180", 512),
        ("tcp://10.0.0.9:9100?dots=640&dpi=203&cut=full", 640),
        ("file:///dev/usb/lp0?width=58", 384),
    ],
)
def test_a_url_names_the_way_and_the_paper(url, dots):
    printer = open_printer(url)
    assert dots == printer.profile.width
    assert url == printer.url
    printer.close()
    printer.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("lpt://1", "no driver 'lpt'"),
        ("tcp://", "no host"),
        ("tcp://h:99999", "ort"),
        ("tcp://h?colour=red", "knows no option colour"),
        ("tcp://h?baudrate=9600", "knows no option baudrate"),
        ("virtual://?width=100", "width 100"),
        ("virtual://?width=58&dpi=abc", "dpi is not a number"),
        ("virtual://?cut=torn", "cut is one of"),
        ("virtual://?band=0", "band is 1 to 240"),
        ("virtual://?barrier=maybe", "barrier is one of"),
        ("virtual://?status=1,9", "status is none or numbers"),
        ("virtual://?shared=perhaps", "shared is one of"),
        ("virtual://?restart=never", "restart is one of"),
        ("usb://epson", "usb://VENDOR:PRODUCT"),
        ("file://", "no path"),
        ("nonsense", "no driver ''"),
    ],
)
def test_a_wrong_address_is_refused_by_name_and_for_good(url, said):
    with pytest.raises(NotAvailable, match="(?i)" + said) as caught:
        open_printer(url)
    assert caught.value.permanent
    assert url == caught.value.driver


def test_what_a_printer_answers_can_be_said_in_its_address():
    """R4: options for printers that answer less, so that not even the first slip is asked for."""
    little = open_printer("tcp://h?barrier=none&status=1,4&band=8&begin_timeout=5").abilities
    nothing = open_printer("tcp://h?status=none").abilities
    assert (False, {1, 4}, set()) == (little.barrier, little.status, nothing.status)
    little.answered_barrier()
    little.answered(2)
    assert (False, {1, 4}) == (little.barrier, little.status)


def test_a_network_printer_is_taken_for_shared_and_what_it_says_in_order_can_be_told():
    """L8, L9."""
    plain = open_printer("tcp://h").abilities
    assert (True, False, None, None) == (plain.shared, plain.restart_seen, plain.barrier, plain.names)
    told = open_printer("tcp://h?shared=no&restart=seen&barrier=gs_h").abilities
    assert (False, True, True, True) == (told.shared, told.restart_seen, told.barrier, told.names)
    assert not open_printer("file:///dev/usb/lp0").abilities.shared
    assert open_printer("tcp://h?shared=strangers").abilities.strangers
    assert not open_printer("tcp://h?barrier=gs_r").abilities.witness


def test_every_documented_scheme_has_a_driver():
    assert {"tcp", "usb", "serial", "cups", "file", "virtual"} == set(DRIVERS)


def test_drivers_are_imported_only_when_asked_for():
    code = "import sys, hardware.registry; print('escpos' in sys.modules, 'hardware.virtual.device' in sys.modules)"
    assert "False False" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip()


def test_a_printer_that_is_not_there_is_a_reason_and_not_an_exception():
    assert Reason.UNREACHABLE == open_printer("tcp://127.0.0.1:1?status_timeout=0.3").health()
    assert Reason.UNREACHABLE == open_printer("file:///nowhere/at/all").health()


def test_failures_carry_phase_driver_and_cause():
    for kind, builtin in ((NotAvailable, LookupError), (CannotOpen, OSError), (TimedOut, TimeoutError)):
        error = kind("tcp://h", "why")
        assert isinstance(error, HardwareError)
        assert isinstance(error, builtin)
        assert "tcp://h: why" == str(error)
    with pytest.raises(FailedInUse) as caught, failures_of("x", FailedInUse, KeyError):
        raise KeyError("gone")
    assert isinstance(caught.value.__cause__, KeyError)
    assert not caught.value.permanent
    assert CannotOpen("x", "y", permanent=True).permanent


def test_our_own_failures_pass_a_conversion_unchanged():
    with pytest.raises(TimedOut), failures_of("x", FailedInUse, OSError):
        raise TimedOut("x", "late")

"""Owns the failures of devices, named after the phase in which they happen. Knows no device.

HardwareError
 ├── NotAvailable   (also LookupError)   the driver or a part it needs is not on this machine
 ├── CannotOpen     (also OSError)       the device is known but could not be opened
 ├── FailedInUse    (also OSError)       an open device broke off
 └── TimedOut       (also TimeoutError)  an open device did not answer in time
"""

from collections.abc import Iterator
from contextlib import contextmanager

from server.protocol.logs import describe


class HardwareError(Exception):
    """A device failed. Its text reaches logs and staff, so `detail` never repeats what was to be printed or spoken.

    `permanent` says that trying again cannot help until a person changes something (a wrong address, a missing
    library); otherwise the caller may try again later. `driver` is the URL or the name of what failed.
    """

    permanent = False

    def __init__(self, driver: str, detail: str, *, permanent: bool | None = None) -> None:
        super().__init__(f"{driver}: {detail}")
        self.driver = driver
        self.detail = detail
        self.log_text = f"{driver}: {detail}"
        if permanent is not None:
            self.permanent = permanent


class NotAvailable(HardwareError, LookupError):
    """The driver cannot exist here.

    An unknown scheme or option in a device URL, a library that is not installed, a font that is missing.
    """

    permanent = True


class CannotOpen(HardwareError, OSError):
    """The device could not be opened.

    A printer that is switched off, a wrong port, a cable that is out, a device file without permission.
    """


class FailedInUse(HardwareError, OSError):
    """The device broke off while in use.

    A connection that was closed or reset, a cable pulled out half-way, an adapter that went away.
    """


class TimedOut(HardwareError, TimeoutError):
    """The device did not answer or did not take data within the time it was given.

    A printer that stalls with a full buffer, a speech engine that hangs.
    """


@contextmanager
def failures_of(
    driver: str, kind: type[HardwareError], *foreign: type[BaseException], permanent: bool | None = None
) -> Iterator[None]:
    """Turn the `foreign` exceptions of a library into `kind`, keeping the cause; our own errors pass unchanged."""
    try:
        yield
    except HardwareError:
        raise
    except foreign as error:
        raise kind(driver, describe(error), permanent=permanent) from error

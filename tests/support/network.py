"""A network that really loses packets: a namespace with a line to the database and a line to the clients. Needs root.

A cut gives both ends of the database's line a wrong hardware address for each other: packets leave and arrive nowhere,
no address and no route goes, and nobody is told. That is what a dead switch looks like.
"""

import contextlib
import ctypes
import os
import shutil
import subprocess
from pathlib import Path

NOWHERE = "02:00:00:00:00:99"
CLONE_NEWNET = 0x40000000


class NoNamespaces(RuntimeError):
    """Network namespaces cannot be made here; the message says why."""


def _ip(*arguments: str) -> None:
    try:
        subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        raise NoNamespaces(f"ip {' '.join(arguments)}: {error.stderr.strip()}") from None


def enter(namespace: Path) -> None:
    """Let this process, which must have one thread only, see the network of a namespace."""
    with namespace.open("rb") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    """One namespace. `database` is where it reaches this machine's database, `address` where clients reach it."""

    def __init__(self) -> None:
        if os.geteuid() != 0 or shutil.which("ip") is None:
            raise NoNamespaces("network namespaces need root and the program ip (Debian: iproute2)")
        number = os.getpid() % 16_000
        self.name = f"hall-{number}"
        block = f"10.231.{number >> 6 & 0xFF}.{(number & 0x1F) << 3}"
        first = int(block.rpartition(".")[2])
        prefix = block.rpartition(".")[0]
        self.database, self._far_database = f"{prefix}.{first + 1}", f"{prefix}.{first + 2}"
        self._near_clients, self.address = f"{prefix}.{first + 5}", f"{prefix}.{first + 6}"
        self._lines = {"d": (self.database, self._far_database), "c": (self._near_clients, self.address)}
        self._number = number
        _ip("netns", "add", self.name)
        try:
            for letter, (near, far) in self._lines.items():
                self._make(f"h{letter}{number}", f"n{letter}{number}", near, far)
            _ip("-n", self.name, "link", "set", "lo", "up")
        except NoNamespaces:
            self.close()
            raise

    @property
    def path(self) -> Path:
        """Where the namespace can be entered."""
        return Path("/run/netns") / self.name

    def stall(self) -> None:
        """Lose every packet between the namespace and the database, both ways."""
        _ip("neigh", "replace", self._far_database, "lladdr", NOWHERE, "dev", f"hd{self._number}", "nud", "permanent")
        _ip("-n", self.name, "neigh", "replace", self.database, "lladdr", NOWHERE, "dev", f"nd{self._number}",
            "nud", "permanent")  # fmt: skip

    def heal(self) -> None:
        """Lose nothing any more."""
        with contextlib.suppress(NoNamespaces):
            _ip("neigh", "del", self._far_database, "dev", f"hd{self._number}")
            _ip("-n", self.name, "neigh", "del", self.database, "dev", f"nd{self._number}")

    def close(self) -> None:
        """Forget it; its lines go with it."""
        with contextlib.suppress(NoNamespaces):
            _ip("netns", "del", self.name)

    def __enter__(self) -> "Namespace":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make(self, near_name: str, far_name: str, near: str, far: str) -> None:
        _ip("link", "add", near_name, "type", "veth", "peer", "name", far_name, "netns", self.name)
        _ip("address", "add", f"{near}/30", "dev", near_name)
        _ip("link", "set", near_name, "up")
        _ip("-n", self.name, "address", "add", f"{far}/30", "dev", far_name)
        _ip("-n", self.name, "link", "set", far_name, "up")

"""A power cut that is one: a disk of its own (ext4 on a loop device) whose image is copied while its writers stand.

What the kernel had not written to the device is not in the copy: exactly that is lost when the power goes. The file
system commits by itself each five minutes only, so nothing is saved by luck. Only root can mount.
"""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SIZE = 64 * 1024 * 1024
OPTIONS = "commit=300,noatime"


def run(*command: str | Path) -> str:
    """What a command of the system prints; fails with what it complained of."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr.strip()}"
    return done.stdout


class Disk:
    """A mounted disk under `folder`; `cut` is the disk that is found when the power is back."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.image, self.folder = image, folder
        folder.mkdir()
        run("mount", "-o", f"loop,{OPTIONS}", image, folder)
        self._device = Path(run("findmnt", "-n", "-o", "SOURCE", folder).strip()).name

    def sync(self) -> None:
        """Let everything written so far be on the disk, as it is on a machine that runs for long."""
        run("sync", "-f", self.folder)

    def cut(self, image: Path, folder: Path) -> "Disk":
        """The disk as it is at this instant, mounted at `folder`. The writers must be stopped (SIGSTOP)."""
        for _ in range(20):
            before = self._written()
            run("cp", "--sparse=always", self.image, image)
            if before == self._written():  # the kernel wrote nothing meanwhile: the copy is of one instant
                return Disk(image, folder)
        raise AssertionError("the disk does not stand still")

    def _written(self) -> str:
        """How much was written to the device so far, in requests and sectors."""
        words = Path(f"/sys/block/{self._device}/stat").read_text(encoding="ascii").split()
        return f"{words[4]} {words[6]}"

    def close(self) -> None:
        """Take the disk away, whoever still uses it."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=False, capture_output=True)
        self.image.unlink(missing_ok=True)


@contextlib.contextmanager
def a_disk(folder: Path) -> Iterator[Disk]:
    """An empty disk for the length of a block; the test is skipped where this user may mount none."""
    if not shutil.which("mkfs.ext4"):
        pytest.skip("no mkfs.ext4 here: the power cannot be cut")
    image = folder / "disk.img"
    with image.open("wb") as file:
        file.truncate(SIZE)
    run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image)
    try:
        disk = Disk(image, folder / "disk")
    except AssertionError:
        pytest.skip("this user may mount no disk: the power cannot be cut")
    try:
        yield disk
    finally:
        disk.close()

"""Disks of the tests' own: mounted on a loop device where this user may, and made to fail."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hall import until

SIZE = 64 * 1024 * 1024


@contextlib.contextmanager
def an_ext4(folder: Path) -> Iterator[Path]:
    """An ext4 file system of its own in `folder`; skips the test where this user may mount none."""
    image, mounted = folder / "disk.img", folder / "disk"
    mounted.mkdir()
    with image.open("wb") as file:
        file.truncate(SIZE)
    for command in (
        ["mkfs.ext4", "-q", str(image)],
        ["mount", "-o", "loop,errors=remount-ro", str(image), str(mounted)],
    ):
        if not shutil.which(command[0]) or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this user may mount no ext4 on a loop device")
    try:
        yield mounted
    finally:
        subprocess.run(["umount", "--lazy", str(mounted)], check=True)


def make_read_only(disk: Path) -> None:
    """Let the file system meet an error of its own, after which it takes no write, open files or not."""
    device = subprocess.run(
        ["findmnt", "-n", "-o", "SOURCE", str(disk)], capture_output=True, text=True, check=True
    ).stdout.strip()
    trigger = Path("/sys/fs/ext4") / Path(device).name / "trigger_fs_error"
    if not trigger.exists():
        pytest.skip("this kernel lets nobody trigger an error of ext4")
    trigger.write_text("a test")


@contextlib.contextmanager
def injected(pid: int, calls: str, fault: str, log: Path) -> Iterator[Path]:
    """While it lasts, system calls of a process meet a fault of strace; skips where nobody may trace."""
    if not shutil.which("strace"):
        pytest.skip("there is no strace here")
    command = ["strace", "-f", "-q", "-o", str(log), "-p", str(pid)]
    command += ["-e", f"trace={calls}", "-e", f"inject={calls}:{fault}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        try:
            until(lambda: traced(pid) or tracer.poll() is not None)
            if tracer.poll() is not None:
                pytest.skip(f"this user may trace nobody: {tracer.stderr.read() if tracer.stderr else ''}")
            yield log
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(tracer.pid, signal.SIGINT)


def traced(pid: int) -> bool:
    """Whether all threads of a process are traced."""
    states = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            states.append("TracerPid:\t0\n" not in (task / "status").read_text(encoding="utf-8"))
    return bool(states) and all(states)

"""A server that runs out of the system's files: whoever comes is refused by name, staff goes on, and it recovers."""

import contextlib
import resource
import socket
from pathlib import Path

from server.protocol.transport import HallProblem, HallUnreachable
from tests.support.hall import until

FEW = 64


def open_files(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def tried(act):
    """What came of it: "done", a status, or the kind of trouble."""
    try:
        act()
    except HallProblem as problem:
        return problem.status
    except HallUnreachable:
        return "cut"
    return "done"


def test_a_crowd_that_takes_all_files_is_refused_and_staff_goes_on(hall):
    """L12, fault 12: no worker restarts, nothing hangs, and the files for the database are not given to connections."""
    desk = hall.client("console", budget=10.0)
    desk.snapshot("H1")
    pid, limit = hall.worker, resource.prlimit(hall.worker, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (FEW, limit[1]))
    with contextlib.ExitStack() as crowd:
        crowd.callback(resource.prlimit, pid, resource.RLIMIT_NOFILE, limit)
        held = [socket.create_connection(("127.0.0.1", hall.port), 30) for _ in range(2 * FEW)]
        for one in held:
            crowd.enter_context(one)
        until(lambda: b" 503 " in first_word(held))
        assert open_files(pid) < FEW
        assert ["done"] * 5 == [
            tried(lambda: desk.check_in("H1", queue="IM", patient={"name": "多"})) for _ in range(5)
        ]
        assert "done" == tried(lambda: desk.snapshot("H1"))

    assert pid == hall.worker, "the worker was not started anew"
    until(lambda: tried(lambda: hall.client("kiosk", budget=0.0).me()) == "done")
    assert "unable to open" not in hall.log()


def first_word(held):
    """What the first of a crowd that was told anything was told."""
    for one in held:
        one.setblocking(False)
        with contextlib.suppress(OSError):
            if said := one.recv(64):
                return said
    return b""

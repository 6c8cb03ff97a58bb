import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from server.process_supervisor import answers, eventually
from tests.support.hall import free_port

ROOT = Path(__file__).resolve().parents[2]


class Demo:
    """A running demo on free ports, and everything it said so far."""

    def __init__(self, folder, *more):
        names = ("port", "kiosk-port", "screens-port", "printer-page-port", "upstairs-port")
        self.ports = {name: free_port() for name in names}
        where = [word for name, port in self.ports.items() for word in (f"--{name}", str(port))]
        self.said = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "server", "demo", *where, *more],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=lambda: self.said.extend(self.process.stdout), daemon=True)
        self._reader.start()

    def text(self):
        return "".join(self.said)

    def says(self, pattern, seconds=240):
        return eventually(lambda: re.search(pattern, self.text()) or self.process.poll() is not None, seconds) and bool(
            re.search(pattern, self.text())
        )

    def group(self):
        """Processes of the demo's group that still live."""
        listed = subprocess.run(["ps", "-o", "pid=,stat=", "-s", str(self.process.pid)], capture_output=True, text=True)
        return [line for line in listed.stdout.splitlines() if "Z" not in line.split()[1]]

    def slips(self):
        """How many slips the virtual printer took."""
        page = f"http://127.0.0.1:{self.ports['printer-page-port']}/slips"
        with urllib.request.urlopen(page, timeout=30) as answer:
            return json.load(answer)["count"]

    def folder(self):
        """Where it keeps everything, as its programs are told."""
        for line in self.group():
            told = Path(f"/proc/{line.split()[0]}/environ").read_text(errors="replace")
            if found := re.search(r"HALL_STATE_DIR=([^\0]*hall-demo-[^\0]*)/state", told):
                return Path(found[1])
        raise AssertionError("no program of the demo knows its folder")

    def written(self):
        """Everything that the demo and its programs said, and the names of all files they made."""
        logs = [path.read_text(errors="replace") for path in self.folder().glob("*.log")]
        assert len(logs) >= 5, "each program has a log"
        return "\n".join([self.text(), *logs, *(str(path) for path in self.folder().rglob("*"))])

    def patients(self):
        """What the demo's own file says of its made-up patients: names, numbers, phones."""
        with (self.folder() / "patients.csv").open(encoding="utf-8", newline="") as rows:
            known = [row[word] for row in csv.DictReader(rows) for word in ("name", "identity_number", "phone")]
        assert len(known) > 20
        return [text for text in known if len(text) > 2]  # two characters may be a part of another word

    def end(self):
        if self.group():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(60)
        self.process.stdout.close()
        self._reader.join(60)


@pytest.fixture
def taken():
    """A port of this machine that somebody else has."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@pytest.mark.slow
def test_the_demo_says_what_is_missing_plays_and_ends_with_all_its_children_on_sigterm_to_its_group(tmp_path, taken):
    demo = Demo(tmp_path, "--pace", "60", "--guests", "40", "--upstairs-port", str(taken))
    try:
        assert demo.says("演示医院已开诊", 240), demo.text()
        assert demo.says(r"nurse +\S{12}"), demo.text()
        assert demo.says(f"screens and voice H2: port {taken} is taken by another program"), demo.text()
        assert demo.text().count("is taken by") == 1
        for part in ("port", "kiosk-port", "screens-port", "printer-page-port"):
            assert eventually(lambda part=part: answers("127.0.0.1", demo.ports[part]), 240), f"{part}: {demo.text()}"
        assert demo.says(r"H1 [AB]\d{3} → R10\d 请就诊 called"), demo.text()
        assert demo.says(r"H2 [CD]\d{3} → R20\d 请就诊 called"), demo.text()
        assert demo.says("结束 finished"), demo.text()
        assert eventually(lambda: demo.slips() > 0, 120), "no slip was printed"
        assert len(demo.group()) >= 7
        written = demo.written()
        assert [] == [text for text in demo.patients() if text in written], "S9: nobody stands in what it says"

        os.killpg(demo.process.pid, signal.SIGTERM)

        assert demo.process.wait(120) == 0
        assert eventually(lambda: not demo.group(), 60), demo.group()
        assert [
            port for name, port in demo.ports.items() if name != "upstairs-port" and answers("127.0.0.1", port)
        ] == []
        assert list(tmp_path.iterdir()) == []
    finally:
        demo.end()


def test_a_taken_server_port_is_refused_in_words(tmp_path, taken):
    demo = Demo(tmp_path, "--port", str(taken))
    try:
        assert demo.says("is taken by another program"), demo.text()
        assert demo.process.wait(60) == 1
        assert demo.group() == []
    finally:
        demo.end()

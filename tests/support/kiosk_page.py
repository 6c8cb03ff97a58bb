"""A real kiosk agent as a process, its virtual printer, and a browser at its page. Knows no test."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.hall import ROOT, free_port

GLASS = (1080, 1920)
LAYOUT = """() => {
  const bad = [], bottom = (one) => one.getBoundingClientRect().bottom;
  const main = document.querySelector("main").getBoundingClientRect();
  if (document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth)
    bad.push("the page scrolls");
  for (const one of document.querySelectorAll("main *, header *, footer *")) {
    const box = one.getBoundingClientRect();
    if (!box.width || one.closest("svg")) continue;
    if (one.closest("main") && (box.bottom > main.bottom + 1 || box.right > main.right + 1 || box.left < -1))
      bad.push(`${one.tagName}.${one.className} leaves the page`);
    if (one.tagName === "BUTTON" && (box.width < 80 || box.height < 80))
      bad.push(`${one.textContent}: ${box.width}×${box.height}`);
    if (one.tagName === "BUTTON" && [...one.children].some((part) => bottom(part) > box.bottom + 1))
      bad.push(`${one.textContent} is cut`);
    if (one.scrollWidth > one.clientWidth + 2 && one.clientWidth && getComputedStyle(one).display !== "inline")
      bad.push(`${one.textContent.slice(0, 30)} overflows`);
  }
  return bad;
}"""


def open_kiosk(page: Any, kiosk: "KioskProcess") -> None:
    """Open the kiosk's page and leave what the patient before began."""
    page.goto(kiosk.address)
    page.wait_for_selector("main.main")
    while not page.query_selector("main.main-home"):
        page.click("footer .button:not([disabled]):first-child")
        page.wait_for_timeout(200)


# A reader's keys with times of their own: what a test means by a pace must not depend on how busy its machine is.
SEND_KEYS = """([keys, begin]) => {
  const began = begin ?? performance.now();
  for (const key of keys) {
    const up = key.type === "keyup";
    const event = new KeyboardEvent(up ? "keyup" : "keydown", { ...key, bubbles: true, cancelable: true });
    Object.defineProperty(event, "timeStamp", { value: began + key.at });
    const target = document.activeElement ?? document.body;
    const goesOn = target.dispatchEvent(event);
    if (!up && goesOn && target instanceof HTMLInputElement && key.key.length === 1) target.value += key.key;
  }
}"""


def keys_of(text: str, end: str | None = "Enter", gap: float = 8.0, at: float = 0.0) -> list[dict[str, Any]]:
    """The keys a reader presses for a text (a line end is Enter), `gap` milliseconds apart, then `end`."""
    keys = ["Enter" if character == "\n" else character for character in text] + ([end] if end else [])
    return [{"key": key, "at": at + number * gap} for number, key in enumerate(keys)]


def send_keys(page: Any, text: str, end: str | None = "Enter") -> None:
    """Let a reader that types send a text to the page."""
    page.evaluate(SEND_KEYS, [keys_of(text, end), None])


def language(page: Any, tag: str) -> None:
    """Touch the key of a language: zh, yue or en."""
    named = {"zh": "zh-CN", "yue": "zh-HK", "en": "en"}[tag]
    page.click(f".head-keys [lang={named}]")
    page.wait_for_function("named => document.documentElement.lang === named", arg=named)


def a_report(
    identifier: str, title: str, patient: dict[str, str], *, status: str = "final", items: int = 40
) -> dict[str, Any]:
    """A FHIR R4 bundle of one report, as a laboratory posts it."""
    subject = {
        "resourceType": "Patient", "id": "p", "name": [{"text": patient["name"]}], "gender": patient["sex"],
        "birthDate": patient["birth_date"], "identifier": [{"value": patient["record_number"]}],
    }  # fmt: skip
    results = [
        {
            "resourceType": "Observation", "id": f"o{number}", "status": "final",
            "code": {"text": f"项目{number:02d}" if patient["language"] == "zh" else f"Item {number:02d}"},
            "valueQuantity": {"value": 5 + number / 10, "unit": "mmol/L"},
            "referenceRange": [{"low": {"value": 3}, "high": {"value": 6}}],
            "interpretation": [{"coding": [{"code": "H" if number % 2 else "L"}]}],
        }
        for number in range(items)
    ]  # fmt: skip
    now = datetime.now(UTC).isoformat(timespec="seconds")
    report = {
        "resourceType": "DiagnosticReport", "id": identifier, "identifier": [{"value": identifier}], "status": status,
        "code": {"text": title, "coding": [{"code": "58410-2"}]}, "subject": {"reference": "Patient/p"},
        "issued": now, "effectiveDateTime": now, "resultsInterpreter": [{"display": "王检验师"}],
        "result": [{"reference": f"Observation/{one['id']}"} for one in results],
    }  # fmt: skip
    entries = [subject, *results, report]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in entries]}


class KioskProcess:
    """`hall-kiosk run` against a server, with `printer`, or with one whose slips are kept as pictures in `paper`."""

    def __init__(self, server: str, token: str, printer: str | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kiosk-test-"))
        self.paper = self.folder / "paper"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")},
            "KIOSK_SERVER": server,
            "KIOSK_TOKEN": token,
            "KIOSK_PORT": str(free_port()),
            "KIOSK_PRINTER": printer or f"virtual://?keep={self.paper}",
            "KIOSK_STATE_DIR": str(self.folder / "state"),
            "PYTHONPATH": str(ROOT),
        }
        self.start()

    def start(self) -> None:
        """Start and wait for the line that names the page."""
        with (self.folder / "kiosk.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kiosk", "run"], cwd=self.folder, env=self.environment, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "http://" in line, (self.folder / "kiosk.log").read_text(encoding="utf-8")[-800:]
        self.address = line.split()[-1]

    def slips(self, since: int = 0) -> list[Path]:
        """Pictures of what was printed after `since` (nanoseconds); a printer started again counts from one again."""
        return [path for path in sorted(self.paper.glob("*.png")) if path.stat().st_mtime_ns > since]

    def wishes(self) -> int:
        """How many wishes the kiosk has written down and not settled."""
        with contextlib.closing(sqlite3.connect(self.folder / "state" / "outbox.db")) as journal:
            return int(journal.execute("SELECT count(*) FROM command").fetchone()[0])

    def kill(self) -> None:
        """End as a power cut does."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """End and forget the folder."""
        self._end(signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(30)
        if self.process.stdout is not None:
            self.process.stdout.close()

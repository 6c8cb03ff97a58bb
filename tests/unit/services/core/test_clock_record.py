"""Hall time kept for a restart: only of this start of the machine, and only where it can be read whole."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.installation.clock_steps import HallTime, Step
from server.services.core.clock_record import NAME, WIDTH, ClockRecord

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STEP = Step(timedelta(hours=-3), MORNING, 400.25)


@pytest.fixture
def boot(tmp_path):
    path = tmp_path / "boot_id"
    path.write_text("6a1b9f0e-0000-4000-8000-1f2e3d4c5b6a\n")
    return path


@pytest.mark.parametrize("step", [None, STEP])
def test_what_was_kept_is_read_again_by_the_next_server(tmp_path, boot, step):
    ClockRecord(tmp_path, boot=boot).write(HallTime(MORNING, 1.0, None, 0.0))
    time = HallTime(MORNING + timedelta(microseconds=7), 401.5, step, 44_000.125)
    ClockRecord(tmp_path, boot=boot).write(time)

    assert time == ClockRecord(tmp_path, boot=boot).read()
    assert WIDTH == (tmp_path / NAME).stat().st_size
    assert 0o600 == (tmp_path / NAME).stat().st_mode & 0o777


def test_what_was_kept_before_the_machine_started_is_no_witness(tmp_path, boot):
    ClockRecord(tmp_path, boot=boot).write(HallTime(MORNING, 1.0, None, 0.0))
    boot.write_text("another start")

    assert ClockRecord(tmp_path, boot=boot).read() is None


@pytest.mark.parametrize("content", [b"", b"\x00" * WIDTH, b"{}", b"[]", b'{"boot": "x"', b"\xff\xfe"])
def test_a_record_that_is_no_record_is_none(tmp_path, boot, content):
    (tmp_path / NAME).write_bytes(content)

    assert ClockRecord(tmp_path, boot=boot).read() is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("now", "2026-03-02T01:00:00"),
        ("seconds", None),
        ("step", {"by": 1}),
        ("step", {"by": 1e300, "against": MORNING.isoformat(), "seen": 1}),
    ],
)
def test_a_record_with_a_field_that_is_wrong_is_none(tmp_path, boot, field, value):
    record = ClockRecord(tmp_path, boot=boot)
    record.write(HallTime(MORNING, 1.0, None, 0.0))
    kept = json.loads((tmp_path / NAME).read_text())
    (tmp_path / NAME).write_text(json.dumps({**kept, field: value}))

    assert record.read() is None


def test_a_system_that_names_no_start_keeps_nothing(tmp_path):
    record = ClockRecord(tmp_path, boot=tmp_path / "no such file")
    record.write(HallTime(MORNING, 1.0, None, 0.0))

    assert record.read() is None
    assert not (tmp_path / NAME).exists()


def test_a_disk_that_refuses_is_said_once(tmp_path, boot, caplog):
    record = ClockRecord(tmp_path / "missing", boot=boot)
    for _ in range(3):
        record.write(HallTime(MORNING, 1.0, None, 0.0))

    assert ["hall time could not be kept"] == [one.message[:27] for one in caplog.records]

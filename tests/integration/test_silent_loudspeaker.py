"""A loudspeaker that nobody hears: staff is told once, and told no more when it speaks again."""

import datetime

from server.protocol.terms import AlertKind


def beat(api, voice, role="caller"):
    assert 200 == api.post("/devices/me/heartbeat", {"seen_seq": 1, "health": {"voice": voice}}, role=role)[0]


def silent(api):
    alerts = api.snapshot()["alerts"]
    return [(alert["device"] is not None, alert["count"]) for alert in alerts if alert["kind"] == AlertKind.SILENT]


def test_two_failed_announcements_running_are_one_line_at_the_desk_until_there_is_sound_again(api):
    """U4: every call failed, four of four, and the device stayed "在线 · voice fine"."""
    beat(api, "failing")
    assert [] == silent(api)

    beat(api, "silent")
    beat(api, "silent")
    assert [(True, 1)] == silent(api)

    beat(api, "fine")
    assert [] == silent(api)


def test_no_other_machine_says_that_a_loudspeaker_is_silent_or_is_heard_again(shared_api):
    """B8: a kiosk's token raised and closed alarms of loudspeakers by its own health."""
    for role in ("kiosk", "station", "console", "service", "portal"):
        beat(shared_api, "silent", role)
    assert [] == silent(shared_api)

    beat(shared_api, "silent")
    for role in ("kiosk", "station", "console", "service", "portal"):
        beat(shared_api, "fine", role)
    assert [(True, 1)] == silent(shared_api)


def test_health_that_changes_with_every_heartbeat_is_few_events_and_the_last_is_told(shared_api, monkeypatch):
    """B7: 200 heartbeats with changing health wrote 199 events; a voice that flickers raised and closed alarms."""
    before, now = shared_api.snapshot()["seq"], [shared_api.context.clock.real()]
    monkeypatch.setattr(type(shared_api.context.clock), "real", lambda _: now[0])
    for step in range(60):
        assert 200 == shared_api.post(
            "/devices/me/heartbeat", {"seen_seq": 1, "health": {"paper": step}}, role="station", key=""
        )[0]  # fmt: skip
        beat(shared_api, "silent" if step % 2 else "fine", "caller-2")
    assert shared_api.snapshot()["seq"] - before <= 2 * 2 * 12

    now[0] += datetime.timedelta(seconds=61)
    beat(shared_api, "silent", "caller-2")
    shared_api.due()
    told = [event["device"] for event in shared_api.events() if event["kind"] == "device.health"]
    assert {"paper": 59} == [one["health"] for one in told if one["role"] == "station"][-1]
    assert shared_api.device("caller-2") in {
        alert["device"] for alert in shared_api.snapshot()["alerts"] if alert["kind"] == AlertKind.SILENT
    }

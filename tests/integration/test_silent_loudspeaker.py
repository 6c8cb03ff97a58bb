"""A loudspeaker that nobody hears: staff is told once, and told no more when it speaks again."""

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

import os

from hardware.voice.audio.cache import Cache, sweep
from hardware.voice.audio.chime import chime
from hardware.voice.audio.sound import silence

HOUR = 3600.0


def test_a_rendering_is_found_by_engine_voice_speed_and_text(tmp_path):
    cache = Cache(tmp_path)
    cache.keep("neural", "zf", 0.85, "请", chime())

    assert chime() == cache.find("neural", "zf", 0.85, "请")
    assert cache.has("neural", "zf", 0.85, "请")
    assert None is cache.find("neural", "zf", 0.9, "请")
    assert None is cache.find("neural", "zm", 0.85, "请")
    assert None is cache.find("tone", "zf", 0.85, "请")
    assert None is cache.find("neural", "zf", 0.85, "到")


def test_nobody_can_ask_a_folder_whether_a_name_was_called(tmp_path):
    """S9: the hash of "请张女士" without a key is the same everywhere and can be guessed."""
    for name in ("a", "b"):
        Cache(tmp_path / name).keep("neural", "zf", 1.0, "请张女士", chime())
    one, other = ({path.name for path in (tmp_path / name).glob("*.wav")} for name in ("a", "b"))

    assert one.isdisjoint(other)
    assert 0o600 == (tmp_path / "a" / ".key").stat().st_mode & 0o777
    assert Cache(tmp_path / "a").has("neural", "zf", 1.0, "请张女士")


def test_what_a_caller_left_that_was_killed_is_removed_by_the_next(tmp_path):
    """S9: the last eight announcements stayed under the temporary folder after kill -9."""
    mine, gone, strange = (tmp_path / f"hall-voice-{name}" for name in (f"{os.getpid()}-x", "999999999-x", "x"))
    for folder in (mine, gone, strange):
        folder.mkdir()

    sweep("hall-voice-", tmp_path)

    assert [True, False, True] == [folder.exists() for folder in (mine, gone, strange)]


def test_a_full_cache_forgets_the_oldest_first(tmp_path):
    one_second = silence(24_000, 1.0)
    cache = Cache(tmp_path, limit=110_000)
    for age, text in enumerate(("三", "二", "一")):
        cache.keep("neural", "zf", 1.0, text, one_second)
        for path in tmp_path.glob("*.wav"):
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 100 + age))

    cache.prune()

    assert not cache.has("neural", "zf", 1.0, "三")
    assert cache.has("neural", "zf", 1.0, "二")
    assert cache.has("neural", "zf", 1.0, "一")


def test_a_rendering_is_gone_two_hours_after_it_was_made_however_often_it_was_spoken(tmp_path):
    first = Cache(tmp_path)
    first.keep("neural", "zf", 1.0, "请", chime())
    kept_at = next(tmp_path.glob("*.wav")).stat().st_mtime

    assert first.find("neural", "zf", 1.0, "请")
    assert kept_at == next(tmp_path.glob("*.wav")).stat().st_mtime
    assert not Cache(tmp_path, now=lambda: kept_at + 2.1 * HOUR).has("neural", "zf", 1.0, "请")


def test_a_torn_file_counts_as_not_there(tmp_path):
    cache = Cache(tmp_path)
    cache.keep("neural", "zf", 1.0, "请", chime())
    next(tmp_path.glob("*.wav")).write_bytes(b"RIFF")

    assert None is cache.find("neural", "zf", 1.0, "请")

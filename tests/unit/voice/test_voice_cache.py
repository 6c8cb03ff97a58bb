import os

from hardware.voice.cache import Cache
from hardware.voice.chime import chime
from hardware.voice.sound import silence

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


def test_a_file_name_says_nothing_of_the_patient(tmp_path):
    Cache(tmp_path).keep("neural", "zf", 1.0, "请张女士", chime())

    assert all(path.name.isascii() and "张" not in path.name for path in tmp_path.iterdir())


def test_a_full_cache_forgets_the_longest_unused_first(tmp_path):
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


def test_a_rendering_of_yesterday_is_gone(tmp_path):
    first = Cache(tmp_path)
    first.keep("neural", "zf", 1.0, "请", chime())
    kept_at = next(tmp_path.glob("*.wav")).stat().st_mtime

    assert first.has("neural", "zf", 1.0, "请")
    assert not Cache(tmp_path, now=lambda: kept_at + 25 * HOUR).has("neural", "zf", 1.0, "请")


def test_a_torn_file_counts_as_not_there(tmp_path):
    cache = Cache(tmp_path)
    cache.keep("neural", "zf", 1.0, "请", chime())
    next(tmp_path.glob("*.wav")).write_bytes(b"RIFF")

    assert None is cache.find("neural", "zf", 1.0, "请")

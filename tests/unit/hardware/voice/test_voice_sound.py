from array import array

import pytest

from hardware.voice.audio import sound
from hardware.voice.audio.chime import chime
from hardware.voice.audio.sound import Sound
from hardware.voice.engines.tone import render


def test_the_chime_lasts_less_than_a_second_and_is_heard():
    assert pytest.approx(0.9) == chime().seconds
    assert sound.is_audible(chime())


def test_the_chime_never_clips_and_ends_quietly():
    values = sound.numbers(chime().frames)

    assert max(map(abs, values)) < 32_000
    assert max(map(abs, values[-200:])) < 400


def test_the_chime_sounds_the_same_at_another_rate():
    assert 22_050 == chime(22_050).rate
    assert pytest.approx(chime().seconds, abs=0.001) == chime(22_050).seconds


def test_silence_is_not_audible():
    assert not sound.is_audible(sound.silence(24_000, 2.0))


def test_a_single_click_in_silence_is_not_audible():
    frames = array("h", [0] * 48_000)
    frames[24_000] = 32_000

    assert not sound.is_audible(Sound(24_000, frames.tobytes()))


def test_hiss_below_what_is_heard_is_not_audible():
    hiss = array("h", [(-1) ** place * 60 for place in range(48_000)])

    assert not sound.is_audible(Sound(24_000, hiss.tobytes()))


def test_nothing_at_all_is_not_audible():
    assert not sound.is_audible(Sound(24_000, b""))


def test_a_sound_is_read_as_it_was_written(tmp_path):
    sound.write(tmp_path / "chime.wav", chime())

    assert chime() == sound.read(tmp_path / "chime.wav")


def test_joining_puts_the_pause_between_the_parts_only():
    part = sound.silence(24_000, 1.0)

    assert pytest.approx(2.5) == sound.joined([part, part], 0.5, 24_000).seconds


def test_parts_of_another_rate_keep_their_length_when_joined():
    joined = sound.joined([chime(22_050), chime(24_000)], 0.0, 24_000)

    assert 24_000 == joined.rate
    assert pytest.approx(1.8, abs=0.01) == joined.seconds


def test_trimming_takes_the_quiet_at_both_ends(tmp_path):
    render("一", "zh", "tone", 1.0, tmp_path / "one.wav")
    one = sound.read(tmp_path / "one.wav")
    quiet = sound.silence(24_000, 1.0)

    assert sound.trimmed(sound.joined([quiet, one, quiet], 0.0, 24_000)).seconds < 0.25


def test_trimming_leaves_silence_as_it_is():
    assert pytest.approx(1.0) == sound.trimmed(sound.silence(24_000, 1.0)).seconds

"""The neural engine inside its child process: Kokoro-82M (int8 ONNX) on onnxruntime. Knows no cache.

All parts are Apache-2.0 or MIT and come from packages; English phonemes come from espeak-ng through phonemizer (GPL),
which is one more reason why the engine is a process of its own. Cantonese: the model has no phonemes for it.
"""

import logging
import os
from pathlib import Path

from hardware.voice.audio import sound
from hardware.voice.audio.cache import scratch
from hardware.voice.audio.sound import Sound, to_frames
from hardware.voice.engines import assets
from hardware.voice.engines.base import NEURAL_VOICES
from hardware.voice.engines.phonemes import chinese_reader, english, mandarin
from hardware.voice.process.renderer import Renderer

WARM_UP = ("请", "zh", NEURAL_VOICES["zh"].voice, 1.0)
"""Rendered while loading: the first inference is slower than all others."""
THREADS = 2
"""Of a caller's processor: more gain little on a model this small and starve the screens."""


def load() -> Renderer:
    """Load model, voices and readers (2 to 4 s). Raises NotAvailable or ImportError when a part is missing."""
    import numpy
    import onnxruntime
    from kokoro_onnx import Kokoro

    logging.getLogger("jieba").setLevel(logging.WARNING)
    logging.getLogger("phonemizer").setLevel(logging.ERROR)  # it warns of every word it joins
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting busily costs a third more
    session = onnxruntime.InferenceSession(str(assets.model()), options, providers=["CPUExecutionProvider"])
    archive = assets.voices(tuple(sorted({choice.voice for choice in NEURAL_VOICES.values()})))
    kokoro = Kokoro.from_session(session, str(archive))
    archive.unlink()
    read_chinese = chinese_reader()

    def read_english(words: str) -> str:
        return str(kokoro.tokenizer.phonemize(words, "en-us"))

    def render(text: str, language: str, voice: str, speed: float, path: Path) -> None:
        said = mandarin(text, read_chinese, read_english) if language == "zh" else english(text, read_english)
        audio, rate = kokoro.create(said, voice, speed=speed, is_phonemes=True)
        loud = audio * (0.8 / max(0.05, float(numpy.abs(audio).max())))
        sound.write(path, Sound(rate, to_frames([round(value * 32_767) for value in loud.tolist()])))

    render(*WARM_UP, scratch() / f"warm-up-{os.getpid()}.wav")
    (scratch() / f"warm-up-{os.getpid()}.wav").unlink()
    return render

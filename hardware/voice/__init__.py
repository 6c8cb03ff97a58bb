"""The voice of a hall: chime and sentences, by engines that may hang, die or stay silent without anybody waiting.

`open_voice(url)` gives a Voice; `VoiceSpeaker` fits it to the port `Speaker`. Knows no queue and no server.
"""

from hardware.voice.factory import open_voice
from hardware.voice.voice import Outcome, Voice

__all__ = ["Outcome", "Voice", "open_voice"]

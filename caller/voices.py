"""Chooses the speaker that CALLER_VOICE names. Knows no engine from inside."""

from caller.playing import SilentSpeaker
from hardware.ports import Speaker


def speaker_for(voice: str) -> Speaker:
    """Return the speaker for a setting; raises ValueError for an unknown one."""
    return SilentSpeaker()

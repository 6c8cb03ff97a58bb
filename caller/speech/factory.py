"""Makes the speaker that CALLER_VOICE names: here, or in the browser of a wall page. Knows no engine from inside."""

from caller.speech.announcer import Speaker
from caller.speech.speakers import BrowserSpeaker, SilentSpeaker
from hardware.voice import open_voice
from hardware.voice.play.players import local_player
from hardware.voice.speaker import VoiceSpeaker

BROWSER = "browser"


def speaker_for(setting: str) -> Speaker:
    """The speaker for `none`, a voice of hardware.voice (`auto`, `neural`, `pyttsx3`, `chime`, `file:///…`), or
    `browser`, also `browser+neural` and so on: the same voice, played by wall pages opened with `?sound=1`.

    `auto` on a machine that can play nothing is `browser`. Raises NotAvailable or CannotOpen for a bad setting.
    """
    if setting == "none":
        return SilentSpeaker()
    if setting == "auto" and local_player() is None:
        setting = BROWSER
    if setting.partition("+")[0] != BROWSER:
        return VoiceSpeaker(open_voice(setting))
    url = setting.partition("+")[2] or "auto"
    voice = VoiceSpeaker(
        open_voice(f"{url}{'&' if '?' in url else '?'}player=none" if ":" in url else f"{url}:?player=none")
    )
    return BrowserSpeaker(
        voice.files,
        prepare_ahead=voice.prepare,
        prefetch_ahead=voice.prefetch,
        release=voice.close,
        engine=f"browser, {voice.name}",
    )

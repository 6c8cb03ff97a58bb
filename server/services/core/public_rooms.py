"""What screens and loudspeakers call a room: by its number alone where a queue of it shows numbers only."""

from collections.abc import Iterable, Mapping

from server.domain.privacy.room_names import neutral_room
from server.services.core.hall_config import HallConfig

SETTING = "neutral_names"
"""Where the hall's settings keep the neutral names of the hall file, by station."""


def is_private(config: HallConfig, queues: Iterable[str]) -> bool:
    """Whether one of these queues asks that nobody hears which clinic a number is called to."""
    return any(config.queues[queue].privacy == "number_only" for queue in queues if queue in config.queues)


def public_room(config: HallConfig, station: str, names: Mapping[str, str], queues: Iterable[str]) -> dict[str, str]:
    """The station's name in public; its own where nothing neutral is known, so that nobody is sent to a wrong door."""
    if not is_private(config, queues):
        return dict(names)
    given: dict[str, str] | None = config.settings.get(SETTING, {}).get(station)
    return given or neutral_room(dict(names)) or dict(names)

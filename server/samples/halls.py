"""The sample hall files: the demo's hospital of two halls, and a plain hall for a replay. Knows no server."""

from importlib.resources import files

PLAIN_HEAD = """[hospital]
name = {{zh = "示范医院", en = "Demo Hospital"}}
timezone = "{timezone}"

[[hall]]
id = "{hall}"
name = {{zh = "门诊候诊区", en = "Outpatient hall"}}

[[hall.queue]]
id = "{hall}-OPD"
name = {{zh = "门诊", en = "Outpatients"}}
prefix = "A"
mode = "woven"
scale = "CN-OPD"
privacy = "masked"
"""
PLAIN_STATION = """
[[hall.station]]
id = "{hall}-R{place}"
name = {{zh = "{place}诊室", en = "Room {place}"}}
queues = ["{hall}-OPD"]
"""


def demo_hospital() -> str:
    """The hall file of the demo's hospital, as TOML."""
    return files("server.samples").joinpath("demo.toml").read_text(encoding="utf-8")


def plain_hall(hall: str, stations: int, timezone: str = "Asia/Shanghai") -> str:
    """A hall file with one woven queue and so many rooms, as TOML; ids carry the hall's, so nothing collides."""
    rooms = (PLAIN_STATION.format(hall=hall, place=place) for place in range(1, stations + 1))
    return PLAIN_HEAD.format(hall=hall, timezone=timezone) + "".join(rooms)

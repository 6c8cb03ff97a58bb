"""Sockets that send what no client of ours sends: as polling and as websocket, before and after the join."""

import base64
import contextlib
import http.client
import json
import os
import socket
import struct
from collections import Counter
from pathlib import Path
from random import Random

from tests.support.hall import RunningHall
from tests.support.hostile import hostile_texts

TEXTS = [text.encode("utf-8", "surrogatepass")[:2_000] for text in hostile_texts(200)]
EVENTS = ("connect", "disconnect", "message", "error", "event", "position", "join", "reset", "*", "__proto__", "")
PLACES = ("/hall", "/", "/other", "/hall/../x", "/hall?x=1", "//", "/" + "n" * 3_000)
TEXT = 0x1
PATIENCE = 10.0
"""Seconds for an answer; a socket that is cut hears at once that it is."""


def packet(random: Random, token: str) -> bytes:
    """One message: now and then nearly right, else of anything."""
    payload = random.choice(
        (
            json.dumps([random.choice(EVENTS), _value(random, 0)]),
            json.dumps(_value(random, 0)),
            json.dumps({"token": random.choice((token, "x", 7, None, [], {"a": token})), "hall": _value(random, 3)}),
            json.dumps(["event", {"_placeholder": True, "num": random.choice((0, 1, -1, 10**30))}]),
            "[" * random.choice((10, 900, 60_000)),
            "9" * 5_000,
            "{",
            "",
        )
    )
    attachments = random.choice(("", "", "1-", "0-", "10-", "99999999999-", "-1-", "1-1-"))
    number = random.choice(("", "", "0", "7", "9" * 400))
    head = random.choice(("40", "41", "42", "43", "44", "45", "46", "47", "49", "4", "1", "2", "3", "5", "6", "0", "b"))
    made = f"{head}{attachments}{random.choice(PLACES)},{number}{payload}".encode()
    if random.random() < 0.3:
        made = random.choice((random.randbytes(random.randint(0, 300)), random.choice(TEXTS), made[: len(made) // 2]))
    return made


def _value(random: Random, depth: int) -> object:
    if depth < 3 and random.random() < 0.4:
        return {random.choice(EVENTS): _value(random, depth + 1), "b": [_value(random, depth + 1)]}
    text = random.choice(TEXTS).decode("utf-8", "replace")
    return random.choice((text, None, True, -1, 1e308, 10**400 if random.random() < 0.1 else 0, [], "H1"))


def attack(hall: RunningHall, connections: int, seed: int) -> Counter[str]:
    """So many connections one after the other, each with up to twelve messages; what became of them."""
    random, seen, token = Random(seed), Counter[str](), hall.token("console")
    for _ in range(connections):
        joins = random.random() < 0.5
        way = random.choice((_websocket, _websocket, _polling))
        try:
            became = way(hall.port, random, token, joins)
        except TimeoutError:
            became = "unanswered"
        except (OSError, http.client.HTTPException):
            became = "cut"
        seen[f"{way.__name__[1:]} {'joined' if joins else 'stranger'} {became}"] += 1
    return seen


def _join(token: str) -> bytes:
    return b"40/hall," + json.dumps({"token": token, "hall": "H1"}).encode()


def frame(data: bytes, kind: int, first: int = 0x80) -> bytes:
    """A masked websocket frame."""
    size = len(data)
    long = struct.pack("!BH", 0xFE, size) if size < 65_536 else struct.pack("!BQ", 0xFF, size)
    return bytes([first | kind]) + (long if size > 125 else bytes([0x80 | size])) + bytes(4) + data


def _websocket(port: int, random: Random, token: str, joins: bool) -> str:
    key = base64.b64encode(random.randbytes(16))
    bearer = b"Authorization: Bearer " + token.encode() + b"\r\n" if joins else b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
        line.sendall(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + b"\r\n" + bearer + b"\r\n"
        )
        status = line.recv(2_048)[9:12].decode("ascii", "replace")
        if joins:
            line.sendall(frame(_join(token), TEXT))
            line.recv(2_048)
        for _ in range(random.randint(1, 12)):
            kind = random.choice((0x1, 0x1, 0x1, 0x2, 0x0, 0x9, 0xA, 0x3, 0xF))
            made = frame(packet(random, token), kind, random.choice((0x80, 0x80, 0x80, 0x80, 0x00, 0xF0)))
            line.sendall(made if random.random() < 0.9 else random.randbytes(40))
        if random.random() < 0.5:
            line.sendall(frame(b"", 0x8))
        return status


def _polling(port: int, random: Random, token: str, joins: bool) -> str:
    headers = {"Authorization": f"Bearer {token}"} if joins else {}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(line):
        line.request("GET", "/socket.io/?EIO=4&transport=polling", headers=headers)
        answer = line.getresponse()
        said = answer.read()
        if answer.status != 200:
            return str(answer.status)
        address = f"/socket.io/?EIO=4&transport=polling&sid={json.loads(said[1:])['sid']}"
        statuses = []
        bodies = [_join(token)] if joins else []
        bodies += [b"\x1e".join(packet(random, token) for _ in range(random.randint(1, 20))) for _ in range(3)]
        for body in bodies:
            line.request("POST", address, body=body, headers=headers)
            answer = line.getresponse()
            answer.read()
            statuses.append(answer.status)
        return str(max(statuses))


def resident_of(hall: RunningHall) -> int:
    """Kilobytes that the server's processes hold in memory together."""
    assert hall.process is not None
    total = 0
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if folder.name.isdigit() and os.getpgid(int(folder.name)) == hall.process.pid:
                pages = (folder / "statm").read_text(encoding="ascii").split()[1]
                total += int(pages) * os.sysconf("SC_PAGE_SIZE") // 1024
    return total

"""Hostile texts: what people, readers, laboratories and attackers send where a text is expected. The same each run."""

from collections.abc import Iterator
from random import Random

_CONTROL = [chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))]
_DIRECTION = list("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = list(
    "\u00ad\u034f\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u2060\u2061\u3164\ufeff\uffa0\u2800\U000e0041\ufe0f"
)
_LINES = ["\r\n", "\r", "\n\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\r\r\n\n", "\\.br\\", "<br/>"]
_SURROGATES = ["\ud800", "\udfff", "\udfff\ud800", "a\ud83d", "\ude00b", "\ud83d\ude00"]
_PRIVATE = ["\ue000", "\uf8ff", "\U000f0000", "\U0010fffd", "\ufffe", "\uffff", "\U0001ffff", "\ufdd0"]
_SCRIPTS = [
    "བཀྲ་ཤིས་བདེ་ལེགས",
    "ئۇيغۇرچە ئىسىم",
    "مُحَمَّدٌ رَسُولُ",
    "שָׁלוֹם עולם",
    "ᠮᠣᠩᠭᠣᠯ",
    "ꆈꌠꉙ",
    "ꦗꦮ",
    "𠮷𡈽𪚥𬺓",
    "𗼇𘃡",
    "가나다ㄱㅏ",
    "ក្រុង",
    "မြန်မာ",
    "हिन्दी क्षत्रिय",
    "தமிழ்",
    "ไทยกำ",
    "ﷺ﷽",
    "Ǆǅǆ ﬃ ﬆ",
    "ßſŉ",
    "Å Å Å",
    "①②㊙㍿㈱㍻",
    "𝕳𝖊𝖑𝖑𝖔",
    "𓀀𓂀",
    "𐏊𐎠",
    "꧁꧂",
]
_EMOJI = [
    "👨‍👩‍👧‍👦" * 20,
    "🏳️‍🌈",
    "🇨🇳🇭🇰🇹🇼",
    "👩🏿‍⚕️",
    "❤️‍🔥",
    "1️⃣*️⃣#️⃣",
    "\u200d" * 300,
    "👶" + "\U0001f3fb" * 50,
    "🏴" + "\U000e0067\U000e0062\U000e007f",
    "☃\ufe0e☃\ufe0f",
    "\ufe0f" * 200,
    "🫠🪬🫡",
    "🀄🂡",
    "💩" * 500,
]
_NUMBERS = [
    "9" * 400,
    "-" + "1" * 400,
    "1e999",
    "1E-999999",
    "0x" + "f" * 64,
    "1" + ",000" * 100,
    "1." + "0" * 500,
    "NaN",
    "Infinity",
    "-Infinity",
    "00000000000000000000",
    "+-+-+-1",
    "1/0",
    "٣٫١٤",
    "１２３",
    "½",
    "Ⅻ",
    "10^" * 50 + "9",
    "< < < 5",
    "1-2-3-4-5-6-7-8-9" * 20,
    "1:" * 200 + "1",
    "5.0×10³⁴⁵" * 20,
    "(" * 300,
    "%" * 300,
]
_COMMANDS = [
    "\x1b@",
    "\x1dV\x00",
    "\x1bp\x00\x19\xfa",
    "\x10\x04\x01",
    "\x10\x14\x01\x00\x05",
    "\x1d(k\x04\x001A2\x00",
    "\x1c.",
    "\x1b=\x00",
    "\x1dv0\x00\xff\xff\xff\xff",
    "\x1b*\x21\xff\xff",
    "\x1b[2J\x1b[31m",
    "\x1b]0;title\x07",
    "\x18\x05\x06",
]
_PROGRAMS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "</textarea><b>",
    "&lt;b&gt;&#x202e;",
    "data:text/html,<script>1</script>",
    "{{7*7}}${7*7}#{7*7}",
    "%s%n%x%p",
    "{0.__class__}{x!r}",
    "%(name)s",
    "$(reboot)`reboot`",
    "; DROP TABLE ticket;--",
    "' OR ''='",
    "../../../../etc/passwd",
    "C:\\Windows\\..\\..",
    "file:///etc/passwd",
    "http://169.254.169.254/",
    "//evil.example/x.js",
    "=cmd|'/c calc'!A1",
    "@SUM(1)",
    "\\u0000\\x00",
    "%00%0d%0aSet-Cookie:x=1",
    "\r\nX-Evil: 1",
    "null",
    "undefined",
    "true",
    "None",
    "__proto__",
    "constructor",
    "toString",
    "[object Object]",
    "﻿\ufeffBOM",
    "<!--",
    "]]>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'a'>]>&a;",
    "<br>" * 200,
    "\\" * 301,
    '"' * 301,
    "'" * 301,
]


def hostile_texts(count: int = 500) -> list[str]:
    """So many texts, each another one: every kind alone and inside of what would be an ordinary text, then mixtures."""
    alone = list(dict.fromkeys(_alone()))
    random = Random(20260302)
    texts = dict.fromkeys(alone)
    while len(texts) < count:
        parts = random.choices(alone, k=random.randint(2, 4))
        texts["".join(part[: random.choice((3, 30, 300))] for part in parts)] = None
    return list(texts)[:count]


def _alone() -> Iterator[str]:
    yield from ("", " ", "\u3000", "\t", "*", "-", "〓", "。" * 300, "a", "王")
    yield from (f"王{control}小明" for control in _CONTROL)
    yield from (f"黄色{line}清" for line in _LINES)
    yield from (f"12{mark}34" for mark in (*_DIRECTION, *_INVISIBLE))
    yield from _SURROGATES + _PRIVATE + _SCRIPTS + _EMOJI + _NUMBERS + _COMMANDS + _PROGRAMS
    yield from (
        "a" * 10_240,
        "長" * 10_240,
        "word " * 2_048,
        "W" * 2_000,
        "一、" * 1_000,
        "ab-" * 3_000,
        "x\u0301" * 3_000,
    )
    yield from (
        "Z" + "\u0300\u0316\u0489" * 60,
        "e" + "\u0301" * 2_000,
        "\u0301" * 500,
        "".join(f"字{chr(0x300 + n % 112)}" for n in range(900)),
    )
    yield from ("\u202e" + "3.5 - 9.5", "ا" * 5_000, "\u2067" * 200 + "1", "".join(_CONTROL), "".join(_INVISIBLE) * 20)
    yield from (" " * 5_000, "\n" * 3_000, "\u3000" * 2_000, "\x00" * 100, "a\x00b", "\u00a0" * 600, "｡ﾊﾝｶｸ" * 100)

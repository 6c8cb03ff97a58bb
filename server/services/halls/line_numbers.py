"""The lines on which the tables and keys of a hall file stand, for whoever corrects it; a best effort. Pure."""

import re

Location = tuple[int | str, ...]
"""Where a key stands in the parsed file, as pydantic names it: ("hall", 0, "queue", 1, "prefix")."""
_HEADER = re.compile(r"\s*+\[++\s*+([\w.]++)\s*+\]")
_KEY = re.compile(r"\s*+([^\s=]++)\s*+=")


class Lines:
    """A hall file looked through once; `find` is then asked for each fault."""

    def __init__(self, text: str) -> None:
        self._rows: list[tuple[int, str, str]] = []  # line, name of the table that begins there, key that stands there
        for number, line in enumerate(text.splitlines(), 1):
            if header := _HEADER.match(line):
                self._rows.append((number, header[1].rpartition(".")[2], ""))
            elif key := _KEY.match(line):
                self._rows.append((number, "", key[1].strip("\"'")))

    def find(self, loc: Location) -> int | None:
        """The line of a key, else that of its table, found by counting the tables before it."""
        wanted = [(loc[at], loc[at + 1]) for at in range(len(loc) - 1) if _is_numbered(loc, at)]
        key = next((str(part) for part in reversed(loc) if isinstance(part, str)), "")
        counts: dict[str, int] = {}
        inside, best = not wanted, None
        for number, name, own in self._rows:
            if name:
                counts[name] = counts.get(name, -1) + 1
                if name == "hall":
                    counts = {"hall": counts["hall"]}
                inside = all(counts.get(str(word)) == index for word, index in wanted)
                if inside and (best is None or (wanted and name == wanted[-1][0])):
                    best = number
            elif inside and own == key:
                return number
        return best


def _is_numbered(loc: Location, at: int) -> bool:
    return isinstance(loc[at], str) and isinstance(loc[at + 1], int)

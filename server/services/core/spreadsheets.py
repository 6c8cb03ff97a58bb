"""Rows from files as spreadsheets write them: encodings, delimiters, leftovers. Knows no column by name."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode

Cells = Mapping[Any, str | list[str] | None]
"""A row by its columns. csv keeps the cells beyond the first line under None, and None for a cell that is missing."""
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
ENCODINGS = ("utf-8", "gb18030")
"""Tried in this order where no byte order mark says which; GB18030 is what Chinese spreadsheets write."""
DELIMITERS = ",\t;"
LARGEST = 64 * 1024 * 1024
"""Bytes of a file: a hospital's register of half a million patients has about forty million."""
MOST_COLUMNS = 100


def read_table(content: bytes) -> tuple[Sequence[str], Sequence[Cells]]:
    """The words of a file's first line, and its rows by them. Raises import_rejected.

    A line such as `sep=;` before it names the delimiter; without one it is the character the first line has most of.
    """
    lines = text_of(content).splitlines(keepends=True)
    delimiter = None
    if lines and lines[0].strip().strip('"').lower().startswith("sep="):
        delimiter = lines.pop(0).rstrip("\r\n").strip('"')[4:5] or "\t"
    first = next((line for line in lines if line.strip()), "")
    delimiter = delimiter or max(DELIMITERS, key=first.count)
    number = 0
    try:
        reader = csv.DictReader(io.StringIO("".join(lines), newline=""), strict=True, delimiter=delimiter)
        header = tuple(reader.fieldnames or ())
        if len(header) > MOST_COLUMNS:
            raise HallError(ErrorCode.IMPORT_REJECTED, f"the first line has more than {MOST_COLUMNS} columns")
        rows = []
        for row in reader:
            number = reader.line_num
            rows.append(row)
        return header, rows
    except (csv.Error, ValueError) as error:  # ValueError: a delimiter that is none
        raise HallError(ErrorCode.IMPORT_REJECTED, f"after line {number}: {error}") from None


def text_of(content: bytes) -> str:
    """The text of a file. Raises import_rejected for one that is no text."""
    marked = next((name for mark, name in MARKS.items() if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise HallError(ErrorCode.IMPORT_REJECTED, "the file is no text in UTF-8, UTF-16 or GB18030")

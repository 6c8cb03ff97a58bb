"""Owns what a text from a reader or a finger must be before anybody is asked whose it is. Knows no screen."""

import re
import unicodedata

SHORTEST_CODE, LONGEST_CODE = 4, 512
"""Characters. No card or code of a hospital is shorter or longer; a QR code holds up to 4,296."""
OUR_CODE = re.compile(r"[A-Z2-7]{26}")
"""The form of the codes on slips and of the desk: 128 random bits, which nobody guesses."""
NO_READ = frozenset({"NOREAD", "NO READ", "NR"})
"""What readers send when they were triggered and saw nothing; the word is a factory setting of most makes."""


def clean_code(text: str) -> str:
    """The text in one width (NFKC), without control characters and spaces around; "" when nothing usable is left."""
    folded = unicodedata.normalize("NFKC", text)
    code = "".join(character for character in folded if character.isprintable()).strip()
    return code if len(code) <= LONGEST_CODE else ""


def code_of(text: str) -> str | None:
    """The code in a scan, or None for what is nobody's: several lines (a business card), too long, too short."""
    lines = [line for line in (clean_code(line) for line in text.splitlines()) if line]
    if len(lines) != 1 or len(text) > LONGEST_CODE or len(lines[0]) < SHORTEST_CODE:
        return None
    return None if lines[0].upper() in NO_READ else lines[0]

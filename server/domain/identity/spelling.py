"""One spelling for what people and machines write in several: codes in one case and width, names that can be seen.

A code is the same on a slip, from a reader with Caps Lock, and from an input method that writes in full width. A name
is stored as it was given, only what nobody can see is dropped; two names are compared by their key.
"""

import unicodedata

LONGEST_NAME = 100
BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0\u034f\u2800")
"""Letters and marks without a picture: the fillers of Hangul, inherent vowels of Khmer, the grapheme joiner, braille's
blank. Unicode calls the first seven Default_Ignorable; they are no Cf, which is dropped by its category."""
MIDDLE_DOTS = "·•‧∙⋅・･⸱ᐧ"


def fold_code(text: str) -> str:
    """A code in one spelling: compatibility forms resolved (NFKC), upper case, nothing invisible, no blanks around.

    A control character inside parts two codes, so it becomes a blank.
    """
    plain = unicodedata.normalize("NFKC", text)
    parted = "".join(" " if unicodedata.category(one) == "Cc" else one for one in plain)
    return "".join(one for one in parted if unicodedata.category(one) != "Cf").upper().strip()


def tidy_name(text: str) -> str:
    """A name as it is kept: single spaces, nothing invisible; every script and every age of Unicode is taken.

    Private-use characters and those younger than this program stay, for card readers and registers send them. Dropped
    are format characters (zero-width joiners, marks of direction, soft hyphens) and letters without a picture. Raises
    ValueError for a name that is empty then, is longer than 100 characters, or has a control character inside.
    """
    text = text.strip()
    if any(unicodedata.category(one) in {"Cc", "Cs"} for one in text):
        raise ValueError("a name is 1 to 100 characters without control characters")
    seen = "".join(one for one in text if unicodedata.category(one) != "Cf" and one not in BLANK_LETTERS)
    name = " ".join(seen.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ValueError("a name is 1 to 100 characters that can be seen")
    return name


def name_key(name: str) -> str:
    """What two spellings of one name have in common: composed, one case, one middle dot, without spaces."""
    text = unicodedata.normalize("NFC", name).casefold()
    for dot in MIDDLE_DOTS:
        text = text.replace(dot, "·")
    return "".join(one for one in text if not one.isspace() and unicodedata.category(one) != "Cf")

"""Owns how a sentence becomes the phonemes of the neural voice. Knows no model, no file and no sound.

The phonemes are those of Kokoro-82M: IPA with arrows for Mandarin tones (misaki's ZHG2P). The sentence comes composed
by the server, numbers already in words; here it only gets what an engine needs: letters by their Chinese names,
surnames by their surname reading, and the pauses of domain.md §2.8 (before the number and before the room).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

# How Chinese speakers name Latin letters, in pinyin: "A 零 一 二" is heard "ēi líng yī èr".
LETTER_NAMES = {
    "A": "ei1", "B": "bi4", "C": "sei1", "D": "di4", "E": "yi4", "F": "ai2 fu5", "G": "ji4", "H": "ei1 chi5",
    "I": "ai4", "J": "zhei4", "K": "kei4", "L": "ai2 lou5", "M": "ai2 mu5", "N": "en1", "O": "ou1", "P": "pi4",
    "Q": "kou1", "R": "a4 er5", "S": "ai2 si5", "T": "ti4", "U": "you1", "V": "wei1", "W": "da2 bu5 liu5",
    "X": "ai2 ke5 si5", "Y": "wai4", "Z": "zei4",
}  # fmt: skip  # the alphabet reads better in rows

# Characters that are read otherwise when they are a surname (domain.md §2.8, homographs).
SURNAME_READINGS = {
    "单": "shan4", "單": "shan4", "查": "zha1", "仇": "qiu2", "曾": "zeng1", "解": "xie4", "朴": "piao2", "任": "ren2",
    "盖": "ge3", "蓋": "ge3", "乐": "yue4", "樂": "yue4", "区": "ou1", "區": "ou1", "缪": "miao4", "繆": "miao4",
    "华": "hua4", "華": "hua4", "纪": "ji3", "紀": "ji3", "冼": "xian3", "燕": "yan1", "宁": "ning4", "万俟": "mo4 qi2",
    "尉迟": "yu4 chi2", "覃": "qin2", "令狐": "ling2 hu2", "尹": "yin3", "晁": "chao2", "曲": "qu1", "种": "chong2",
}  # fmt: skip  # a table of two columns

_TITLE = "女士|先生|小姐|姓患者|同学|小朋友"
_SURNAME = re.compile(f"({'|'.join(SURNAME_READINGS)})(?={_TITLE})")
_GAP_BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff]) +(?=[\u3400-\u9fff])")
_PIECE = re.compile(r"\{([a-z0-9 ]+)\}|([A-Za-z][A-Za-z'-]+)|([A-Za-z])|([^A-Za-z{}]+)")
_DIGIT = "零一二三四五六七八九幺"
_NUMBER = re.compile(rf"([A-Z]{{0,3}} ?(?:[{_DIGIT}] ?){{2,8}}) ?([号號])")
_PAUSES = re.compile(r"(?:\s*[,;:] ?){2,}")


def mandarin(text: str, word_phonemes: Callable[[str], str], english: Callable[[str], str]) -> str:
    """The phonemes of a Chinese sentence.

    `word_phonemes` reads a run of Chinese text or a pinyin syllable with its tone digit, `english` an English word
    inside it (a doctor's name, "CT" stays letters). A pause stands before the number and after it.
    """
    said = _with_pauses(unicodedata.normalize("NFKC", text))
    said = _SURNAME.sub(lambda found: f"{{{SURNAME_READINGS[found[1]]}}}", said)
    pieces = [_piece(found, word_phonemes, english) for found in _PIECE.finditer(said)]
    return re.sub(r" +", " ", _PAUSES.sub(", ", " ".join(pieces).replace(" ,", ","))).strip()


def _with_pauses(text: str) -> str:
    """请 A 零 一 二 号 张女士 到 内科三诊室 → 请, A 零 一 二 号, 张女士, 到 内科三诊室."""
    paused = _NUMBER.sub(lambda found: f", {found[1].strip()}{found[2]}, ", text)
    paused = re.sub(r" +(?=[到请請])", ", ", paused)
    return paused.strip(" ,")


def _piece(found: re.Match[str], word_phonemes: Callable[[str], str], english: Callable[[str], str]) -> str:
    pinyin, word, letter, chinese = found.groups()
    if pinyin:
        return word_phonemes(f"{{{pinyin}}}")
    if word and not word.isupper():
        return english(word)
    if word or letter:
        return " ".join(word_phonemes(f"{{{LETTER_NAMES[one]}}}") for one in (word or letter).upper() if one.isalpha())
    return word_phonemes(chinese)


@cache
def chinese_reader() -> Callable[[str], str]:
    """misaki's reader of Chinese runs and of {pin1 yin1}; loading it takes 1 to 2 s, so it is loaded once."""
    from misaki.zh import ZHG2P

    reader = ZHG2P()

    def read(piece: str) -> str:
        if piece.startswith("{"):
            return "".join(str(ZHG2P.py2ipa(syllable)) for syllable in piece.strip("{}").split()).replace("\u032f", "")
        spaced = " ".join(piece.split())
        return str(reader(spaced)[0]) if spaced else ""

    return read

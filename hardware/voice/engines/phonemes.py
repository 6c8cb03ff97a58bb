"""Owns how a sentence becomes the phonemes of the neural voice. Knows no model, no file and no sound.

The phonemes are those of Kokoro-82M: IPA with arrows for Mandarin tones (misaki's ZHG2P). The sentence comes composed
by the server, numbers already in words; here it only gets what an engine needs: letters by their names, surnames by
their surname reading, and rests.
"""

import re
import unicodedata
from collections.abc import Callable

from hardware.voice.engines.phrases import NUMBER, paused

Read = Callable[[str], str]

# How Chinese speakers name Latin letters, in pinyin: "A 零 一 二" is heard "ēi líng yī èr".
LETTER_NAMES = {
    "A": "ei1", "B": "bi4", "C": "sei1", "D": "di4", "E": "yi4", "F": "ai2 fu5", "G": "ji4", "H": "ei1 chi5",
    "I": "ai4", "J": "zhei4", "K": "kei4", "L": "ai2 lou5", "M": "ai2 mu5", "N": "en1", "O": "ou1", "P": "pi4",
    "Q": "kou1", "R": "a4 er5", "S": "ai2 si5", "T": "ti4", "U": "you1", "V": "wei1", "W": "da2 bu5 liu5",
    "X": "ai2 ke5 si5", "Y": "wai4", "Z": "zei4",
}  # fmt: skip  # the alphabet reads better in rows

# English letter names in the model's phonemes; espeak-ng would read a lone "A" as the article.
ENGLISH_LETTERS = {
    "A": "ˈA", "B": "bˈiː", "C": "sˈiː", "D": "dˈiː", "E": "ˈiː", "F": "ˈɛf", "G": "ʤˈiː", "H": "ˈAʧ", "I": "ˈI",
    "J": "ʤˈA", "K": "kˈA", "L": "ˈɛl", "M": "ˈɛm", "N": "ˈɛn", "O": "ˈO", "P": "pˈiː", "Q": "kjˈuː", "R": "ˈɑːɹ",
    "S": "ˈɛs", "T": "tˈiː", "U": "jˈuː", "V": "vˈiː", "W": "dˈʌbəljˌuː", "X": "ˈɛks", "Y": "wˈI", "Z": "zˈiː",
}  # fmt: skip  # the alphabet reads better in rows

# Characters that are read otherwise when they are a surname [S43].
SURNAME_READINGS = {
    "单": "shan4", "單": "shan4", "查": "zha1", "仇": "qiu2", "曾": "zeng1", "解": "xie4", "朴": "piao2", "任": "ren2",
    "盖": "ge3", "蓋": "ge3", "乐": "yue4", "樂": "yue4", "区": "ou1", "區": "ou1", "缪": "miao4", "繆": "miao4",
    "华": "hua4", "華": "hua4", "纪": "ji3", "紀": "ji3", "冼": "xian3", "燕": "yan1", "宁": "ning4", "万俟": "mo4 qi2",
    "尉迟": "yu4 chi2", "覃": "qin2", "令狐": "ling2 hu2", "晁": "chao2", "种": "chong2", "盛": "sheng4",
}  # fmt: skip  # a table of two columns

_NON_SYLLABIC = "\u032f"
"""A mark of misaki's that the model's alphabet does not have."""
_CHINESE = re.compile(r"([\u3400-\u9fff]+)")
_TITLE = "女士|先生|小姐|姓患者|同学|小朋友|医生|大夫"
_SURNAME = re.compile(f"({'|'.join(SURNAME_READINGS)})(?={_TITLE})")
_PIECE = re.compile(r"\{([a-z0-9 ]+)\}|([A-Za-z][A-Za-z'-]+)|([A-Za-z])|([^A-Za-z{}]+)")
_LONE_LETTER = re.compile(r"(?<![A-Za-z'])([A-Z](?![a-z'])|[A-Z]{2,3}(?![A-Za-z]))")


def mandarin(text: str, read_chinese: Read, read_english: Read) -> str:
    """The phonemes of a Chinese sentence, with rests around the number and before the place.

    `read_chinese` reads a run of Chinese text, or one of pinyin in braces; `read_english` an English word in it.
    """
    said = paused(unicodedata.normalize("NFKC", text).replace("。", ".").replace("、", ","))
    said = NUMBER.sub(lambda found: f", {found[0]}" if found.start() else found[0], said)
    said = _SURNAME.sub(lambda found: f"{{{SURNAME_READINGS[found[1]]}}}", said)
    pieces = [_piece(found, read_chinese, read_english) for found in _PIECE.finditer(said)]
    marks_closed = re.sub(r" +([,.:;!?])", r"\1", re.sub(r" {2,}", " ", " ".join(pieces)))
    return re.sub(r"([,.:;!?]),+", r"\1", marks_closed).strip(" ,")


def english(text: str, read_english: Read) -> str:
    """The phonemes of an English sentence: letters of a number by their names, the rest as espeak-ng reads it."""
    plain = unicodedata.normalize("NFKC", text)
    pieces = _LONE_LETTER.split(plain)
    said = [
        " ".join(ENGLISH_LETTERS[letter] for letter in piece) if place % 2 else read_english(piece)
        for place, piece in enumerate(pieces)
        if piece.strip()
    ]
    return re.sub(r" +([,.:;!?])", r"\1", " ".join(said)).strip()


def _piece(found: re.Match[str], read_chinese: Read, read_english: Read) -> str:
    pinyin, word, letter, chinese = found.groups()
    if pinyin:
        return read_chinese(f"{{{pinyin}}}")
    if word and not word.isupper():
        return read_english(word)
    if word or letter:
        letters = (one for one in (word or letter).upper() if one in LETTER_NAMES)
        return " ".join(read_chinese(f"{{{LETTER_NAMES[one]}}}") for one in letters)
    return read_chinese(chinese)


def chinese_reader() -> Read:
    """A reader of Chinese runs and of {pin1 yin1}: words cut by jieba, read by pypinyin, put into phonemes by misaki.

    Each syllable stands alone: run together, 诊室 is heard as "zhengshi". Loading the dictionary takes 1 to 2 s.
    """
    import cn2an
    import jieba
    from misaki.zh import ZHG2P
    from pypinyin import Style, lazy_pinyin

    jieba.setLogLevel("WARNING")
    jieba.initialize()  # now, not within the first call's deadline

    def syllables(pinyin: list[str]) -> str:
        return " ".join(str(ZHG2P.py2ipa(one)).replace(_NON_SYLLABIC, "") for one in pinyin)

    def read(piece: str) -> str:
        if piece.startswith("{"):
            return syllables(piece.strip("{}").split())
        runs = _CHINESE.split(ZHG2P.map_punctuation(cn2an.transform(piece, "an2cn")))
        return " ".join(
            syllables([one for word in jieba.lcut(run) for one in lazy_pinyin(word, Style.TONE3)]) if place % 2 else run
            for place, run in enumerate(runs)
        )

    return read

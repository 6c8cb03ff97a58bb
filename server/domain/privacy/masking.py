"""How a name may be shown or spoken (docs/sources.md, Masking of names). Knows no patient and no screen."""

import re
import unicodedata
from typing import Literal

from server.protocol.terms import Privacy

VoiceMode = Literal["none", "surname", "full"]

UNKNOWN = "*"
MIDDLE_DOTS = "·•‧∙⋅・･⸱ᐧ"
_COMPOUND_SURNAMES = """
    欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政
    濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马
    公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌
    微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙
    南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 褚师 歐陽 司馬 東方 獨孤 南宮 諸葛 尉遲 赫連 濮陽
    公孫 鍾離 長孫 鮮于 軒轅 東郭 西門 萬俟 聞人 澹臺
"""
COMPOUND_SURNAMES = frozenset(_COMPOUND_SURNAMES.split())
_SURNAME_SENTENCE = {"zh": "{}姓患者", "yue": "{}姓病人"}


def display_name(name: str | None, privacy: Privacy) -> str | None:
    """What a public screen or a slip may say of `name`: nothing, the masked form, or the name itself.

    `number_only` gives None; an unknown or one-character name gives "*".
    """
    if privacy == "number_only":
        return None
    if privacy == "full":
        return _tidy(name) or UNKNOWN
    return mask(name)


def mask(name: str | None) -> str:
    """Mask `name` (docs/sources.md, Masking of names): 张三 → 张*, 张小三 → 张*三, John Smith → J*** S****.

    A character is what a reader sees as one: base with its combining marks, also outside the basic plane.
    """
    text = _tidy(name)
    by_dot = [part.strip() for part in text.split("·") if part.strip()]
    if len(by_dot) > 1:
        return "·".join(_first_only("".join(part.split())) for part in by_dot)
    text = "".join(by_dot)
    characters = _characters("".join(text.split()))
    if len(characters) < 2:
        return UNKNOWN
    if all(_is_east_asian(character) for character in characters):
        return _mask_east_asian(characters)
    return " ".join(_first_only(part) for part in text.split())


def spoken_name(name: str | None, voice_mode: VoiceMode, language: str) -> str | None:
    """What the loudspeaker may say: None (number only), 张姓患者, or the whole name, by `voice_mode`.

    A surname is spoken only in a Chinese language and only when the name has one; characters beyond
    the common ideographs are left to the number, since voices misread or drop them [S44].
    """
    text = _tidy(name)
    spoken = "".join(text.split()) if _is_chinese(text) else text
    if voice_mode == "none" or len(_characters(spoken)) < 2:
        return None
    if voice_mode == "full":
        return spoken if language not in _SURNAME_SENTENCE or _is_readable(spoken) else None
    if language not in _SURNAME_SENTENCE or not _is_chinese(spoken) or not _is_readable(spoken) or "·" in spoken:
        return None
    return _SURNAME_SENTENCE[language].format(surname(spoken))


def surname(name: str) -> str:
    """The surname of a Chinese name, compound surnames whole: 欧阳小明 → 欧阳, 张三 → 张."""
    return name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[:1]


def _tidy(name: str | None) -> str:
    """NFC, one kind of middle dot and of space, halves of a surrogate pair joined, invisible characters gone."""
    text = (name or "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = unicodedata.normalize("NFC", text)
    text = re.sub(f"[{MIDDLE_DOTS}]", "·", text)
    if _is_chinese(re.sub(r"[.．]", "", text)):  # 买买提.艾力 is typed where a keyboard has no middle dot
        text = re.sub(r"[.．]", "·", text)
    text = "".join(character for character in text if character.isspace() or unicodedata.category(character)[0] != "C")
    return " ".join(text.split())


def _characters(text: str) -> list[str]:
    """The characters as a reader counts them: combining marks and variation selectors stay with their base."""
    characters: list[str] = []
    for code_point in text:
        if characters and unicodedata.category(code_point)[0] == "M":
            characters[-1] += code_point
        else:
            characters.append(code_point)
    return characters


def _mask_east_asian(characters: list[str]) -> str:
    if len(characters) == 2:
        return characters[0] + "*"
    return characters[0] + "*" * (len(characters) - 2) + characters[-1]


def _first_only(part: str) -> str:
    characters = _characters(part)
    return characters[0] + "*" * (len(characters) - 1)


def _is_east_asian(character: str) -> bool:
    """Whether names in this script are written without spaces: Han, Hangul, kana."""
    name = unicodedata.name(character[0], "")
    return name.startswith(("CJK ", "HANGUL ", "HIRAGANA ", "KATAKANA ", "IDEOGRAPHIC ")) or _is_new_han(character[0])


def _is_new_han(character: str) -> bool:
    """Ideographs younger than the interpreter's character database (planes 2 and 3 hold nothing else)."""
    return 0x20000 <= ord(character) <= 0x3FFFD


def _is_chinese(text: str) -> bool:
    characters = _characters("".join(text.split()).replace("·", ""))
    return bool(characters) and all(
        unicodedata.name(one[0], "").startswith("CJK ") or _is_new_han(one[0]) or one == "〇" for one in characters
    )


def _is_readable(text: str) -> bool:
    return all("\u4e00" <= character <= "\u9fa5" or character in "·〇" or character.isascii() for character in text)

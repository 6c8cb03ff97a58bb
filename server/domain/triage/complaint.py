"""Owns reading a chief complaint as staff write it, in English or Chinese, for findings. Knows no patient."""

import re
import unicodedata
from functools import cache

from server.domain.triage.findings import Catalogue, Finding

# A word this long that nobody knows is read as a word of the catalogue one slip away: “sezure”, “rigth”.
_SHORTEST_MISSPELT = 5
_NEGATORS = frozenset({"no", "not", "without", "denies", "denied", "deny", "denying", "neither", "nor", "negative"})
_NEGATION_ENDS = frozenset({",", ";", ".", "but", "and", "with", "+", "since", "after", "for", "then", "now", "due"})
# “LOC (-)”, “fever/chill (-/-)”: what stands before is denied, a word for each dash; “(LOC-)” is denied whole.
# “non-bloody”: the next word is denied.
# No run of words is tried twice, so that a long text takes no longer than its length.
_DENIED_AFTER = re.compile(r"(?<![\w./&' ])([\w./&' ]++)\(\s*+([-–−](?:\s*+/\s*+[-–−])*+)\s*+\)")
_DENIED_INSIDE = re.compile(r"\([\w ./&']++\s*+[-–−]\s*+\)")
_MOST_DENIED = 12
"""Words before “(-)” that it can deny; no phrase of a catalogue is longer."""
_NON = re.compile(r"\bnon[- ](?!respons|cardiac)\w+")
_LINKS = frozenset({"of", "in", "on", "the", "to"})
# Points between single letters do not matter: D.I, L.O.C, T.A.
_POINTED = re.compile(r"(?<![a-z0-9.])[a-z](?:\.[a-z])+(?![a-z0-9])")
_PIECES = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[,;.+]")
# 无, 否认, 没有 deny what follows up to the end of the clause or a turn of it (但, 伴, 出现), but not in 无力,
# 无意识2小时, 无明显诱因 and their like.
_DENIED_ZH = re.compile(
    r"(?:否认|没有|未见|不伴|无)"
    r"(?!力|意识(?!障碍|丧失|改变|模糊|不清)|呼吸(?!困难|急促|道|不畅|费力)|反应(?!迟钝)|尿(?!痛|频|急|潴|路|血|失禁)"
    r"|脉|法|人|痛|明显诱因|诱因|明显原因|原因)"
    r"(?:(?!但|却|伴|出现)[^,。;\s])*"
)


def find_findings(chief_complaint: str, catalogue: Catalogue) -> list[str]:
    """Ids of the findings that the complaint names, most urgent first; empty when nothing is recognised.

    Common abbreviations, word order and misspellings do not matter; what is denied (“no chest pain”, 无胸痛) does
    not count. The result is a proposal for the nurse, not a diagnosis.
    """
    text = unicodedata.normalize("NFKC", chief_complaint).casefold()
    said, denied = _words(text, catalogue)
    heard = _heard(said, catalogue)
    taken_back = _heard(denied, catalogue)
    chinese = _DENIED_ZH.sub(" ", text)
    found = [
        finding
        for finding in catalogue.findings.values()
        if _in_english(finding, heard, taken_back) or _in_chinese(finding, chinese)
    ]
    return [finding.id for finding in sorted(found, key=lambda finding: finding.acuity)]


def _heard(words: list[str], catalogue: Catalogue) -> set[str]:
    """The catalogue's words and stems that these words answer to."""
    longest = max(map(len, catalogue.stems), default=0)
    begins = {word[:end] for word in set(words) for end in range(1, min(len(word), longest) + 1)}
    begun = {f"{stem}*" for stem in catalogue.stems if stem in begins}
    return begun | catalogue.vocabulary.intersection(words)


def _in_english(finding: Finding, heard: set[str], denied: set[str]) -> bool:
    if any(_phrase(phrase, heard, denied) for phrase in finding.unless_en):
        return False
    return any(_phrase(phrase, heard, denied) for phrase in finding.complaint_en)


def _in_chinese(finding: Finding, text: str) -> bool:
    if any(piece in text for piece in finding.unless_zh):
        return False
    return any(piece in text for piece in finding.complaint_zh)


def _phrase(phrase: str, heard: set[str], denied: set[str]) -> bool:
    """Whether all its words were heard; of one with a negator of its own (“not breathing”), whether all were denied."""
    wanted = _wanted(phrase)
    return wanted <= (denied if _NEGATORS & wanted else heard)


@cache
def _wanted(phrase: str) -> frozenset[str]:
    return frozenset(phrase.casefold().split())


def _words(text: str, catalogue: Catalogue) -> tuple[list[str], list[str]]:
    """Words that are said and words that are denied, abbreviations written out and misspellings mended."""
    text = _POINTED.sub(lambda found: found[0].replace(".", ""), text)
    text = _DENIED_INSIDE.sub(" ", _NON.sub(" ", text))
    for long, short in catalogue.sayings:
        text = long.sub(short, text)
    text = _DENIED_AFTER.sub(lambda found: _before_denial(found[1], found[2], catalogue), text)
    return _pieces(_written_out(text, catalogue), catalogue)


def _before_denial(run: str, dashes: str, catalogue: Catalogue) -> str:
    """What stays said of the words before “(-)”: all but the last, and what makes one phrase with it, such as “chest
    pain (-)”; in “head trauma LOC (-)” the head is hurt."""
    left, gone = run.split(), ""
    wanted = min(dashes.count("/"), _MOST_DENIED)
    while left and (not gone or gone.replace("/", " ").count(" ") < wanted):
        gone = f"{left.pop()} {gone}".strip()
    for _ in range(_MOST_DENIED):
        if not left or not (left[-1] in _LINKS or _one_phrase(left[-1], gone, catalogue)):
            break
        gone = f"{left.pop()} {gone}"
    return " ".join([*left, " "])


def _one_phrase(word: str, others: str, catalogue: Catalogue) -> bool:
    """Whether a phrase of the catalogue needs this word and some of the others."""
    alone, rest, both = (
        _heard(_pieces(_written_out(text, catalogue), catalogue)[0], catalogue)
        for text in (word, others, f"{word} {others}")
    )
    phrases = (phrase for finding in catalogue.findings.values() for phrase in finding.complaint_en)
    return any(wanted <= both and not wanted <= rest and not wanted <= alone for wanted in map(_wanted, phrases))


def _written_out(text: str, catalogue: Catalogue) -> str:
    written_out = []
    for token in text.split():
        bare = token.strip(',.;:()[]+-"')
        written_out.append(token.replace(bare, catalogue.abbreviations.get(bare, bare)) if bare else token)
    return " ".join(written_out)


def _pieces(text: str, catalogue: Catalogue) -> tuple[list[str], list[str]]:
    said: list[str] = []
    denied: list[str] = []
    denying = False
    for piece in _PIECES.findall(text):
        if piece in _NEGATION_ENDS:
            denying = False
            continue
        denying = denying or piece in _NEGATORS
        word = _mend(catalogue.abbreviations.get(piece, piece), catalogue)
        (denied if denying else said).extend(word.split())
    return said, denied


def _mend(word: str, catalogue: Catalogue) -> str:
    """The word, or the one known word that differs by one slip of the pen and begins alike."""
    if len(word) < _SHORTEST_MISSPELT or word in catalogue.vocabulary or word.startswith(catalogue.stems):
        return word
    for stem in catalogue.near(word):
        base = stem.rstrip("*")
        open_ended = stem.endswith("*")
        if len(base) >= _SHORTEST_MISSPELT + open_ended:
            ends = (len(base) - 1, len(base), len(base) + 1) if open_ended else (len(word),)
            if any(_one_slip(word[:end], base) for end in ends):
                return base
    return word


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter was left out, doubled, mistaken or swapped with its neighbour."""
    if abs(len(one) - len(other)) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, wanted = one[same:], other[same:]
    swapped = rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:]
    return swapped or rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:]

"""Owns how a unit and a flag of a result are written on paper. Pure; a spelling that is not known stays as sent."""

import re

_POWER = re.compile(r"^(?:[×xX]\s?)?10[*^]([-−]?)(\d{1,2})(?=\s?/|$)")
"""A power of ten in front of a unit, as UCUM (10*9/L) and laboratories (10^9/L, x10^9/L) write it. `10E9` may mean ten
times as much and stays as sent."""
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

FLAGS: dict[str, tuple[str, str, str]] = {
    # FHIR R4 ObservationInterpretation / HL7 table 0078 → zh, yue, en; a line break parts arrow and word in a column
    "H": ("↑高", "↑高", "↑High"),
    "HU": ("↑高", "↑高", "↑High"),
    "H>": ("↑高", "↑高", "↑High"),
    "L": ("↓低", "↓低", "↓Low"),
    "LU": ("↓低", "↓低", "↓Low"),
    "L<": ("↓低", "↓低", "↓Low"),
    "HH": ("↑↑\n危急", "↑↑\n危急", "↑↑\nCritical"),
    "LL": ("↓↓\n危急", "↓↓\n危急", "↓↓\nCritical"),
    "AA": ("危急", "危急", "Critical"),
    "A": ("异常", "異常", "Abnormal"),
    "POS": ("阳性", "陽性", "Positive"),
    "DET": ("检出", "檢出", "Detected"),
    "IND": ("不确定", "不確定", "Unclear"),
    "E": ("可疑", "可疑", "Equivocal"),
    "RR": ("有反应", "有反應", "Reactive"),
    "WR": ("弱反应", "弱反應", "Weak"),
    "R": ("耐药", "耐藥", "Resistant"),
    "I": ("中介", "中介", "Intermed."),
    "SDD": ("剂量\n依赖", "劑量\n依賴", "Dose-\ndep."),
    "NS": ("不敏感", "不敏感", "Not susc."),
    "S": ("敏感", "敏感", "Susceptible"),
    "N": ("", "", ""),
    "NEG": ("", "", ""),
    "ND": ("", "", ""),
    "NR": ("", "", ""),
    "": ("", "", ""),
}
QUIET = frozenset({"", "N", "NEG", "ND", "NR", "S"})
"""Flags that ask for nobody's eye: their line is not set bold."""


def unit_text(unit: str | None) -> str:
    """A unit as it is printed: "1", which only says that there is none, is left out; 10*9/L becomes ×10⁹/L."""
    plain = (unit or "").strip()
    if plain == "1":
        return ""
    power = _POWER.match(plain)
    if power is None:
        return plain
    return f"×10{'⁻' if power[1] else ''}{power[2].translate(_RAISED)}{plain[power.end() :]}"


def flag_text(flag: str | None, language: str) -> str:
    """A flag as arrow and word: H → "↑高"; a critical one on two lines; an unknown one as it came."""
    code = (flag or "").strip().upper()
    return FLAGS[code][("zh", "yue", "en").index(language)] if code in FLAGS else (flag or "").strip()


def striking(flag: str | None) -> bool:
    """Whether a result is to be found without reading everything."""
    return (flag or "").strip().upper() not in QUIET

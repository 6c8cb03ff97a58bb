"""Owns how a unit and a flag of a result are written on paper. Pure; a spelling that is not known stays as sent."""

import re

from hardware.escpos.layout.words import PAPER, word

_POWER = re.compile(r"^(?:[×xX]\s?)?10[*^]([-−]?)(\d{1,2})(?=\s?/|$)")
"""A power of ten in front of a unit, as UCUM (10*9/L) and laboratories (10^9/L, x10^9/L) write it. `10E9` may mean ten
times as much and stays as sent."""
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_SAME = {"HU": "H", "H>": "H", "LU": "L", "L<": "L"}
"""Flags of FHIR R4 ObservationInterpretation and HL7 table 0078 that are printed like another."""
_SILENT = frozenset({"", "N", "NEG", "ND", "NR"})
"""Flags that nothing is printed for."""
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
    if code in _SILENT:
        return ""
    key = f"flag.{_SAME.get(code, code)}"
    return word(key, language) if PAPER.has(key, language) else (flag or "").strip()


def striking(flag: str | None) -> bool:
    """Whether a result is to be found without reading everything."""
    return (flag or "").strip().upper() not in QUIET

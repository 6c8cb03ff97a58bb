"""Was the patient examined (imaging, ECG, endoscopy) or a specimen? It chooses words on paper, nothing else. Pure."""

from collections.abc import Iterable

LABORATORY = frozenset({"lab", "laboratory", "hm", "ch", "mb", "bg", "mcb", "sp", "cp", "path"})
EXAMINATIONS = frozenset(
    {"rad", "rus", "nmr", "xrc", "cth", "cus", "vus", "ous", "nrs", "ec", "imaging", "radiology", "cardiology"}
)
"""HL7 table 0074 (diagnostic service sections) and the categories of FHIR R4, as they stand in `category`."""
TERMS = ("心电", "超声", "影像", "放射科", "内镜", "核磁")


def is_examination(words: Iterable[str]) -> bool:
    """Whether codes and texts of a report's category and name say that the patient was examined and no specimen."""
    folded = {word.strip().casefold() for word in words}
    if folded & LABORATORY:
        return False
    return bool(folded & EXAMINATIONS) or any(term in word for word in folded for term in TERMS)

"""Who a report is about and who made it, as FHIR R4 says it. Knows no results."""

from datetime import date

from server.domain.errors import HallError
from server.domain.reports.dates import latest
from server.domain.reports.person import fold_name, fold_number, is_han
from server.domain.reports.received import Subject
from server.integrations.fhir.bundle import Found, Root, identifiers_of
from server.integrations.fhir.ranges import Bearer
from server.integrations.fhir.shape import Json
from server.integrations.fhir.texts import clean, codes_of, words_of
from server.protocol.terms import ErrorCode

_FORMER = frozenset({"old", "maiden", "anonymous", "nickname"})
_ORDER = {"official": 0, "usual": 1, "temp": 3}
_REPRESENTATION = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"
_MAKERS = frozenset({"Organization", "Practitioner", "PractitionerRole"})
_LONGEST_NUMBER = 64
_OF_THINGS = frozenset({"VN", "AN", "ANC", "AND", "ANT", "PLAC", "FILL", "ACSN", "SNO", "RI", "PGN", "FGN", "LN"})
"""Types of numbers that name a visit, an account, an order, a specimen or a thing (HL7 table 0203)."""
_THINGS = ("就诊号", "流水号", "医嘱号", "申请单", "条码号", "样本号", "visit number", "encounter", "accession")


def subject_of(root: Root, report: Found) -> tuple[Subject, Found | None]:
    """Whom the report is about, and their Patient in the bundle.

    A reference by identifier needs no Patient: the number and the `display` are then all that is known. Raises invalid
    for a report about nobody, about something else than a patient, or about a patient who is not in the bundle.
    """
    reference = report.resource.get("subject") or {}
    found = root.resolve(reference, report)
    if found is not None and found.kind == "Patient":
        return _patient(root.read(found)), found
    identifier = reference.get("identifier") or {}
    if found is None and identifier.get("value") and reference.get("type") in {None, "Patient"}:
        names = (clean(reference.get("display")),) if clean(reference.get("display")) else ()
        numbers = (clean(identifier["value"])[:_LONGEST_NUMBER],) if _names_person(identifier) else ()
        return Subject(names=names, numbers=numbers), None
    reason = "a report's subject must be a Patient in the bundle, or a reference by identifier"
    raise HallError(ErrorCode.INVALID, f"{report.name}: {reason}", errors=[{"where": report.name, "reason": reason}])


def must_be_about(root: Root, thing: Found, report: Found, patient: Found | None, subject: Subject) -> None:
    """Raises invalid when a result or specimen is about another patient than the report."""
    reference = thing.resource.get("subject")
    if not reference:
        return
    found = root.resolve(reference, thing)
    if found is not None and patient is not None and _same(found, patient):
        return
    identifier = reference.get("identifier") or {}
    if found is None and identifier.get("value"):
        if fold_number(str(identifier["value"])) in {fold_number(number) for number in subject.numbers}:
            return
    elif found is None and reference.get("reference") == (report.resource.get("subject") or {}).get("reference"):
        return
    if found is not None and patient is None and _has_number(found, subject):
        return
    reason = f"its subject is not the patient of {report.name}"
    raise HallError(ErrorCode.INVALID, f"{thing.name}: {reason}", errors=[{"where": thing.name, "reason": reason}])


def says_otherwise(thing: Found, report: Found, patient: Found | None, subject: Subject) -> bool:
    """Whether a reference to the patient carries a Chinese name or a number that is not the patient's.

    It may still resolve to the right Patient; what contradicts itself is for the desk. A name in another script may be
    the same one, and a number of a system that the patient has none of says nothing, except where the report names its
    patient by a number only.
    """
    reference = thing.resource.get("subject") or {}
    display = fold_name(clean(reference.get("display")))
    names = [name for name in map(fold_name, subject.names) if any(map(is_han, name))]
    if names and any(map(is_han, display)) and not any(name in display for name in names):
        return True
    known = identifiers_of(patient.resource if patient else report.resource.get("subject") or {})
    numbers: dict[str, set[str]] = {}
    for system, value in known:
        numbers.setdefault(system, set()).add(fold_number(value))
    for system, value in identifiers_of(reference):
        if system in numbers and fold_number(value) not in numbers[system]:
            return True
        if patient is None and system and numbers.keys() - {""} and system not in numbers:
            return True
    return False


def bearer_of(subject: Subject, at: str | None) -> Bearer:
    """What reference ranges need to know of the patient; the age in days is that at `at`."""
    sex = subject.sex if subject.sex in {"male", "female"} else None
    moment, born = latest(at), subject.birth_date
    if moment is None or not born or len(born) < len("2026-11-30"):
        return Bearer(sex, None)
    return Bearer(sex, max(0, (moment.date() - date.fromisoformat(born)).days))


def makers_of(root: Root, references: list[Json | None] | None, at: Found) -> str | None:
    """The names of performers or interpreters: as displayed, else of the resource in the bundle; None for none."""
    names = [_maker(root, reference, at) for reference in references or []]
    return "、".join(dict.fromkeys(name for name in names if name)) or None


def _maker(root: Root, reference: Json | None, at: Found, depth: int = 0) -> str:
    said = clean((reference or {}).get("display"))
    found = None if said or depth > 1 else root.resolve(reference, at)
    if found is None or found.kind not in _MAKERS:
        return said
    root.read(found)
    if found.kind == "Organization":
        return clean(found.resource.get("name")) or clean(next(iter(found.resource.get("alias") or []), ""))
    if found.kind == "Practitioner":
        return next(iter(_names(found.resource)), "")
    parts = [_maker(root, found.resource.get(part), found, depth + 1) for part in ("practitioner", "organization")]
    return " ".join(part for part in parts if part)


def _patient(raw: Json) -> Subject:
    birth = raw.get("birthDate")
    numbers = [one for one in raw.get("identifier") or [] if _names_person(one)]
    return Subject(
        names=_names(raw),
        sex=raw.get("gender"),
        birth_date=str(birth) if birth else None,
        numbers=tuple(clean(one["value"])[:_LONGEST_NUMBER] for one in numbers),
        doubtful=raw.get("active") is False or _is_replaced(raw),
    )


def _names_person(identifier: Json | None) -> bool:
    """Whether a number is in use and may be a person's; a visit's, an order's or a specimen's says nobody."""
    if not isinstance(identifier, dict) or not identifier.get("value"):
        return False
    kind = identifier.get("type") or {}
    codes, text = {code.upper() for code in codes_of(kind)}, words_of(kind)
    is_of_thing = bool(codes & _OF_THINGS) or any(word in text.lower() for word in _THINGS)
    return identifier.get("use") != "old" and not _is_over(identifier) and not is_of_thing


def _is_replaced(raw: Json) -> bool:
    """Whether the record says that another one counts in its place."""
    return any(isinstance(link, dict) and link.get("type") == "replaced-by" for link in raw.get("link") or [])


def _names(raw: Json) -> tuple[str, ...]:
    """Current names, the official one first and of two spellings the one in characters; former ones are left out."""
    current = [name for name in raw.get("name") or [] if name and name.get("use") not in _FORMER and not _is_over(name)]
    current.sort(key=lambda name: (_ORDER.get(name.get("use") or "", 2), _is_sound(name)))
    found: list[str] = []
    for name in current:
        found += [clean(name.get("text")), *_parts(name)]
    return tuple(dict.fromkeys(name for name in found if name))


def _parts(name: Json) -> list[str]:
    given = [clean(part) for part in name.get("given") or [] if clean(part)]
    family = clean(name.get("family"))
    if not given and not family:
        return []
    if all(is_han(one) for one in "".join([family, *given]) if one not in "··•"):
        return ["".join([family, *given])]
    return [" ".join([*given, family]).strip()]


def _is_sound(name: Json) -> bool:
    """Whether a name is written by its sound (ISO 21090 SYL), such as pinyin beside characters."""
    return any(
        one.get("url") == _REPRESENTATION and one.get("valueCode") == "SYL" for one in name.get("extension") or []
    )


def _is_over(thing: Json) -> bool:
    """Whether the period of a name or number has an end: those that have ended are former ones."""
    period = thing.get("period")
    return isinstance(period, dict) and bool(period.get("end")) and not str(period["end"]).startswith("9999")


def _same(one: Found, other: Found) -> bool:
    if one.resource is other.resource:
        return True
    if one.kind != other.kind:
        return False
    mine, theirs = set(identifiers_of(one.resource)), set(identifiers_of(other.resource))
    return bool(mine & theirs) or one.resource == other.resource


def _has_number(found: Found, subject: Subject) -> bool:
    numbers = {fold_number(number) for number in subject.numbers}
    return found.kind == "Patient" and any(fold_number(value) in numbers for _, value in identifiers_of(found.resource))

"""The lines of a report: results, their components and members to any depth, notes, and what cannot be set."""

from dataclasses import replace

from server.domain.reports.critical import CODES as CRITICAL
from server.domain.reports.received import Line, Problem, Subject
from server.integrations.fhir.bundle import Found, Root, labels_of
from server.integrations.fhir.people import must_be_about, says_otherwise
from server.integrations.fhir.ranges import Bearer, range_of
from server.integrations.fhir.shape import Json, is_modified
from server.integrations.fhir.texts import LONGEST, all_words, clean, codes_of, paragraphs, words_of
from server.integrations.fhir.values import Value, absent_reason, concept_value, value_of

MOST_LINES = 400
"""Lines of one report; a longer one is some metres of paper, and for the desk."""
DEEPEST = 16
"""Panels inside panels."""
LONG_TEXT = 60
"""Characters from which on a value is set as running text."""


class Lines:
    """Gathers the lines of one report; each Observation stands on the paper once."""

    def __init__(self, root: Root, report: Found, patient: Found | None, subject: Subject, bearer: Bearer) -> None:
        self._root, self._report, self._patient = root, report, patient
        self._subject, self._bearer = subject, bearer
        self._seen: set[int] = set()
        self.lines: list[Line] = []
        self.labels: list[str] = []
        self.says_otherwise = False
        self.categories: list[str] = []

    def add_results(self, references: list[Json | None]) -> None:
        """The results of the report. What is also a member of another result stands below that one."""
        results = [(reference, self._root.resolve(reference, self._report)) for reference in references]
        observations = [found for _, found in results if found is not None and found.kind == "Observation"]
        members = {id(member) for found in observations for member in self._members(found)}
        for reference, found in results:
            if found is None or id(found.resource) not in members:
                self._add(reference, found, 0, 0)
        for found in observations:  # those that are members of each other only
            self._add({}, found, 0, 0)

    def _members(self, found: Found) -> list[Json]:
        references = self._root.read(found).get("hasMember") or []
        members = [self._root.resolve(reference, found) for reference in references]
        return [one.resource for one in members if one is not None and one.resource is not found.resource]

    def _add(self, reference: Json | None, found: Found | None, level: int, depth: int) -> None:
        if len(self.lines) >= MOST_LINES or depth > DEEPEST:
            self._put(Line(level=min(level, 3), problem=Problem.TOO_LONG))
            return
        if found is None or found.kind != "Observation":
            name = clean((reference or {}).get("display")) or (words_of(found.resource.get("code")) if found else "")
            problem = Problem.MISSING if found is None else Problem.UNSETTABLE
            self._put(Line(level=level, name=name, words=(name,) if name else (), problem=problem))
            return
        if id(found.resource) in self._seen:
            return
        self._seen.add(id(found.resource))
        self._root.read(found)
        must_be_about(self._root, found, self._report, self._patient, self._subject)
        self.says_otherwise |= says_otherwise(found, self._report, self._patient, self._subject)
        self.labels += labels_of(found.resource)
        self.categories += all_words(found.resource.get("category") or [])
        self._observation(found, level, depth)

    def _observation(self, found: Found, level: int, depth: int) -> None:
        raw = found.resource
        parts = [part for part in raw.get("component") or [] if isinstance(part, dict)]
        members = raw.get("hasMember") or []
        status = clean(raw.get("status"))
        wrong = is_modified(raw) or bool(raw.get("focus"))
        lines = _lines(raw, level, status, self._bearer, is_group=bool(parts or members))
        if wrong:
            lines[0] = replace(lines[0], problem=lines[0].problem or Problem.UNSETTABLE)
        for line in lines:
            self._put(line)
        below = min(level + 1, 3)
        for part in parts:
            for line in _lines(part, below, status, self._bearer, is_group=False):
                self._put(line)
        for reference in members:
            self._add(reference, self._root.resolve(reference, found), below, depth + 1)

    def _put(self, line: Line) -> None:
        if len(self.lines) <= MOST_LINES:
            self.lines.append(line)


def _lines(raw: Json, level: int, status: str, bearer: Bearer, *, is_group: bool) -> list[Line]:
    """The lines of one Observation, or of a component of one, without those below it."""
    name = words_of(raw.get("code"))
    value, shows_interpretation = _value(raw)
    problem = value.problem or (None if name else Problem.UNSETTABLE)
    if value.is_empty and not is_group:
        problem = Problem.MISSING
    notes = tuple(text for note in raw.get("note") or [] for text in paragraphs((note or {}).get("text")))
    marks = tuple(all_words(raw.get("interpretation") or []))
    line = Line(
        kind="heading" if is_group and value.is_empty else "result",
        level=level,
        name=(name or next(iter(codes_of(raw.get("code"))), "?"))[:300],
        value=value.texts[0] if value.texts else "",
        phrase="" if value.texts else value.phrase,
        unit=value.unit,
        flag="" if shows_interpretation else flag_of(raw),
        marks=marks,
        range=range_of(raw, bearer, value.unit),
        status=status,
        notes=notes,
        words=tuple(all_words([raw.get("code")])) + value.words,
        problem=problem or (Problem.TOO_LONG if _is_too_long([name, *value.texts, *notes]) else None),
    )
    if len(value.texts) < 2 and len(line.value) <= LONG_TEXT:
        return [line]
    more = [Line(kind="text", level=level, value=text[:LONGEST], status=status) for text in value.texts[1:]]
    return [replace(line, kind="text", value=line.value[:LONGEST]), *more]


def _value(raw: Json) -> tuple[Value, bool]:
    """The value; where there is none, why, or the interpretation that stands for it (such as S or R), and then True."""
    value = value_of(raw)
    if not value.is_empty:
        return value, False
    if raw.get("dataAbsentReason"):
        return absent_reason(raw), False
    interpretation = next((one for one in raw.get("interpretation") or [] if one), None)
    said = concept_value(interpretation) if interpretation else value
    return said, not said.is_empty


def flag_of(raw: Json) -> str:
    """The code to print: a critical one if there is any, else the first; a short word where there is no code."""
    concepts = [one for one in raw.get("interpretation") or [] if one]
    codes = [code.upper() for concept in concepts for code in codes_of(concept)]
    critical = [code for code in codes if code in CRITICAL]
    texts = [words_of(concept) for concept in concepts]
    return next(iter([*critical, *codes, *(text for text in texts if text)]), "")[:16]


def _is_too_long(texts: list[str]) -> bool:
    return any(len(text) > LONGEST for text in texts) or len(texts[0]) > 300

"""A DiagnosticReport of a bundle as the plain form that is kept."""

import base64
import re

from server.domain.errors import HallError
from server.domain.reports.dates import latest
from server.domain.reports.received import Order, Problem, Received, Subject
from server.domain.reports.versions import STATUSES
from server.integrations.fhir.bundle import Found, Root, labels_of
from server.integrations.fhir.lines import Lines
from server.integrations.fhir.people import bearer_of, makers_of, must_be_about, says_otherwise, subject_of
from server.integrations.fhir.shape import Json, is_modified
from server.integrations.fhir.texts import LONGEST, all_words, clean, codes_of, paragraphs, words_of
from server.protocol.terms import ErrorCode

LONGEST_IDENTIFIER = 128
UNTITLED = "检验检查报告 Diagnostic report"
MOST_TEXT = 20_000
"""Characters of a whole report on paper, its notes too; a longer one is for the desk."""
_CHARSETS = frozenset(
    {
        "utf-8", "utf8", "us-ascii", "ascii", "gbk", "gb2312", "gb18030", "cp936", "big5", "big5-hkscs",
        "iso-8859-1", "latin1", "windows-1252", "utf-16", "utf-16le", "utf-16be",
    }
)  # fmt: skip  # one name a line says no more
"""Those of text that a hospital sends. Python knows others that are no character sets (undefined, unicode_escape)."""


def read_report(root: Root, report: Found) -> Received:
    """The report in plain form. Raises invalid, naming the resource, for what is no legal or no whole report."""
    raw = report.resource
    root.read(report)
    if raw["status"] not in STATUSES:
        raise _invalid(report, f"a report's status is one of {', '.join(sorted(STATUSES))}")
    subject, patient = subject_of(root, report)
    system, identifier = _identifier(report)
    aliases = tuple(clean(one["value"])[:128] for one in raw.get("identifier") or [] if one and clean(one.get("value")))
    specimens = _specimens(root, report)
    for specimen in specimens:
        must_be_about(root, specimen, report, patient, subject)
    observations = _observations(root, report)
    collected = _date(raw, "effective") or _date_of_specimens(specimens) or _date_of_results(observations)
    issued = clean(raw.get("issued")) or None
    lines = Lines(root, report, patient, subject, bearer_of(subject, collected or issued))
    lines.add_results(raw.get("result") or [])
    conclusion, problems, attached = _conclusion(raw, has_results=bool(lines.lines))
    problems += _problems(report, patient, subject, specimens, lines, conclusion)
    labels = [*root.labels, *labels_of(raw), *lines.labels, *(labels_of(patient.resource) if patient else [])]
    performer = makers_of(root, raw.get("performer"), report)
    return Received(
        system=system,
        identifier=identifier,
        aliases=aliases,
        source_id=_source_id(report),
        order=Order(_meta(report, "versionId"), _meta(report, "lastUpdated"), issued),
        status=raw["status"],
        title=_title(raw),
        subject=subject,
        lines=tuple(lines.lines),
        conclusion=tuple(text[:LONGEST] for text in conclusion),
        words=_words(raw, lines),
        labels=tuple(dict.fromkeys(labels)),
        problems=tuple(dict.fromkeys(problems)),
        attached=attached,
        issued=issued,
        collected=collected,
        performer=performer or _performer_of_results(root, observations),
        verifier=makers_of(root, raw.get("resultsInterpreter"), report),
    )


def _problems(
    report: Found, patient: Found | None, subject: Subject, specimens: list[Found], lines: Lines, conclusion: list[str]
) -> list[Problem]:
    """What is wrong with the report as a whole: a modifier, another person named in it, too long for paper."""
    problems: list[Problem] = []
    if is_modified(report.resource) or (patient is not None and is_modified(patient.resource)):
        problems.append(Problem.UNSETTABLE)
    if lines.says_otherwise or any(says_otherwise(one, report, patient, subject) for one in [report, *specimens]):
        problems.append(Problem.SUBJECT)
    texts = [*conclusion, *(text for line in lines.lines for text in (line.name, line.value, line.range, *line.notes))]
    if sum(map(len, texts)) > MOST_TEXT:
        problems.append(Problem.TOO_LONG)
    return problems


def _words(raw: Json, lines: Lines) -> tuple[str, ...]:
    """What the report is about, in the words of its codes and of its lines, each once."""
    concepts = [raw.get("code"), *(raw.get("category") or []), *(raw.get("conclusionCode") or [])]
    return tuple(dict.fromkeys([*all_words(concepts), *lines.categories]))


def _title(raw: Json) -> str:
    """What the report is called: its code in words, else its category; a code alone says nothing to a reader."""
    categories = [words_of(concept) for concept in raw.get("category") or []]
    return next((text for text in [words_of(raw.get("code")), *categories] if text), UNTITLED)


def _identifier(report: Found) -> tuple[str, str]:
    """System and value of the number that names this report and no other.

    The laboratory's own (HL7 table 0203 FILL), else the only one that is not the order's, else all of them together
    in any order, since nothing says which is whose; without any, the resource's id.
    """
    given = [one for one in report.resource.get("identifier") or [] if one and clean(one.get("value"))]
    typed = [(one, {code.upper() for code in codes_of(one.get("type"))}) for one in given]
    own = [one for one, codes in typed if "FILL" in codes]
    others = [one for one, codes in typed if not codes & {"PLAC", "PLACR", "ORD"}]
    chosen = own[:1] or (others if len(others) == 1 else [])
    system = clean(chosen[0].get("system")) if chosen else ""
    numbers = [clean(one["value"]) for one in chosen or others or given]
    number = "|".join(sorted(set(numbers))) or clean(report.resource.get("id"))
    if not number or len(number) > LONGEST_IDENTIFIER:
        raise _invalid(report, f"a report needs an identifier of 1 to {LONGEST_IDENTIFIER} characters")
    return system, number


def _source_id(report: Found) -> str:
    own = clean(report.resource.get("id"))
    return (f"DiagnosticReport/{own}" if own else report.full_url)[:200]


def _meta(report: Found, name: str) -> str | None:
    return clean(report.meta.get(name))[:64] or None


def _specimens(root: Root, report: Found) -> list[Found]:
    found = [root.resolve(reference, report) for reference in report.resource.get("specimen") or []]
    specimens = [one for one in found if one is not None and one.kind == "Specimen"]
    for one in specimens:
        root.read(one)
    return specimens


def _observations(root: Root, report: Found) -> list[Found]:
    found = [root.resolve(reference, report) for reference in report.resource.get("result") or []]
    observations = [one for one in found if one is not None and one.kind == "Observation"]
    for one in observations:
        root.read(one)
    return observations


def _performer_of_results(root: Root, observations: list[Found]) -> str | None:
    """Who made the results, where the report does not say it and each result does."""
    names = [makers_of(root, one.resource.get("performer"), one) for one in observations]
    return "、".join(dict.fromkeys(name for name in names if name)) if names and all(names) else None


def _date(raw: Json, element: str) -> str | None:
    """A dateTime or Period at the precision it has; a period with one end is that end."""
    at, period = raw.get(f"{element}DateTime") or raw.get(f"{element}Instant"), raw.get(f"{element}Period") or {}
    ends = [clean(period.get(end)) for end in ("start", "end")]
    return clean(at) or "/".join(end for end in ends if end) or None


def _date_of_specimens(specimens: list[Found]) -> str | None:
    dates = [_date(one.resource.get("collection") or {}, "collected") for one in specimens]
    return _span([date for date in dates if date])


def _date_of_results(observations: list[Found]) -> str | None:
    return _span([date for one in observations if (date := _date(one.resource, "effective"))])


def _span(dates: list[str]) -> str | None:
    """One date of several: the same, else from the first to the last."""
    known = sorted((moment, date) for date in dates if (moment := latest(date)) is not None)
    if not known:
        return None
    first, last = known[0][1].split("/")[0], known[-1][1].split("/")[-1]
    return first if known[0][1] == known[-1][1] and "/" not in known[0][1] else f"{first}/{last}"


def _conclusion(raw: Json, *, has_results: bool) -> tuple[list[str], list[Problem], int]:
    """What the report says in words: its text, its conclusion and coded conclusions; and what of it is no text.

    The number is that of attachments that are not on the paper, such as a PDF.
    """
    texts: list[str] = []
    unread = 0
    for attachment in raw.get("presentedForm") or []:
        text = _text_of(attachment or {})
        unread += text is None
        texts += paragraphs(text)
    said = paragraphs(raw.get("conclusion"))
    coded = [words_of(concept) for concept in raw.get("conclusionCode") or []]
    texts += [text for text in said if text not in texts]
    texts += [text for text in coded if text and text not in texts]
    problems = [Problem.UNSETTABLE] if any(not text for text in coded) else []
    if unread and not texts and not has_results:
        problems.append(Problem.SHEET_ONLY)
    if any(len(text) > LONGEST for text in texts):
        problems.append(Problem.TOO_LONG)
    return texts, problems, unread


def _text_of(attachment: Json) -> str | None:
    """The text of an attachment of plain text; None for anything else, or where it cannot be read."""
    kind = clean(attachment.get("contentType")).lower()
    data = attachment.get("data")
    if kind.split(";")[0].strip() != "text/plain" or not isinstance(data, str):
        return None
    charset = re.search(r"charset=\"?([\w-]+)", kind)
    named = charset[1] if charset else "utf-8"
    if named not in _CHARSETS:
        return None
    try:
        return base64.b64decode(data, validate=False).decode(named)
    except ValueError:  # no base64, or no text of this character set
        return None


def _invalid(report: Found, reason: str) -> HallError:
    return HallError(ErrorCode.INVALID, f"{report.name}: {reason}", errors=[{"where": report.name, "reason": reason}])

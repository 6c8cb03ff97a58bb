"""Reading FHIR R4 bundles of reports (fhir.resources, sub-package R4B) into the services' plain model."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.diagnosticreport import DiagnosticReport
from fhir.resources.R4B.observation import Observation
from fhir.resources.R4B.patient import Patient
from pydantic import ValidationError

from server.domain.errors import HallError
from server.domain.reports import STATUSES
from server.protocol.terms import ErrorCode
from server.services.reports import Received, ReceivedItem

LONGEST_IDENTIFIER = 128


def read_bundle(raw: Mapping[str, Any]) -> list[Received]:
    """The reports of a bundle. Raises invalid when it is no FHIR R4 bundle or holds no DiagnosticReport."""
    try:
        bundle = Bundle.model_validate(raw)
    except ValidationError as error:
        faults = [{"where": ".".join(map(str, f["loc"])), "reason": f["msg"]} for f in error.errors()[:20]]
        raise HallError(ErrorCode.INVALID, "not a FHIR R4 bundle", errors=faults) from None
    except LookupError as error:  # fhir.resources looks a type up before it validates
        raise HallError(ErrorCode.INVALID, f"FHIR R4 knows no resource {error}") from None
    found: dict[str, Any] = {}
    for entry in bundle.entry or []:
        resource = entry.resource
        if resource is None:
            continue
        for key in (entry.fullUrl, f"{resource.get_resource_type()}/{resource.id}"):
            if key:
                found[key] = resource
    reports = [entry.resource for entry in bundle.entry or [] if isinstance(entry.resource, DiagnosticReport)]
    if not reports:
        raise HallError(ErrorCode.INVALID, "the bundle holds no DiagnosticReport")
    try:
        return [_report(report, found) for report in reports]
    except OverflowError:
        raise HallError(ErrorCode.INVALID, "a date of the report is out of range") from None


def _report(report: DiagnosticReport, found: Mapping[str, Any]) -> Received:
    contained = {f"#{resource.id}": resource for resource in report.contained or []}
    known = {**found, **contained}
    subject = known.get(report.subject.reference) if report.subject and report.subject.reference else None
    if not isinstance(subject, Patient):
        raise HallError(ErrorCode.INVALID, "a report's subject must be a Patient in the bundle")
    results = [known.get(reference.reference or "") for reference in report.result or []]
    observations = [result for result in results if isinstance(result, Observation)]
    system, identifier = next(
        ((str(one.system or ""), one.value) for one in report.identifier or [] if one.value), ("", report.id)
    )
    if not identifier or len(identifier) > LONGEST_IDENTIFIER:
        raise HallError(ErrorCode.INVALID, f"a report needs an identifier of 1 to {LONGEST_IDENTIFIER} characters")
    if report.status not in STATUSES:
        raise HallError(ErrorCode.INVALID, f"a report's status is one of {', '.join(sorted(STATUSES))}")
    security = [code.code for code in (report.meta.security if report.meta and report.meta.security else [])]
    return Received(
        system=system,
        identifier=identifier,
        status=str(report.status),
        title=_words(report.code) or identifier,
        codes=tuple(_codes(report.code)),
        subject_name=_name(subject),
        subject_sex=subject.gender,
        subject_birth_date=_date(subject.birthDate),
        subject_numbers=tuple(one.value for one in subject.identifier or [] if one.value),
        items=tuple(_item(observation) for observation in observations),
        missing_items=len(results) - len(observations),
        issued_at=_moment(report.issued),
        collected_at=_moment(
            report.effectiveDateTime or (report.effectivePeriod.start if report.effectivePeriod else None)
        ),
        performer=_display(report.performer),
        verifier=_display(report.resultsInterpreter),
        restricted=any(code in {"R", "V"} for code in security),
    )


def _item(observation: Observation) -> ReceivedItem:
    flag = next(
        (coding.code for concept in observation.interpretation or [] for coding in concept.coding or [] if coding.code),
        "",
    )
    return ReceivedItem(
        name=_words(observation.code) or "?",
        codes=tuple(_codes(observation.code)),
        value=_value(observation),
        unit=(observation.valueQuantity.unit or observation.valueQuantity.code or "")
        if observation.valueQuantity
        else "",
        flag=flag,
        reference=_range(observation),
        status=str(observation.status),
    )


def _value(observation: Observation) -> str:
    if observation.valueQuantity is not None:
        quantity = observation.valueQuantity
        return f"{quantity.comparator or ''}{quantity.value}"
    if observation.valueCodeableConcept is not None:
        return _words(observation.valueCodeableConcept)
    for value in (observation.valueString, observation.valueInteger, observation.valueBoolean):
        if value is not None:
            return str(value)
    return ""


def _range(observation: Observation) -> str:
    for reference in observation.referenceRange or []:
        if reference.text:
            return str(reference.text)
        low = reference.low.value if reference.low else None
        high = reference.high.value if reference.high else None
        if low is not None and high is not None:
            return f"{low}-{high}"
        if low is not None:
            return f"≥{low}"
        if high is not None:
            return f"≤{high}"
    return ""


def _words(concept: Any) -> str:
    if concept is None:
        return ""
    return str(concept.text or next((coding.display for coding in concept.coding or [] if coding.display), "") or "")


def _codes(concept: Any) -> list[str]:
    """Codes and what they are called: a report may say what it is in either."""
    codings = concept.coding or [] if concept else []
    return [str(word) for coding in codings for word in (coding.code, coding.display) if word]


def _name(patient: Patient) -> str:
    for name in patient.name or []:
        if name.text:
            return str(name.text)
        given = " ".join(part for part in name.given or [] if part)
        if given or name.family:
            return f"{given} {name.family or ''}".strip()
    return ""


def _display(references: Any) -> str | None:
    return next((str(reference.display) for reference in references or [] if reference.display), None)


def _date(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else (str(value) if value else None)


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return None

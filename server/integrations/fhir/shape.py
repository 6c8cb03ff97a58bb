"""Checks the resources of a bundle that are read, and of these only the elements that are read (fhir.resources)."""

from collections.abc import Mapping
from typing import Any

from fhir.resources.R4B.diagnosticreport import DiagnosticReport
from fhir.resources.R4B.observation import Observation
from fhir.resources.R4B.organization import Organization
from fhir.resources.R4B.patient import Patient
from fhir.resources.R4B.practitioner import Practitioner
from fhir.resources.R4B.practitionerrole import PractitionerRole
from fhir.resources.R4B.specimen import Specimen
from pydantic import BaseModel, ValidationError

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode

Json = dict[str, Any]
"""An object as it was sent: a resource, or an element of one. What is read of a resource is checked first (`check`)."""
READ: Mapping[str, tuple[type[BaseModel], tuple[str, ...]]] = {
    "Patient": (Patient, ("identifier", "name", "gender", "birthDate")),
    "DiagnosticReport": (
        DiagnosticReport,
        (
            "identifier",
            "status",
            "category",
            "code",
            "subject",
            "effective",
            "issued",
            "performer",
            "resultsInterpreter",
            "specimen",
            "result",
            "conclusion",
            "presentedForm",
        ),
    ),
    "Observation": (
        Observation,
        (
            "status",
            "category",
            "code",
            "subject",
            "focus",
            "effective",
            "performer",
            "value",
            "dataAbsentReason",
            "interpretation",
            "note",
            "specimen",
            "referenceRange",
            "hasMember",
            "component",
        ),
    ),
    "Organization": (Organization, ("name", "alias")),
    "Practitioner": (Practitioner, ("name",)),
    "PractitionerRole": (PractitionerRole, ("practitioner", "organization")),
    "Specimen": (Specimen, ("subject", "collection", "receivedTime")),
}
"""What is read of each resource: elements whose names begin so (`value` is value[x], `conclusion` conclusionCode too).
R4 and R4B are the same in all of them."""
UNREAD = frozenset({"extension", "modifierExtension", "id", "data", "hash"})


def check(raw: Json, where: str) -> None:
    """Raises invalid, with the name of the resource and each fault, when what is read of it is no FHIR R4."""
    model, elements = READ[raw["resourceType"]]
    picked = {name: _bare(value) for name, value in raw.items() if name.startswith(elements)}
    try:
        model.model_validate({"resourceType": raw["resourceType"], **picked})
    except ValidationError as error:
        faults = [{"where": f"{where}.{'.'.join(map(str, f['loc']))}", "reason": f["msg"]} for f in error.errors()[:20]]
        raise HallError(ErrorCode.INVALID, f"{where} is not FHIR R4: {faults[0]['where']}", errors=faults) from None
    except (LookupError, TypeError, AttributeError) as error:  # the library looks types up before it validates
        raise HallError(ErrorCode.INVALID, f"{where} is not FHIR R4: {error}") from None


def is_modified(raw: Json) -> bool:
    """Whether something that is read carries a modifier extension or implicit rules, which may turn its meaning."""
    elements = READ[raw["resourceType"]][1]
    if raw.get("implicitRules") or raw.get("modifierExtension"):
        return True
    return any(_has_modifier(value) for name, value in raw.items() if name.startswith(elements))


def _has_modifier(value: object) -> bool:
    if isinstance(value, dict):
        return bool(value.get("modifierExtension")) or any(map(_has_modifier, value.values()))
    return isinstance(value, list) and any(map(_has_modifier, value))


def _bare(value: object) -> object:
    """An element without extensions, ids and the places that only extensions stand in."""
    if isinstance(value, dict):
        return {
            name: _bare(inner)
            for name, inner in value.items()
            if name not in UNREAD and not name.startswith("_") and inner is not None
        }
    if isinstance(value, list):
        return [_bare(inner) for inner in value if inner is not None]
    return value

"""Made-up laboratory reports as FHIR R4 bundles, and what is read of them."""

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal

from server.domain.reports.decision import Kept, decide
from server.domain.reports.person import Person
from server.integrations.fhir import read_bundle
from server.services.reports.judging import withheld_rules

PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "identifier": [{"value": "MR1"}],
    "name": [{"text": "张三"}],
    "gender": "male",
    "birthDate": "1990-01-01",
}
RESULT = {
    "resourceType": "Observation",
    "id": "o",
    "status": "final",
    "code": {"text": "血糖", "coding": [{"code": "GLU"}]},
    "valueQuantity": {"value": 5.1, "unit": "mmol/L"},
    "referenceRange": [{"low": {"value": 3.9}, "high": {"value": 6.1}}],
}
REPORT = {
    "resourceType": "DiagnosticReport",
    "id": "r",
    "identifier": [{"value": "LAB1"}],
    "status": "final",
    "code": {"text": "血液生化"},
    "subject": {"reference": "urn:uuid:p"},
    "effectiveDateTime": "2026-03-02T08:00:00+08:00",
    "issued": "2026-03-02T08:30:00+08:00",
    "performer": [{"display": "检验科"}],
    "resultsInterpreter": [{"display": "李医生"}],
    "result": [{"reference": "urn:uuid:o"}],
}
ZHANG_SAN = Person("张三", "male", "1990-01-01", frozenset({"MR1"}))
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def bundle(*, patient=None, result=None, report=None, more=(), type="collection"):
    """A bundle of one report; each part with what is changed in it (None takes an element out), and more resources."""
    parts = {"p": PATIENT | (patient or {}), "o": RESULT | (result or {}), "r": REPORT | (report or {})}
    entries = [{"fullUrl": f"urn:uuid:{name}", "resource": without_none(part)} for name, part in parts.items()]
    entries += [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in more]
    return copy.deepcopy({"resourceType": "Bundle", "type": type, "entry": entries})


def without_none(part):
    return {name: value for name, value in part.items() if value is not None}


def observation(id, name="白细胞", **elements):
    """One more result."""
    own = {"resourceType": "Observation", "id": id, "status": "final", "code": {"text": name}}
    return own | elements


def read(**parts):
    """The one report of a bundle, read with every digit as it was sent."""
    text = json.dumps(bundle(**parts), default=_digits)
    (report,) = read_bundle(json.loads(text, parse_float=Decimal))
    return report


def read_value(text, **elements):
    """The line of a result whose value[x] is given as JSON text, so that its digits are those of the text."""
    raw = bundle(result={"valueQuantity": None, **elements})
    raw["entry"][1]["resource"] |= json.loads(text, parse_float=Decimal)
    (report,) = read_bundle(raw)
    return report.lines[0]


def reasons(*, person=ZHANG_SAN, prints=0, acknowledged=False, **parts):
    """Why the report of these parts would wait at the desk; empty: a kiosk prints it."""
    report = read(**parts)
    verdict = decide(report, report.status, Kept(prints, acknowledged), person, withheld_rules(), NOW)
    return [reason.value for reason in verdict.reasons]


def _digits(value):
    return float(value)

"""Which resource a reference in a bundle means, and that nothing about another patient is ever read."""

import copy

import pytest

from server.domain.errors import HallError
from server.domain.reports.received import Problem
from server.integrations.fhir import read_bundle
from tests.support.reports import PATIENT, REPORT, RESULT, bundle, observation, read, without_none

OTHER = PATIENT | {"id": "q", "identifier": [{"value": "MR2"}], "name": [{"text": "李四"}]}


def of(*entries):
    return copy.deepcopy({"resourceType": "Bundle", "type": "collection", "entry": list(entries)})


def at(base, resource, **changes):
    changed = without_none(resource | changes)
    return {"fullUrl": f"{base}/{changed['resourceType']}/{changed['id']}", "resource": changed}


def refused(raw, *words):
    with pytest.raises(HallError) as error:
        read_bundle(raw)
    assert "invalid" == error.value.code
    assert [] == [word for word in words if word not in error.value.detail], error.value.detail


def test_a_result_of_another_patient_is_refused_by_its_name():
    """P4: the subject of each result must be the subject of the report."""
    mixed = bundle(result={"subject": {"reference": "urn:uuid:q"}}, more=[OTHER])
    refused(mixed, "Observation/o", "DiagnosticReport/r")


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/elsewhere"},
        {"identifier": {"value": "MR2"}},
        {"reference": "urn:uuid:q"},
        {"reference": "Patient/q"},
    ],
)
def test_a_member_about_somebody_else_is_refused_too(subject):
    """P4: at any depth."""
    deep = observation("deep", valueString="阳性", subject=subject)
    panel = {"valueQuantity": None, "hasMember": [{"reference": "Observation/deep"}]}
    refused(bundle(result=panel, more=[deep, OTHER]), "Observation/deep")


@pytest.mark.parametrize(
    "subject", [{"reference": "urn:uuid:p"}, {"reference": "Patient/p"}, {"identifier": {"value": "mr1 "}}]
)
def test_a_result_of_the_same_patient_is_read_however_they_are_named(subject):
    assert ["5.1"] == [line.value for line in read(result={"subject": subject}).lines]


def test_a_specimen_of_another_patient_is_refused():
    """P4: related data are compared too."""
    specimen = {"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/q"}}
    refused(bundle(report={"specimen": [{"reference": "Specimen/s"}]}, more=[specimen, OTHER]), "Specimen/s")


def test_the_same_ids_at_another_server_are_not_mixed_up():
    """P4: a relative reference is resolved at the root of the entry that holds it."""
    ours, theirs = "https://lab.example/fhir", "https://other.example/fhir"
    subject, results = {"reference": "Patient/p"}, [{"reference": "Observation/o"}]
    raw = of(
        at(theirs, PATIENT, name=[{"text": "李四"}], identifier=[{"value": "MR2"}]),
        at(theirs, RESULT, valueQuantity=None, valueString="别人的"),
        at(ours, PATIENT),
        at(ours, RESULT),
        at(ours, REPORT, subject=subject, result=results),
    )

    (report,) = read_bundle(raw)

    assert (("MR1",), ["5.1"]) == (report.subject.numbers, [line.value for line in report.lines])


def test_a_result_of_another_server_is_missing_and_not_taken():
    """P4, P7: the id fits, the root does not."""
    ours, theirs = "https://lab.example/fhir", "https://other.example/fhir"
    raw = of(
        at(ours, PATIENT),
        at(theirs, RESULT),
        at(ours, REPORT, subject={"reference": "Patient/p"}, result=[{"reference": "Observation/o"}]),
    )

    assert ["missing"] == [line.problem for line in read_bundle(raw)[0].lines]


def test_a_reference_that_could_mean_two_is_refused_by_its_name():
    """P4: two entries without address and of one id."""
    raw = of(
        {"resource": PATIENT},
        {"resource": PATIENT | {"identifier": [{"value": "MR2"}]}},
        {"resource": RESULT},
        {"resource": REPORT | {"subject": {"reference": "Patient/p"}, "result": [{"reference": "Observation/o"}]}},
    )
    refused(raw, "Patient/p", "several")


LEGAL = {
    "a version": "Patient/p/_history/3",
    "relative": "Patient/p",
    "absolute, of an entry without an address": "https://lab.example/fhir/Patient/p",
    "absolute, with a version": "https://lab.example/fhir/Patient/p/_history/1",
}


@pytest.mark.parametrize("reference", LEGAL.values(), ids=LEGAL.keys())
def test_a_legal_reference_finds_its_patient(reference):
    """P4: these were refused though legal."""
    raw = of(
        {"resource": PATIENT},
        {"resource": RESULT},
        {"resource": REPORT | {"subject": {"reference": reference}, "result": [{"reference": "Observation/o"}]}},
    )

    assert ("MR1",) == read_bundle(raw)[0].subject.numbers


def test_of_two_versions_of_a_patient_the_named_one_is_taken():
    old, new = (
        at("https://lab.example", PATIENT, meta={"versionId": version}, name=[{"text": name}])
        for version, name in (("1", "张五"), ("2", "张三"))
    )
    for version, name in (("1", "张五"), ("2", "张三")):
        subject = {"reference": f"Patient/p/_history/{version}"}
        report = at("https://lab.example", REPORT, subject=subject, result=[])
        assert (name,) == read_bundle(of(old, new, report))[0].subject.names


def test_contained_patient_results_and_their_members_are_found():
    inside = [
        PATIENT,
        observation("panel", "血常规", hasMember=[{"reference": "#wbc"}]),
        observation("wbc", valueQuantity={"value": 5, "unit": "10*9/L"}),
    ]
    report = REPORT | {"contained": inside, "subject": {"reference": "#p"}, "result": [{"reference": "#panel"}]}

    (read_report,) = read_bundle(of({"resource": report}))

    assert [("血常规", ""), ("白细胞", "5")] == [(line.name, line.value) for line in read_report.lines]


def test_each_bundle_inside_a_bundle_is_a_root_of_its_own():
    """P4: two patients of the same id in two bundles."""
    inner = [bundle(patient={"identifier": [{"value": number}]}) for number in ("MR1", "MR2")]
    raw = of(*({"resource": one} for one in inner))

    assert [("MR1",), ("MR2",)] == [report.subject.numbers for report in read_bundle(raw)]


def test_a_reference_by_identifier_names_the_patient_without_a_patient():
    """P20: legal, and the shortest way for a laboratory system."""
    subject = {"identifier": {"system": "urn:oid:1.2", "value": " mr1"}, "display": "张三"}
    report = read(report={"subject": subject})

    assert ((("张三",), ("mr1",))) == (report.subject.names, report.subject.numbers)


SYSTEM = "urn:oid:1.2"
BY_NUMBER = {"identifier": {"system": SYSTEM, "value": "MR1"}, "display": "张三"}


@pytest.mark.parametrize(
    ("report", "result"),
    [
        ({"subject": {"reference": "urn:uuid:p", "display": "李四"}}, {}),
        ({"subject": {"reference": "urn:uuid:p", "identifier": {"value": "MR2"}}}, {}),
        ({}, {"subject": {"reference": "urn:uuid:p", "display": "李四"}}),
        ({}, {"subject": {"reference": "urn:uuid:p", "identifier": {"value": "MR2"}}}),
        ({"subject": BY_NUMBER}, {"subject": {**BY_NUMBER, "display": "李四"}}),
        ({"subject": BY_NUMBER}, {"subject": {"identifier": {"system": "urn:oid:9", "value": "MR1"}}}),
    ],
)
def test_a_message_that_names_its_patient_in_two_ways_is_for_the_desk(report, result):
    """P4: a reference that finds the right Patient and calls them by another name or number."""
    assert Problem.SUBJECT in read(report=report, result=result).problems


@pytest.mark.parametrize(
    ("report", "result"),
    [
        ({"subject": {"reference": "urn:uuid:p", "display": "张三（男）"}}, {}),
        ({"subject": {"reference": "urn:uuid:p", "display": "Zhang San"}}, {}),
        ({}, {"subject": {"reference": "urn:uuid:p", "identifier": {"system": "urn:visits", "value": "V9"}}}),
        ({"subject": BY_NUMBER}, {"subject": BY_NUMBER}),
        ({"subject": BY_NUMBER}, {"subject": {"identifier": {"value": "mr1"}}}),
    ],
)
def test_the_same_patient_in_another_spelling_contradicts_nothing(report, result):
    """P4, P19."""
    assert Problem.SUBJECT not in read(report=report, result=result).problems


def test_a_report_about_nobody_or_about_a_device_is_refused():
    refused(bundle(report={"subject": None}), "DiagnosticReport/r")
    refused(bundle(report={"subject": {"reference": "Device/d"}}, more=[{"resourceType": "Device", "id": "d"}]))


UNREAD = {
    "a resource of another release": {"resourceType": "MedicinalProduct", "id": "x"},
    "a provenance without a target": {"resourceType": "Provenance", "id": "x"},
    "an encounter without a class": {"resourceType": "Encounter", "id": "x", "status": "nobody knows"},
    "a resource nobody knows": {"resourceType": "Horoscope", "id": "x"},
    "a broken observation that no report names": {"resourceType": "Observation", "id": "x"},
}


@pytest.mark.parametrize("resource", UNREAD.values(), ids=UNREAD.keys())
def test_what_nobody_reads_does_not_refuse_the_message(resource):
    """P20: only what is read is checked."""
    assert ["5.1"] == [line.value for line in read(more=[resource]).lines]


def test_extensions_of_any_shape_do_not_refuse_the_message():
    """P20: an extension with a value and its own extension is legal R4."""
    address = {"url": "urn:x", "valueString": "北京", "_valueString": {"extension": [{"url": "urn:y"}]}}
    given = {"text": "张三", "_text": {"extension": [address]}, "extension": [address]}

    assert ("张三",) == read(patient={"extension": [address], "name": [given]}).subject.names


def test_a_modifier_that_nobody_knows_sends_the_report_to_the_desk():
    """P6: its meaning may be turned round."""
    modified = read(result={"modifierExtension": [{"url": "urn:not", "valueBoolean": True}]})

    assert ["unsettable"] == [line.problem for line in modified.lines]


def test_what_is_read_and_wrong_is_refused_by_the_name_of_its_entry():
    refused(bundle(result={"status": None}), "entry 2 (Observation/o)")
    refused(bundle(result={"hasMember": 5}), "Observation/o")
    refused(bundle(report={"identifier": "LAB1"}), "DiagnosticReport/r")
    refused(bundle(patient={"name": ["张三"]}), "Patient/p")

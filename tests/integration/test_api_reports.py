"""Reports from FHIR R4 bundle to paper: whose they are, which may be printed here, what is said of the others."""

import json

import pytest

from server.domain.reports.decision import Printable, text_of
from server.store.models import ReportRow
from tests.support.api import HALLS, an_api
from tests.support.reports import bundle

SECRET = "HIV 1+2"


@pytest.fixture
def api():
    with an_api() as made:
        rows = [
            {"record_number": "MR1", "name": "张三", "sex": "男", "birth_date": "1990-01-01", "card": "CARD1"},
            {"record_number": "MR2", "name": "李四", "sex": "女", "birth_date": "1980-01-01", "card": "CARD2"},
        ]
        assert 200 == made.post("/imports/patients", {"rows": rows}, role="service")[0]
        yield made


def received(api, **parts):
    """The id of a report that the laboratory sent."""
    status, body = api.post("/reports", bundle(**parts), role="service")
    assert 201 == status, body
    return body["reports"][0]["id"]


def identified(api, card="CARD1"):
    status, body = api.post("/identifications", {"hall": "H1", "scan": {"text": card, "how": "chip"}}, role="kiosk")
    assert 200 == status, body
    return body


def printed(api, report, *, card="CARD1", role="kiosk"):
    """What the kiosk is answered when the patient of `card` wants the report."""
    return api.post(f"/reports/{report}/print", {"visit_token": identified(api, card)["visit_token"]}, role=role)


def test_a_final_report_is_listed_and_leased_to_the_kiosk_with_its_results(api):
    report = received(api)
    listed = identified(api)["choices"]["reports"]
    status, body = printed(api, report)

    assert [(report, "血液生化", True)] == [(one["id"], one["title"], one["printable"]) for one in listed]
    assert (201, "leased", api.device("kiosk")) == (status, body["print_job"]["state"], body["print_job"]["device"])
    paper = body["print_job"]["document"]
    assert ("张*", "李医生", "LAB1") == (paper["patient"]["display_name"], paper["verifier"], paper["code"])
    line = {"name": "血糖", "result": "5.1", "flag": "", "unit": "mmol/L", "range": "3.9-6.1"}
    assert [{**line, "kind": "result", "level": 0, "notes": []}] == paper["items"]
    assert ([], [], False) == (paper["conclusion"], paper["notes"], paper["corrected"])


def test_a_formal_report_names_its_patient_in_full_and_a_summary_does_not(api):
    """P27: the formal report printed a masked name."""
    report = received(api)
    summary = printed(api, report)[1]["print_job"]["document"]
    api.apply(HALLS.replace('id = "H1"\n', 'id = "H1"\nthermal_reports = true\n', 1))
    formal = printed(api, report)[1]["print_job"]["document"]

    assert ("张*", False) == (summary["patient"]["display_name"], summary["formal"])
    assert ("张三", True) == (formal["patient"]["display_name"], formal["formal"])


def test_a_print_counts_only_when_the_printer_has_said_so_and_the_fourth_is_for_the_desk(api):
    report = received(api)
    for copies, state in ((0, "failed"), (0, "unknown"), (0, "printed"), (1, "printed"), (2, "printed")):
        status, body = printed(api, report)
        assert (201, copies) == (status, body["print_job"]["copy_number"])
        job = body["print_job"]["id"]
        assert 200 == api.post(f"/print-jobs/{job}/report", {"state": state, "evidence": "x"}, role="kiosk")[0]

    status, body = printed(api, report)
    assert (409, "report_at_desk") == (status, body["code"])


def test_nobody_prints_the_report_of_somebody_else_nor_with_a_slip_in_the_hand(api):
    report = received(api)
    status, checked_in = api.post(
        "/check-ins", {"hall": "H1", "queue": "IM", "visit_token": identified(api)["visit_token"]}, role="kiosk"
    )
    assert 201 == status
    by_slip = identified(api, checked_in["slip"]["code"])

    status, body = printed(api, report, card="CARD2")
    assert (409, "report_unavailable") == (status, body["code"])
    assert (1, []) == (by_slip["level"], by_slip["choices"]["reports"])
    token = {"visit_token": by_slip["visit_token"]}
    assert "report_unavailable" == api.post(f"/reports/{report}/print", token, role="kiosk")[1]["code"]
    token = {"visit_token": identified(api)["visit_token"]}
    assert "visit_token_invalid" == api.post(f"/reports/{report}/print", token, role="kiosk-2")[1]["code"]


NOT_READY = [
    ("registered", Printable.NOT_READY),
    ("preliminary", Printable.PARTIAL),
    ("partial", Printable.PARTIAL),
    ("cancelled", Printable.WITHDRAWN),
    ("entered-in-error", Printable.WITHDRAWN),
]


@pytest.mark.parametrize(("state", "says"), NOT_READY)
def test_what_is_not_final_is_said_in_a_sentence_and_not_printed(api, state, says):
    status, body = printed(api, received(api, report={"status": state}))

    assert (409, "report_unavailable", text_of(says).names()) == (status, body["code"], body["text"])


AT_THE_DESK = {
    "another name": {"patient": {"name": [{"text": "张五"}]}},
    "another sex": {"patient": {"gender": "female"}},
    "another birth date": {"patient": {"birthDate": "1991-01-01"}},
    "no name": {"patient": {"name": []}},
    "an item that is not final": {"result": {"status": "preliminary"}},
    "an item that is missing": {"report": {"result": [{"reference": "urn:uuid:gone"}]}},
    "no items": {"report": {"result": []}},
    "nobody who verified it": {"report": {"performer": [], "resultsInterpreter": []}},
    "an old specimen": {"report": {"effectiveDateTime": "2025-08-01"}},
    "an unknown status": {"report": {"status": "unknown"}},
    "a critical value": {"result": {"interpretation": [{"coding": [{"code": "HH"}]}]}},
    "restricted by the laboratory": {"report": {"meta": {"security": [{"code": "R"}]}}},
    "named in the title": {"report": {"code": {"text": "人类免疫缺陷病毒抗体"}}},
    "named in an item": {"result": {"code": {"text": "梅毒螺旋体抗体"}}},
    "named by a code": {"result": {"code": {"text": "抗体", "coding": [{"code": "HIV1Ab"}]}}},
    "named by a code's words": {"result": {"code": {"text": "抗体", "coding": [{"code": "X", "display": SECRET}]}}},
    "a pregnancy test": {"result": {"code": {"text": "人绒毛膜促性腺激素"}}},
}


@pytest.mark.parametrize("parts", AT_THE_DESK.values(), ids=AT_THE_DESK.keys())
def test_what_is_withheld_or_in_doubt_is_for_the_desk_in_one_sentence_that_names_nothing(api, parts):
    report = received(api, **parts)
    status, body = printed(api, report)
    listed = identified(api)["choices"]["reports"]

    assert (409, "report_at_desk", text_of(Printable.DESK).names()) == (status, body["code"], body["text"])
    assert [(None, None, True, False)] == [
        (one["title"], one["status"], one["withheld"], one["printable"]) for one in listed
    ]


def test_an_amended_report_takes_the_place_of_the_one_before_and_counts_anew(api):
    first = received(api)
    job = printed(api, first)[1]["print_job"]["id"]
    api.post(f"/print-jobs/{job}/report", {"state": "printed", "evidence": "x"}, role="kiosk")
    assert first == received(api), "the same again is no new version"
    second = received(api, report={"status": "amended"}, result={"valueQuantity": {"value": 5.6, "unit": "mmol/L"}})

    assert "report_unavailable" == printed(api, first)[1]["code"]
    paper = printed(api, second)[1]["print_job"]
    assert (0, 2, "5.6") == (
        paper["copy_number"],
        paper["document"]["version"],
        paper["document"]["items"][0]["result"],
    )
    received(api, report={"status": "entered-in-error"})
    assert "report_unavailable" == printed(api, second)[1]["code"]


def of_lab(system, value="LAB1", **more):
    """A report with that laboratory's number on it."""
    named = {} if system is None else {"system": system}
    return {"identifier": [{**named, "value": value}], "id": f"of-{len(system or '')}", **more}


def test_two_laboratories_that_use_one_number_have_two_reports(api):
    li = {"identifier": [{"value": "MR2"}], "name": [{"text": "李四"}], "gender": "female", "birthDate": "1980-01-01"}
    ours = received(api, report=of_lab(None))
    north = received(api, report=of_lab("urn:oid:1.2.156.1"), patient=li)
    south = received(api, report=of_lab("urn:oid:1.2.156.2"))

    assert 3 == len({ours, north, south})
    assert {ours, south} == {one["id"] for one in identified(api)["choices"]["reports"]}
    assert [(201, 1)] * 3 == [
        (status, body["print_job"]["document"]["version"])
        for status, body in (printed(api, ours), printed(api, north, card="CARD2"), printed(api, south))
    ]


def test_a_laboratorys_new_version_takes_the_place_of_its_own_report_only(api):
    ours = received(api, report=of_lab(None))
    first = received(api, report=of_lab("urn:oid:1.2.156.1"))
    assert first == received(api, report=of_lab("urn:oid:1.2.156.1")), "the same again is no new version"

    status, body = api.post("/reports", bundle(report=of_lab("urn:oid:1.2.156.1", status="amended")), role="service")

    (second,) = body["reports"]
    assert (201, "urn:oid:1.2.156.1", "LAB1", 2) == (status, second["system"], second["identifier"], second["version"])
    assert {ours, second["id"]} == {one["id"] for one in identified(api)["choices"]["reports"]}


OLD_FORM = {
    "identifier": "LAB1",
    "status": "final",
    "title": "血液生化",
    "codes": [],
    "subject_name": "张三",
    "subject_sex": "male",
    "subject_birth_date": "1990-01-01",
    "subject_numbers": ["MR1"],
    "items": [],
    "missing_items": 0,
    "issued_at": "2026-03-02T00:30:00Z",
    "collected_at": None,
    "performer": "检验科",
    "verifier": None,
    "restricted": False,
}
"""What an older server kept: without components, members, notes and conclusions."""


def test_a_report_that_an_older_server_kept_is_for_the_desk_until_it_is_sent_again(api):
    """P6: what was lost when it was read cannot be known."""
    first = received(api)

    def as_of_old(db):
        db.get_one(ReportRow, first).resource = dict(OLD_FORM)
        return []

    api.context.transactions.administer(as_of_old)

    assert "report_at_desk" == printed(api, first)[1]["code"]
    second = received(api)
    assert [(second, True)] == [(one["id"], one["printable"]) for one in identified(api)["choices"]["reports"]]


def test_a_report_of_nobody_known_is_kept_and_shown_to_nobody(api):
    status, body = api.post("/reports", bundle(patient={"identifier": [{"value": "MR999"}]}), role="service")

    assert (201, False) == (status, body["reports"][0]["matched"])
    assert [] == identified(api)["choices"]["reports"]


def added(entry):
    made = bundle()
    made["entry"].append(entry)
    return made


WRONG = {
    "no bundle": bundle() | {"resourceType": "Patient"},
    "no type": {key: value for key, value in bundle().items() if key != "type"},
    "no entry": bundle() | {"entry": []},
    "no subject": bundle(report={"subject": None}),
    "a subject elsewhere": bundle(report={"subject": {"reference": "Patient/elsewhere"}}),
    "no code": bundle(report={"code": None}),
    "a status nobody knows": bundle(report={"status": "perfect"}),
    "no date": bundle(report={"issued": "yesterday"}),
    "an entry without a type": added({"resource": {"id": "x"}}),
    "an entry that is a word": added("word"),
    "an entry that is nothing": added(None),
    "an identifier without end": bundle(report={"identifier": [{"value": "L" * 129}]}),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_bundle_of_reports_is_refused_and_changes_nothing(api, wrong):
    before = api.rows()
    answer = api.send("POST", "/reports", wrong, role="service")

    assert (422, "invalid") == (answer.status_code, answer.json["code"])
    assert "application/problem+json" == answer.mimetype
    assert before == api.rows()


def test_results_lie_in_no_journal_no_print_job_and_no_receipt(api):
    printed(api, received(api, result={"valueString": "a very rare result", "valueQuantity": None}))

    kept = {name: rows for name, rows in api.rows().items() if name != "report"}
    assert "very rare" in json.dumps(api.rows(), default=str)
    assert "very rare" not in json.dumps(kept, default=str)

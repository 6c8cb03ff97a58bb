"""Reports between laboratory, kiosk and desk: versions, recall, matching, limits, hand-over, critical values."""

import copy
import io
import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.services.reports.judging import withheld_rules
from server.store.models import AuditRow, PrintJobRow
from tests.support.api import an_api
from tests.support.reports import REPORT, RESULT, bundle, observation

ROWS = [
    {"record_number": "MR1", "name": "张三", "sex": "男", "birth_date": "1990-01-01", "card": "CARD1"},
    {"record_number": "MR2", "name": "李四", "sex": "女", "birth_date": "1980-01-01", "card": "CARD2"},
]
HH = {"interpretation": [{"coding": [{"code": "HH"}]}]}
SEEN = {"reason": "已核对身份证", "document_seen": True}


@pytest.fixture
def api():
    with an_api() as made:
        imported(made, *ROWS)
        yield made


def imported(api, *rows):
    status, body = api.post("/imports/patients", {"rows": list(rows)}, role="service")
    assert 200 == status, body


def sent(api, raw):
    """What the server answers to a message of the laboratory."""
    status, body = api.post("/reports", raw, role="service")
    assert 201 == status, body
    return body["reports"]


def received(api, **parts):
    return sent(api, bundle(**parts))[0]["id"]


def visit(api, card="CARD1"):
    return api.post("/identifications", {"hall": "H1", "scan": {"text": card, "how": "chip"}}, role="kiosk")[1]


def at_kiosk(api, card="CARD1"):
    """The ids of the reports that the kiosk would print for the patient of a card."""
    return [one["id"] for one in visit(api, card)["choices"]["reports"] if one["printable"]]


def printed(api, report):
    return api.post(f"/reports/{report}/print", {"visit_token": visit(api)["visit_token"]}, role="kiosk")


def desk(api, role="nurse"):
    status, body = api.get("/halls/H1/reports", role=role)
    assert 200 == status, body
    return body["reports"]


def reasons(api):
    return {one["id"]: one["reasons"] for one in desk(api)}


def audited(api):
    with Session(api.context.engines.read) as db:
        return [(row.action, row.object) for row in db.scalars(select(AuditRow).order_by(AuditRow.seq))]


def station(api):
    """A print station of the hall, so that the desk has a printer."""
    api.token("station")
    assert api.get("/devices/me", role="station")[0] == 200


# ------------------------------------------------------------------------------------------------------- versions
def version(status="final", value=5.1, **report):
    return bundle(report={"status": status, **report}, result={"valueQuantity": {"value": value, "unit": "mmol/L"}})


def test_a_late_preliminary_does_not_hide_the_final(api):
    """P5"""
    (final,) = sent(api, version())
    (late,) = sent(api, version("preliminary", 4.9))

    assert (True, False) == (final["in_force"], late["in_force"])
    assert [final["id"]] == at_kiosk(api)


def test_a_withdrawn_report_stays_withdrawn_when_the_final_comes_late(api):
    """P5"""
    sent(api, version())
    sent(api, version("entered-in-error"))
    sent(api, version(value=5.2))
    assert [] == at_kiosk(api)
    (newer,) = sent(api, version(value=5.3, issued="2026-03-02T10:00:00+08:00"))
    assert [newer["id"]] == at_kiosk(api)


def test_of_a_history_the_newest_version_is_in_force_whatever_its_place(api):
    """P5: a history bundle is newest first, and the oldest stayed in force."""
    raw = bundle(type="history")
    patient, _, newest = raw["entry"]
    entries = [patient]
    for number, value in (("3", 5.3), ("2", 5.2), ("1", 5.1)):
        result = copy.deepcopy(RESULT) | {"id": f"o{number}", "valueQuantity": {"value": value}}
        report = copy.deepcopy(newest["resource"]) | {
            "meta": {"versionId": number},
            "result": [{"reference": f"Observation/o{number}"}],
        }
        entries += [{"resource": result}, {"fullUrl": "https://lab.example/DiagnosticReport/r", "resource": report}]
    raw["entry"] = entries

    answered = sent(api, raw)

    assert [True, False, False] == [one["in_force"] for one in answered]
    assert [3, 2, 1] == [one["version"] for one in answered]
    paper = printed(api, answered[0]["id"])[1]["print_job"]["document"]
    assert ["5.3"] == [line["result"] for line in paper["items"]]


def test_the_same_again_is_the_same_whenever_it_comes(api):
    """P5"""
    (first,) = sent(api, version())
    (second,) = sent(api, version("amended", 5.6))

    assert second["id"] == sent(api, version("amended", 5.6))[0]["id"]
    assert first["id"] == sent(api, version())[0]["id"]
    assert [second["id"]] == at_kiosk(api)


def test_a_final_beside_an_amendment_without_any_order_is_for_the_desk(api):
    """P5: neither may be said to be right."""
    (amended,) = sent(api, version("amended", 5.6))
    sent(api, version("final", 7.7))

    assert ["order_unknown"] == reasons(api)[amended["id"]]
    assert [] == at_kiosk(api)


def test_of_two_finals_without_any_order_the_desk_hands_one_over(api):
    """P5: an old final that was sent late replaced the newer one."""
    station(api)
    (first,) = sent(api, version(value=5.6))
    (second,) = sent(api, version(value=7.7))

    assert (True, False) == (first["in_force"], second["in_force"])
    assert [] == at_kiosk(api)
    assert {first["id"]: ["order_unknown"]} == reasons(api)
    assert [second["id"]] == [one["id"] for one in sent(api, version(value=7.7))], "sent again, nothing changes"
    status, body = api.post(f"/reports/{first['id']}/hand-over", SEEN, role="nurse")
    assert 201 == status, body


def test_a_correction_settles_which_of_two_finals_counts(api):
    """P5"""
    sent(api, version(value=5.6))
    sent(api, version(value=7.7))
    (corrected,) = sent(api, version("corrected", 7.7))

    assert [corrected["id"]] == at_kiosk(api)
    assert {} == reasons(api)


def test_a_second_final_after_a_hand_over_calls_staff_and_waits_at_the_desk_again(api):
    """P5: the paper that is out may be the wrong one."""
    station(api)
    (first,) = sent(api, version("amended", 5.6))
    job = printed(api, first["id"])[1]["print_job"]["id"]
    api.post(f"/print-jobs/{job}/report", {"state": "printed", "evidence": "x"}, role="kiosk")
    sent(api, version("amended", 5.7))
    assert 201 == api.post(f"/reports/{first['id']}/hand-over", SEEN, role="nurse")[0]
    sent(api, version("amended", 5.8))

    assert at_station(api) is None, "queued before the third version came"
    assert {first["id"]: ["order_unknown"]} == reasons(api)
    assert {("print", "report_order_unknown")} == {(one["kind"], one["text"]) for one in api.snapshot()["alerts"]}


def two_of_one_order(*numbers, ids=("r", "s")):
    """Two reports of one order, as converters of HL7 v2 write them."""
    raw = bundle(report={"identifier": numbers[0], "id": ids[0]})
    second = copy.deepcopy(REPORT) | {"id": ids[1], "identifier": numbers[1], "code": {"text": "血常规"}}
    raw["entry"].append({"fullUrl": "urn:uuid:second", "resource": second})
    return raw


ORDER = {"value": "ORD-77", "type": {"coding": [{"code": "PLAC"}]}}
SHARED = {
    "order and own number, typed": (
        [ORDER, {"value": "L-1", "type": {"coding": [{"code": "FILL"}]}}],
        [ORDER, {"value": "L-2", "type": {"coding": [{"code": "FILL"}]}}],
    ),
    "order and own number, untyped": (
        [{"value": "ORD-77"}, {"value": "L-1"}],
        [{"value": "ORD-77"}, {"value": "L-2"}],
    ),
    "the order's number only": ([{"value": "ORD-77"}], [{"value": "ORD-77"}]),
}


@pytest.mark.parametrize("numbers", SHARED.values(), ids=SHARED.keys())
def test_two_reports_of_one_order_are_two_reports(api, numbers):
    """P11: one was lost."""
    first = sent(api, two_of_one_order(*numbers))

    assert {one["id"] for one in first} == set(at_kiosk(api))
    assert [one["id"] for one in first] == [one["id"] for one in sent(api, two_of_one_order(*numbers))]
    new_ids = sent(api, two_of_one_order(*numbers, ids=("t", "u")))
    assert [one["id"] for one in first] == [one["id"] for one in new_ids], "ids made anew for each message"


# --------------------------------------------------------------------------------------------- recall and reprint
def at_station(api):
    return api.post("/print-jobs/claim", {}, role="station", key="")[1]["print_job"]


def test_a_withdrawn_report_is_not_printed_again(api):
    """P10: a nurse's reprint queued the old results, marked final."""
    station(api)
    report = received(api)
    job = printed(api, report)[1]["print_job"]["id"]
    api.post(f"/print-jobs/{job}/report", {"state": "printed", "evidence": "x"}, role="kiosk")
    sent(api, version("entered-in-error"))

    status, body = api.post(f"/print-jobs/{job}/reprint", {"reason": "再打一份"}, role="nurse")

    assert (409, "report_unavailable") == (status, body["code"])


@pytest.mark.parametrize(("status", "value"), [("entered-in-error", 5.1), ("amended", 5.6)])
def test_paper_that_is_queued_is_recalled(api, status, value):
    """P10: asked for before the withdrawal, claimed after it."""
    station(api)
    report = received(api)
    job = printed(api, report)[1]["print_job"]["id"]
    again = api.post(f"/print-jobs/{job}/reprint", {"reason": "再打一份"}, role="nurse")[1]["print_job"]
    assert again.get("document") is None, "results go to the printer only"
    sent(api, version(status, value))

    assert at_station(api) is None
    with Session(api.context.engines.read) as db:
        assert "failed" == db.get_one(PrintJobRow, again["id"]).state
    assert ["print"] == [one["kind"] for one in api.snapshot()["alerts"]], "paper of it may be out"


def test_a_spent_key_does_not_bring_back_a_withdrawn_report(api):
    """P10, S12: the stored answer is dressed anew."""
    report = received(api)
    token = {"visit_token": visit(api)["visit_token"]}
    assert 201 == api.post(f"/reports/{report}/print", token, role="kiosk", key="k")[0]
    sent(api, version("entered-in-error"))

    assert "report_unavailable" == api.post(f"/reports/{report}/print", token, role="kiosk", key="k")[1]["code"]


# ------------------------------------------------------------------------------------------------------- matching
ZHAO = {"identifier": [{"value": "MR9"}], "name": [{"text": "赵六"}], "gender": "male", "birthDate": "1970-05-05"}
ZHAO_ROW = {"record_number": "MR9", "name": "赵六", "sex": "男", "birth_date": "1970-05-05", "card": "CARD9"}


def test_a_report_that_came_before_its_patient_is_theirs_after_the_import(api):
    """P12: it was never matched, and nobody was told."""
    report = received(api, patient=ZHAO)
    assert ["unmatched"] == reasons(api)[report]
    imported(api, ZHAO_ROW)

    assert [report] == at_kiosk(api, "CARD9")
    assert {} == reasons(api)
    assert [True] == [one["matched"] for one in sent(api, bundle(patient=ZHAO))]


def test_a_report_finds_its_patient_when_only_the_identity_number_comes_later(api):
    """P12"""
    number = "11010119800307005X"
    report = received(api, patient={"identifier": [{"value": number.lower()}]})
    assert [] == at_kiosk(api)
    imported(api, ROWS[0] | {"identity_number": number, "birth_date": "1980-03-07"})
    imported(api, {"record_number": "MR1", "name": "张三", "sex": "男", "identity_number": number})

    assert report in [one["id"] for one in visit(api)["choices"]["reports"]]


def test_a_report_finds_its_patient_when_the_desk_registers_them(api):
    """P12"""
    report = received(api, patient=ZHAO)
    patient = {"record_number": "MR9", "birth_date": "1970-05-05", "sex": "male"}
    api.check_in("赵六", patient=patient)

    assert {} == reasons(api)
    (again,) = sent(api, bundle(patient=ZHAO))
    assert (report, True) == (again["id"], again["matched"])


def test_a_number_that_two_patients_have_matches_nobody(api):
    """P3, P12"""
    numbers = {"identifier": [{"value": "MR1"}, {"value": "MR2"}], "name": [{"text": "王五"}]}
    report = received(api, patient=numbers)
    assert ["unmatched"] == reasons(api)[report]
    assert [True] == [one["matched"] for one in sent(api, bundle(patient=numbers | {"name": [{"text": "张三"}]}))]


# --------------------------------------------------------------------------------------------------------- limits
def large(size):
    return bundle(report={"presentedForm": [{"contentType": "application/pdf", "data": "QUJD" * (size // 4)}]})


def chunked(api, data):
    """Send a body that does not say its length."""
    headers = api.headers("service") | {"Idempotency-Key": "chunked", "Content-Type": "application/json"}
    return api.server.app.test_client(use_cookies=False).open(
        "/api/v1/reports",
        method="POST",
        headers=headers,
        input_stream=io.BytesIO(data),
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )


def test_a_report_with_a_pdf_of_a_megabyte_is_taken(api):
    """P21: 256 KiB refused it."""
    assert 1 == len(sent(api, large(1_000_000)))


def test_more_than_eight_mebibytes_are_too_large_however_they_come(api):
    """P21: chunked, nothing was counted; whole, it was 422."""
    data = json.dumps(large(8 * 1024 * 1024)).encode()
    whole = api.send("POST", "/reports", role="service", data=data)

    for answer in (whole, chunked(api, data)):
        assert (413, "too_large") == (answer.status_code, answer.json["code"])
        assert "application/problem+json" == answer.mimetype


def test_what_is_chunked_is_json_too(api):
    """P21: without a length the type was not looked at."""
    assert 201 == chunked(api, json.dumps(bundle()).encode()).status_code
    headers = {"Content-Type": "text/plain"}
    assert 422 == api.send("POST", "/reports", role="service", data=b"{}", headers=headers).status_code


def test_a_bundle_is_read_before_the_hall_is_locked(api, monkeypatch):
    """P21: a check-in waited 3.2 s for 20,000 results."""
    locked = []
    monkeypatch.setattr(
        api.context.transactions, "run", lambda *_args, **_options: locked.append("locked") or pytest.fail("locked")
    )
    answer = api.send("POST", "/reports", {"resourceType": "Bundle", "type": "collection", "entry": []}, role="service")

    assert (422, []) == (answer.status_code, locked)


# ----------------------------------------------------------------------------------------------------------- desk
WAITS = {
    "withheld": {"result": {"code": {"text": "ＨＩＶ抗体"}}},
    "critical": {"result": HH},
    "name_mismatch": {"patient": {"name": [{"text": "张五"}]}},
    "unmatched": {"patient": ZHAO},
    "incomplete": {"report": {"result": [{"reference": "urn:uuid:gone"}]}},
    "not_verified": {"report": {"performer": None, "resultsInterpreter": None}},
    "old": {"report": {"effectiveDateTime": "2019"}},
    "sheet_only": {"report": {"result": None, "presentedForm": [{"contentType": "application/pdf", "data": "QUJD"}]}},
    "restricted": {"report": {"meta": {"security": [{"code": "R"}]}}},
}


def test_the_desk_sees_what_waits_and_why(api):
    """P17, P12: there was no list."""
    ids = {reason: received(api, **with_number(reason, parts)) for reason, parts in WAITS.items()}
    printable = received(api, report={"identifier": [{"value": "fine"}]})

    assert {id: [reason] for reason, id in ids.items()} == reasons(api)
    assert printable not in reasons(api)
    shown = {one["id"]: one for one in desk(api, "console")}
    stranger = shown[ids["unmatched"]]
    assert ("赵六", False, ["patient"]) == (stranger["name"], stranger["matched"], stranger["missing"])
    assert ("张三", "张五") == tuple(shown[ids["name_mismatch"]][word] for word in ("name", "name_on_report"))
    assert (["血糖 5.1 mmol/L"], ["acknowledgement"]) == tuple(
        shown[ids["critical"]][word] for word in ("critical", "missing")
    )
    assert ["paper"] == shown[ids["sheet_only"]]["missing"]


def with_number(number, parts):
    """The same parts under a number of their own."""
    report = {"identifier": [{"value": number}], "id": number, **parts.get("report", {})}
    return {**parts, "report": report}


def test_what_the_kiosk_sends_to_the_desk_is_in_the_list_though_it_was_in_order_when_it_came(api):
    """P17: the patient's name changed after the report came, and the patient has no ticket today."""
    report = received(api)
    assert [report] == at_kiosk(api)
    imported(api, ROWS[0] | {"name": "张三丰"})

    assert [] == at_kiosk(api)
    assert {report: ["name_mismatch"]} == reasons(api)


def test_only_the_desk_reads_the_list_and_each_look_is_audited(api):
    """P17, S8"""
    for role in ("kiosk", "service", "doctor@R1", "admin"):
        assert 403 == api.get("/halls/H1/reports", role=role)[0], role
    assert 403 == api.get("/halls/H1/reports", role="console:H2")[0]
    desk(api)
    assert ("reports.listed", "H1") in audited(api)


def test_a_withheld_report_is_handed_over_after_a_look_at_the_card(api):
    """P17: what the kiosk sent to the desk, the desk could not hand over."""
    report = received(api, **WAITS["withheld"])
    assert "no_printer" == api.post(f"/reports/{report}/hand-over", SEEN, role="nurse")[1]["code"]
    station(api)
    assert "evidence_needed" == hand_over(api, report, document_seen=False)[1]["code"]
    assert 422 == hand_over(api, report, reason=" ")[0]

    status, body = hand_over(api, report)

    assert (201, "queued", None) == (status, body["print_job"]["state"], body["print_job"].get("document"))
    assert {} == reasons(api)
    job = at_station(api)
    assert (body["print_job"]["id"], "ＨＩＶ抗体", "5.1") == (
        job["id"],
        job["document"]["items"][0]["name"],
        job["document"]["items"][0]["result"],
    )
    assert ("report.handed_over", report) in audited(api)


def hand_over(api, report, role="nurse", **changes):
    return api.post(f"/reports/{report}/hand-over", SEEN | changes, role=role)


def test_an_unmatched_report_is_handed_over_to_a_patient_who_is_named(api):
    """P12, P17"""
    ticket = api.check_in("赵六")
    report = received(api, patient=ZHAO)
    station(api)
    assert "patient_needed" == hand_over(api, report)[1]["code"]
    assert "patient_needed" == hand_over(api, report, patient="MR404")[1]["code"]

    assert 201 == hand_over(api, report, patient=ticket["id"])[0]
    assert "赵*" == at_station(api)["document"]["patient"]["display_name"]
    assert ("report.assigned", report) in audited(api)


def test_a_critical_value_is_printed_once_a_clinician_answers_for_it(api):
    """P17: it could not be acknowledged."""
    station(api)
    report = received(api, result=HH)
    assert "critical_unacknowledged" == hand_over(api, report)[1]["code"]
    assert "evidence_needed" == acknowledge(api, report, "nurse")[1]["code"]

    status, body = acknowledge(api, report, "nurse", by="王医生", reason="已电话通知")

    assert (200, "王医生") == (status, body["report"]["acknowledged_by"])
    assert "王医生" == acknowledge(api, report, "doctor@R1")[1]["report"]["acknowledged_by"], "the first stays"
    assert ({}, [report]) == (reasons(api), at_kiosk(api))
    assert ("report.acknowledged", report) in audited(api)
    assert "not_critical" == acknowledge(api, received(api, **with_number("fine", {})), "doctor@R1")[1]["code"]


def acknowledge(api, report, role, **body):
    return api.post(f"/reports/{report}/acknowledge", body, role=role)


def test_a_new_critical_value_needs_a_new_answer(api):
    """P8, P17: an answer is for one version."""
    acknowledge(api, received(api, result=HH), "nurse", by="王医生")
    worse = received(api, result=HH | {"valueQuantity": {"value": 9.9}}, report={"status": "corrected"})
    assert ["critical"] == reasons(api)[worse]


def test_what_is_not_whole_says_so_on_the_paper_of_the_desk(api):
    """P6, P17: what was not read is not blank."""
    station(api)
    results = [{"reference": "urn:uuid:o"}, {"display": "肌钙蛋白"}]
    report = received(api, report={"result": results})
    assert 201 == hand_over(api, report)[0]

    paper = at_station(api)["document"]

    assert ["此项无法在此打印，请向检验科索取"] == paper["items"][1]["notes"]
    assert ["本单不完整，以检验科正式报告为准"] == paper["notes"]


@pytest.mark.parametrize("status", ["entered-in-error", "preliminary", "registered"])
def test_what_is_withdrawn_or_not_finished_cannot_be_handed_over(api, status):
    """P10, P17"""
    station(api)
    assert "report_unavailable" == hand_over(api, received(api, report={"status": status}))[1]["code"]


def test_a_report_that_the_kiosk_printed_three_times_waits_at_the_desk_of_its_patient(api):
    """P17: reprints beyond are the desk's."""
    report = received(api)
    ticket = {"hall": "H1", "queue": "IM", "visit_token": visit(api)["visit_token"]}
    assert 201 == api.post("/check-ins", ticket, role="kiosk")[0]
    for _ in range(3):
        job = printed(api, report)[1]["print_job"]["id"]
        api.post(f"/print-jobs/{job}/report", {"state": "printed", "evidence": "x"}, role="kiosk")

    assert ["reprints_used"] == reasons(api)[report]


def test_the_paper_holds_panels_notes_and_partial_dates(api):
    """P6, P14: the whole way from the message to the printer's document."""
    panel = {"valueQuantity": None, "code": {"text": "血常规"}, "hasMember": [{"reference": "Observation/wbc"}]}
    wbc = observation("wbc", valueQuantity={"value": 5.0, "unit": "10*9/L"}, note=[{"text": "标本溶血"}])
    more = {"effectiveDateTime": "2026-03", "conclusion": "建议复查"}
    report = received(api, result=panel, report=more, more=[wbc])

    paper = printed(api, report)[1]["print_job"]["document"]

    assert [("heading", 0, "血常规", []), ("result", 1, "白细胞", ["标本溶血"])] == [
        (line["kind"], line["level"], line["name"], line["notes"]) for line in paper["items"]
    ]
    assert ("2026-03", ["建议复查"]) == (paper["collected_at"], paper["conclusion"])


@pytest.mark.parametrize("digits", ["7.20", "0.00", "100.00", "1.2E+2", "12345678901234567"])
def test_digits_go_from_the_message_to_the_paper_as_they_were_sent(api, digits):
    """P15: 7.20 became 7.2; 12345678901234567 was refused."""
    text = json.dumps(bundle()).replace("5.1", digits)
    answer = api.send("POST", "/reports", role="service", data=text.encode())
    paper = printed(api, answer.json["reports"][0]["id"])[1]["print_job"]["document"]

    assert {"1.2E+2": "120"}.get(digits, digits) == paper["items"][0]["result"]


def test_a_number_without_end_is_refused(api):
    """P15: an exponent of some millions would be some millions of digits."""
    for digits in ("1e400000000", "9" * 65):
        text = json.dumps(bundle()).replace("5.1", digits)
        answer = api.send("POST", "/reports", role="service", data=text.encode())
        assert (422, "invalid") == (answer.status_code, answer.json["code"])


def test_the_rules_of_what_is_withheld_are_a_file():
    """P9: as data."""
    assert {"hiv", "sexually_transmitted", "drugs", "genetic", "pregnancy", "psychiatry", "malignancy"} <= {
        one.id for one in withheld_rules().classes
    }


# ------------------------------------------------------------------------------------- whose it is, and given to whom
WANG = {
    "identifier": [{"value": "77"}, {"value": "MR77"}],
    "name": [{"text": "王五"}],
    "gender": "male",
    "birthDate": "1970-05-05",
}
WANG_ROW = {"record_number": "MR77", "name": "王五", "sex": "男", "birth_date": "1970-05-05", "card": "CARD5"}


def test_a_patient_who_fits_better_gets_the_report_though_another_had_its_number_first(api):
    """A2, P12: the card 77 of 张三, which the report names beside the record MR77, kept it for good."""
    station(api)
    imported(api, ROWS[0] | {"card": "77"})
    report = received(api, patient=WANG)
    assert ["name_mismatch"] == reasons(api)[report]
    imported(api, WANG_ROW)

    assert [report] == at_kiosk(api, "CARD5")
    assert {} == reasons(api)
    assert [True] == [one["matched"] for one in sent(api, bundle(patient=WANG))]
    wrong = hand_over(api, report, patient="MR1", confirm=True)
    assert ("contradicting_data", ["patient"]) == (wrong[1]["code"], wrong[1]["fields"])
    assert 201 == hand_over(api, report, patient="CARD5")[0]
    assert "王*" == at_station(api)["document"]["patient"]["display_name"]


def test_a_named_patient_whom_the_report_contradicts_is_a_question_and_loses_to_the_right_one(api):
    """A2, P17: MR1 typed by mistake printed for 张三 without a question."""
    station(api)
    report = received(api, patient=ZHAO)
    status, asked = hand_over(api, report, patient="MR1")
    assert (422, "contradicting_data", ["name", "birth_date"], True) == (
        status, asked["code"], asked["fields"], asked["confirm"],
    )  # fmt: skip
    assert at_station(api) is None
    assert 201 == hand_over(api, report, patient="MR1", confirm=True)[0]
    imported(api, ZHAO_ROW)

    assert [report] == at_kiosk(api, "CARD9")


def test_a_report_given_to_its_only_candidate_is_a_question_where_the_name_differs(api):
    """A2, P17: the desk's list names 张三; the report says 张五."""
    station(api)
    report = received(api, **WAITS["name_mismatch"])

    assert ["name"] == hand_over(api, report)[1]["fields"]
    assert 201 == hand_over(api, report, confirm=True)[0]


SAME_RESOURCE = {
    "numbers in another order": ([{"value": "A"}, {"value": "B"}], [{"value": "B"}, {"value": "A"}]),
    "one number more": ([{"value": "A"}], [{"value": "A"}, {"value": "B"}]),
    "one number less": ([{"value": "A"}, {"value": "B"}], [{"value": "A"}]),
    "no number": ([{"value": "A"}], None),
    "other letters": ([{"value": "LAB1"}], [{"value": "lab1"}]),
    "no system": ([{"value": "LAB1", "system": "urn:lab"}], [{"value": "LAB1"}]),
}


@pytest.mark.parametrize(("before", "after"), SAME_RESOURCE.values(), ids=SAME_RESOURCE.keys())
def test_a_withdrawal_of_the_same_resource_withdraws_it_however_it_is_numbered(api, before, after):
    """A4, P10, P11: the old one went on printing."""
    (first,) = sent(api, version(identifier=before))
    assert [first["id"]] == at_kiosk(api)
    withdrawn = {"identifier": after, "issued": "2026-03-02T08:45:00+08:00"}
    (second,) = sent(api, version("entered-in-error", **withdrawn))

    assert 2 == second["version"]
    assert [] == at_kiosk(api)


def test_a_resource_id_that_a_sender_gives_again_and_again_is_no_version(api):
    """A4, P11: other numbers, another report."""
    one = received(api, report={"identifier": [{"value": "ORD"}, {"value": "L1"}]})
    other = received(api, report={"identifier": [{"value": "ORD"}, {"value": "L2"}]})

    assert {one, other} == set(at_kiosk(api))


def test_a_withdrawal_of_nothing_that_is_kept_is_told_to_staff(api):
    """A4, P10"""
    received(api)
    sent(api, version("entered-in-error", identifier=[{"value": "X"}], id="x"))

    assert ["report_withdrawn_unknown"] == [one["text"] for one in api.snapshot()["alerts"]]


@pytest.mark.parametrize("record", ["Mr-07a", "ＭＲ－07Ａ", "MR- 07A"])
def test_a_record_number_is_the_same_in_every_spelling(api, record):
    """B14, P12: it matched nobody."""
    imported(api, ZHAO_ROW | {"record_number": record})
    report = received(api, patient=ZHAO | {"identifier": [{"value": "MR-07A"}]})

    assert [report] == at_kiosk(api, "CARD9")


def test_a_second_hand_over_is_a_question_and_its_paper_a_copy(api):
    """B15, P17: three hand-overs were three first copies."""
    station(api)
    report = received(api, **WAITS["withheld"])
    first = hand_over(api, report)[1]["print_job"]
    status, asked = hand_over(api, report)
    assert (409, "report_handed_over") == (status, asked["code"])
    assert (0, 1) == (first["copy_number"], hand_over(api, report, again=True)[1]["print_job"]["copy_number"])

    assert "report_at_desk" == api.post(f"/print-jobs/{first['id']}/reprint", {"reason": "再"}, role="nurse")[1]["code"]


def test_a_hand_over_that_did_not_print_waits_at_the_desk_again(api):
    """B15: nobody could hand it over once more."""
    station(api)
    report = received(api, **WAITS["withheld"])
    hand_over(api, report)
    job = at_station(api)
    said = {"state": "failed", "evidence": "paper", "lease": job["lease"]}
    assert 200 == api.post(f"/print-jobs/{job['id']}/report", said, role="station")[0]

    assert ["withheld"] == reasons(api)[report]
    assert 201 == hand_over(api, report)[0]

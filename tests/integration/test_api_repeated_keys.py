"""A repeated key is asked for its right anew, and its receipt holds nothing that somebody else could read."""

import datetime
import re

import pytest

from server.store.models import StaffRow
from tests.support.api import PASSWORD, an_api
from tests.support.reports import bundle

RESULT = "5.1"


@pytest.fixture(scope="module")
def api():
    with an_api(fresh=True) as made:
        rows = [
            {"record_number": "MR1", "name": "张三", "sex": "男", "birth_date": "1990-01-01", "card": "CARD1"},
        ]
        assert 200 == made.post("/imports/patients", {"rows": rows}, role="service")[0]
        made.token("station")
        yield made


@pytest.fixture
def report(api):
    """A report of its own for each test: it is withdrawn in one of them."""
    report.count += 1
    own = {"identifier": [{"system": "urn:lab", "value": f"L{report.count}"}]}
    status, body = api.post("/reports", bundle(report=own), role="service")
    assert 201 == status, body
    return body["reports"][0]["id"]


report.count = 0


def token_of(api):
    scan = {"text": "CARD1", "how": "chip"}
    return api.post("/identifications", {"hall": "H1", "scan": scan}, role="kiosk")[1]["visit_token"]


def printing(api, report, key="print"):
    """Print a report at the kiosk; how to ask the same again."""
    body = {"visit_token": token_of(api)}
    return lambda: api.post(f"/reports/{report}/print", body, role="kiosk", key=f"{key}-{report}")


def later(api, monkeypatch, **by):
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(**by)
    monkeypatch.setattr(type(api.context.clock), "real", lambda _: at)


def test_a_kiosk_that_lost_the_answer_prints_the_report_all_the_same(api, report):
    """S12: what a key is for stays: the same device under the same lease gets the paper again, made anew."""
    ask = printing(api, report)
    first = ask()

    assert RESULT in str(first)
    assert first == ask()


def test_when_the_lease_is_over_the_answer_tells_the_jobs_state_without_the_results(api, report, monkeypatch):
    """S12: 9.5 minutes later the key answered with all results."""
    ask = printing(api, report)
    job = ask()[1]["print_job"]["id"]
    later(api, monkeypatch, seconds=121)
    status, body = ask()

    assert (201, job, None, None) == (
        status, body["print_job"]["id"], body["print_job"].get("document"), body["print_job"].get("lease"),
    )  # fmt: skip
    assert RESULT not in str(body)


def test_a_report_that_was_withdrawn_is_printed_under_no_old_key(api, report):
    """S12: also after the withdrawal, for 7 days."""
    ask = printing(api, report)
    ask()
    with api.context.engines.write.begin() as db:
        db.exec_driver_sql("UPDATE report SET status = 'entered-in-error' WHERE id = ?", (report,))
    status, body = ask()

    assert (409, "report_unavailable") == (status, body["code"])
    assert RESULT not in str(body)


def test_a_visit_that_is_over_is_refused_under_an_old_key_too(api, report, monkeypatch):
    """S12: a new key was refused, the old one not."""
    ask = printing(api, report)
    token = token_of(api)
    check_in = {"hall": "H1", "queue": "IM", "visit_token": token}
    assert 201 == ask()[0] == api.post("/check-ins", check_in, role="kiosk", key="in")[0]
    red = {"hall": "H1", "queue": "IM", "visit_token": token_of(api), "flags": ["chest_pain"]}
    told = api.post("/check-ins", red, role="kiosk", key="red")
    help_ = {"kind": "help", "visit_token": token}
    assert 201 == api.post("/alerts", help_, role="kiosk", key="help")[0]
    monkeypatch.setattr("server.services.core.context.VISIT_SECONDS", -1)

    assert [(403, "visit_token_invalid")] * 2 == [
        (status, body["code"]) for status, body in (ask(), api.post("/check-ins", check_in, role="kiosk", key="in"))
    ]
    assert 202 == told[0] == api.post("/check-ins", red, role="kiosk", key="red")[0], "danger is never turned away"
    assert 201 == api.post("/alerts", help_, role="kiosk", key="help")[0]


def test_paper_is_told_to_the_device_that_prints_it_and_to_nobody_else(api, report):
    """S13: a nurse's reprint carried the whole document to the browser."""
    job = printing(api, report)()[1]["print_job"]["id"]
    slip = api.post("/check-ins", {"hall": "H1", "queue": "ENT", "patient": {"name": "李四"}}, role="nurse")[1]
    answers = [
        api.post(f"/print-jobs/{job}/reprint", {"reason": "jam"}, role="nurse"),
        api.post(f"/print-jobs/{job}/reprint", {"reason": "jam"}, role="console"),
        api.post(f"/print-jobs/{slip['print_job']['id']}/reprint", {"reason": "jam"}, role="nurse"),
        api.post("/halls/H1/lists", {}, role="nurse"),
        (201, slip),
    ]
    seen = api.snapshot("nurse")["print_jobs"] + [event.get("print_job", {}) for event in api.events("nurse")]
    jobs = [body["print_job"] for _, body in answers] + seen

    assert [201] * 5 == [status for status, _ in answers]
    assert [] == [one for one in jobs if one.get("document") or one.get("slip") or one.get("lease")]
    claimed = api.post("/print-jobs/claim", {}, role="station", key="")[1]["print_job"]
    assert claimed.get("document") or claimed.get("slip")


def test_no_receipt_holds_a_document_a_result_a_name_or_a_code(api, report):
    """S12, S15: receipts are kept for seven days."""
    printing(api, report, "kept")()
    hand_over = {"document_seen": True, "reason": "no card", "hall": "H1"}
    status, handed = api.post(f"/reports/{report}/hand-over", hand_over, role="nurse", key="desk")
    again = api.post(f"/reports/{report}/hand-over", hand_over, role="nurse", key="desk")
    slip = api.post("/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": "赵六"}}, role="kiosk", key="s")[1]
    receipts = str(api.rows()["receipt"])

    assert (201, "张三") == (status, handed["report"]["name"])
    assert (201, handed["report"], handed["print_job"]["id"]) == (
        again[0], again[1]["report"], again[1]["print_job"]["id"],
    )  # fmt: skip
    assert None is re.search(rf"(?<!\d){re.escape(RESULT)}(?!\d)", receipts), "5.1 is no part of a time"
    told = ("张三", "赵六", "mmol", slip["slip"]["code"], slip["print_job"]["lease"])
    assert [] == [word for word in told if word in receipts]


ENDED = {
    "disabled": {"disabled_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)},
    "another role": {"role": "admin"},
    "another hall": {"hall_id": "H2"},
}


@pytest.mark.parametrize("how", ENDED)
def test_a_repeated_key_whose_right_has_ended_is_refused(api, how, monkeypatch):
    """S12: the same POST was answered from its receipt whatever had become of the account, also within the two seconds
    for which a login is remembered."""
    monkeypatch.setattr("server.services.access.tokens.TRUSTED_SECONDS", 60)
    api.staff("lei", "nurse", hall="H1")
    api.cookie("nurse")
    api._cookies.pop("nurse")
    signing_in = {"username": "lei", "password": PASSWORD}
    answer = api.server.app.test_client().post("/api/v1/session", json=signing_in)
    api._cookies["nurse"] = answer.headers["Set-Cookie"].split(";")[0]
    ticket = api.check_in("某某")["id"]
    hold = {"reason": "telephone"}

    def ask():
        return api.post(f"/tickets/{ticket}/hold", hold, role="nurse", key=f"hold-{how}")

    assert 200 == ask()[0] == ask()[0]

    def end(db):
        row = db.query(StaffRow).filter_by(username="lei").one()
        for word, value in ENDED[how].items():
            setattr(row, word, value)
        return []

    api.context.transactions.administer(end)
    status, body = ask()
    api._cookies.pop("nurse")

    assert (403, "forbidden") == (status, body["code"])


def test_a_device_that_was_revoked_gets_no_old_answer(api, monkeypatch):
    """S12: nor within the two seconds for which its token is remembered."""
    monkeypatch.setattr("server.services.access.tokens.TRUSTED_SECONDS", 60)
    api.token("kiosk-7")
    device = api.device("kiosk-7")
    body = {"hall": "H1", "queue": "IM", "patient": {"name": "钱七"}}
    assert 201 == api.post("/check-ins", body, role="kiosk-7", key="one")[0]
    assert 200 == api.post(f"/devices/{device}/revoke", {}, role="admin")[0]

    assert 403 == api.post("/check-ins", body, role="kiosk-7", key="one")[0]

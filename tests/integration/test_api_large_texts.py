"""What is large is looked through before anything is locked, and refused with a code; nobody else waits for it."""

import json

import pytest

from server.services.core.transaction import Transactions
from tests.support.api import PASSWORD


@pytest.fixture
def locked(shared_api, monkeypatch):
    """A server in which nobody ever gets a hall's lock."""
    for role in ("service", "kiosk", "console", "station"):
        shared_api.token(role)
    shared_api.get("/session", role="admin")  # a login that is used is noted under a lock, once a minute

    def run(*_arguments, **_options):
        raise AssertionError("a lock was asked for")

    monkeypatch.setattr(Transactions, "run", run)
    return shared_api


@pytest.mark.parametrize("check", [True, False])
def test_a_hall_file_is_read_before_any_hall_is_locked(locked, check):
    """O2: a hall file of an administrator was parsed under the lock of all halls: for a minute nobody was called."""
    sent = {"toml": ".".join("a" * 50_000) + "=1", "check": check, "password": PASSWORD}
    status, body = locked.post("/hall-file", sent, role="admin")
    assert (422, "hall_file_rejected") == (status, body["code"])


@pytest.mark.parametrize(
    ("path", "role", "body"),
    [
        ("/imports/patients", "service", '{"rows":[' + "[]," * 300_000 + "[]]}"),
        ("/imports/patients", "service", '{"rows":[{' + ",".join(f'"{n}":1' for n in range(90_000)) + "}]}"),
        ("/imports/staff", "service", '{"rows":[' + ",".join(['{"name":1}'] * 4000) + "]}"),
        ("/reports", "service", '{"resourceType":"Bundle","entry":[' + "{}," * 700_000 + "{}]}"),
        ("/reports", "service", "{" + ",".join(f'"a{n}":1' for n in range(200)) + "}"),
        ("/alerts", "kiosk", "{" + ",".join(f'"a{n}":1' for n in range(15_000)) + "}"),
        ("/alerts", "kiosk", '{"kind":' + "[" * 60_000 + "]" * 60_000 + "}"),
        ("/check-ins", "console", '{"hall":"H1","patient":{' + ",".join(f'"a{n}":1' for n in range(9000)) + "}}"),
        ("/print-jobs/claim", "station", '{"printer":' + "9" * 100_000 + "}"),
    ],
)
def test_a_body_with_too_much_in_it_is_refused_in_a_short_answer(locked, path, role, body):
    """O2: siblings: eight megabytes of unknown keys became 700,000 faults, 900 MB and as long an answer."""
    answer = locked.send("POST", path, role=role, data=body.encode())
    assert 422 == answer.status_code
    assert "invalid" == json.loads(answer.get_data())["code"]
    assert len(answer.get_data()) < 20_000

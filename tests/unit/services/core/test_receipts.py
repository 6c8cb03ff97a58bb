"""What a receipt keeps, and what a key stands for."""

from server.services.core.receipts import fingerprint, kept

KEY = b"k" * 32


def made(*asked, key=KEY):
    return fingerprint(key, *asked)


def test_a_fingerprint_knows_method_path_and_body_but_not_the_order_of_fields():
    one = made("POST", "/a", {"x": 1, "y": "张"})

    assert one == made("POST", "/a", {"y": "张", "x": 1})
    others = [("PUT", "/a", {"x": 1, "y": "张"}), ("POST", "/b", {"x": 1, "y": "张"}), ("POST", "/a", {"x": 1})]
    assert one not in [made(*other) for other in others]


def test_a_fingerprint_tells_no_password_and_nothing_to_who_has_no_key():
    """S15: a plain hash of the body, password included, confirmed a guess from the database."""
    rows = [[{"username": "mei", "password": word}] for word in ("one", "another")]
    assert made("POST", "/imports/staff", {"rows": rows[0]}) == made("POST", "/imports/staff", {"rows": rows[1]})
    seconds = [{"grade": "Ⅳa", "second": {"username": "mei", "password": word}} for word in ("one", "another")]
    assert made("POST", "/triage", seconds[0]) == made("POST", "/triage", seconds[1])
    assert made("POST", "/a", {"name": "张三"}) != made("POST", "/a", {"name": "张三"}, key=b"j" * 32)


def test_a_receipt_keeps_no_paper_no_report_and_no_code():
    """S12: receipts held documents and the code of a slip for seven days."""
    body = {
        "ticket": {"id": "T1", "number": "A001"},
        "slip": {"ticket": "T1", "code": "SECRET", "number": "A001"},
        "print_job": {"id": "J1", "lease": "LEASE", "document": {"report": "X"}, "slip": {"code": "SECRET"}},
        "report": {"id": "R1", "name": "张三", "critical": ["K 6.9"]},
        "code": "ONCE",
    }
    stored = kept(body, {"code"})

    assert ({"id": "J1"}, {"id": "R1"}) == (stored["print_job"], stored["report"])
    assert not [word for word in ("SECRET", "LEASE", "张三", "6.9", "ONCE") if word in str(stored)]
    assert body["ticket"] == stored["ticket"]

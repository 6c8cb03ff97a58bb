"""People and slots from CSV and over HTTP: all of a file or nothing, every fault named with its row."""

import csv
import io
import os
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import pytest

from server.cli import main
from tests.support.api import PASSWORD, an_api

GOOD = {
    "patients": "record_number,name,sex,birth_date,identity_number,phone,card\n"
    "MR1,张小三,男,,110101199003077213,13977771234,CARD-1\nMR2,Anna O'Brien,female,1985-02-03,,,\n",
    "staff": f"username,name,role,password,hall,doctor,title,queue\nmei,梅护士,nurse,{PASSWORD},H1,,,\n"
    f"doc1,王医生,doctor,{PASSWORD},H1,D1,主任医师,IM\n",
    "appointments": "id,patient,hall,queue,doctor,slot_start,slot_end\n"
    "AP1,MR1,H1,IM,D1,2026-03-02T09:00,2026-03-02T09:30\nAP2,CARD-1,H2,SU,,2026-03-02T10:00+08:00,2026-03-02T10:15+08:00\n",
}
BAD = {
    "patients": [
        ("MR3,,男,,,,", "name is missing"),
        ("MR3,张,男,,110101199003077214,,", "identity_number_invalid"),
        ("MR3,张,maybe,,,,", "sex"),
        ("MR3,张,男,31.12.1990,,,", "birth_date: not a day"),
        ("MR2,张,男,,110101199003077213,,", "two patients"),
        ("MR4,张,男,,,,CARD-1", "another patient"),
        ("MR3,张\x01三,男,,,,", "name: a name is 1 to 100 characters without control characters"),
        ("M" + "R" * 64 + ",张,男,,,,", "record_number: at most 64 printable characters"),
    ],
    "appointments": [
        ("AP3,NOBODY,H1,IM,,2026-03-02T09:00,2026-03-02T09:30", "no patient"),
        ("AP3,MR1,H1,NOPE,,2026-03-02T09:00,2026-03-02T09:30", "no queue NOPE"),
        ("AP3,MR1,H1,IM,,2026-03-02T09:00,2026-03-02T10:30", "15 to 30 minutes"),
        ("AP3,MR1,H1,IM,,2026-03-02T09:30,2026-03-02T09:00", "15 to 30 minutes"),
        ("AP3,MR1,H1,IM,,nine,ten", "slot_start: not a time"),
        ("AP3,MR1,H1,IM,,0001-01-01T00:00,0001-01-01T00:30", "out of range"),
        (",MR1,H1,IM,,2026-03-02T09:00,2026-03-02T09:30", "id is missing"),
        ("AP3,MR1,H1,IM,DR404,2026-03-02T09:00,2026-03-02T09:30", "no doctor DR404 sees patients of queue IM"),
        ("AP3,MR1,H1,ENT,D1,2026-03-02T09:00,2026-03-02T09:30", "no doctor D1 sees patients of queue ENT"),
    ],
    "staff": [
        ("x,X,nurse,long enough password,NOPE,,,", "NOPE"),
        ("x,X,chief,long enough password,,,,", "role"),
        ("x,X,nurse,short,,,,", "at least 10"),
        ("x,X,nurse,,,,,", "password is missing"),
        ("x y,X,nurse,long enough password,,,,", "username"),
    ],
}


@pytest.fixture
def api():
    with an_api() as made:
        made.token("service")
        yield made


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def load(api, kind, text, *, role="service"):
    return api.post(f"/imports/{kind}", {"rows": rows_of(text)}, role=role)


@pytest.fixture
def command(api, monkeypatch, tmp_path, capsys):
    """`hall-server import KIND` with a text as its file; exit code, what was printed, what was said."""
    monkeypatch.setenv("HALL_DATABASE_URL", api.settings.database_url)
    monkeypatch.setenv("HALL_STATE_DIR", str(api.folder / "state"))
    monkeypatch.setenv("HALL_SECRET_KEY", api.settings.secret_key)

    def run(kind, content):
        file = tmp_path / "rows.csv"
        file.write_bytes(content)
        code = main(["import", kind, str(file)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_rows_are_imported_over_http_and_counted(api):
    assert [(200, {"added": 2, "changed": 0})] * 3 == [load(api, kind, text) for kind, text in GOOD.items()]
    assert (200, 2) == (
        api.post("/identifications", {"hall": "H1", "scan": {"text": "CARD-1", "how": "chip"}}, role="kiosk")[0],
        len(api.rows()["patient"]),
    )
    assert ("1990-03-07", "male") == next((row[3], row[2]) for row in api.rows()["patient"] if row[1] == "张小三"), (
        "the identity number holds the birth date"
    )


def test_the_same_rows_again_change_nothing_but_are_counted_as_changed(api):
    for kind in GOOD:
        load(api, kind, GOOD[kind])
    before = {table: rows for table, rows in api.rows().items() if table in {"patient", "appointment", "patient_code"}}

    assert (200, {"added": 0, "changed": 2}) == load(api, "patients", GOOD["patients"])
    assert (200, {"added": 0, "changed": 2}) == load(api, "appointments", GOOD["appointments"])
    assert before == {table: rows for table, rows in api.rows().items() if table in before}


@pytest.mark.parametrize("kind", BAD)
def test_one_wrong_row_among_good_ones_imports_nothing_and_is_named(api, kind):
    for needed in ("patients", "appointments", "staff"):
        load(api, needed, GOOD[needed])
    before = api.rows()
    head = GOOD[kind].splitlines()[0]
    good = {"patients": "MR9,新人,女,,,,", "appointments": "AP9,MR1,H1,IM,,2026-03-02T11:00,2026-03-02T11:30",
            "staff": "new,新,nurse,long enough password,,,,"}[kind]  # fmt: skip
    for row, reason in BAD[kind]:
        status, body = load(api, kind, f"{head}\n{good}\n{row}\n")
        assert (422, "import_rejected") == (status, body.get("code")), row
        assert [2] == [fault["row"] for fault in body["errors"]]
        assert reason in str(body["errors"]), body["errors"]
    assert before == api.rows()


def test_every_wrong_row_is_named_at_once(api):
    head = GOOD["patients"].splitlines()[0]
    wrong = [row for row, _ in BAD["patients"][:4]]
    status, body = load(api, "patients", "\n".join([head, "MR8,好,男,,,,", *wrong]))

    assert (422, [2, 3, 4, 5]) == (status, [fault["row"] for fault in body["errors"]])


def test_an_unknown_column_is_refused_with_those_that_are_known(api):
    status, body = load(api, "patients", "record_number,name,nmae\nMR1,张,x\n")

    assert (422, "import_rejected") == (status, body["code"])
    assert "nmae" in str(body["errors"])
    assert "name_reading" in str(body["errors"])


def test_two_rows_that_claim_one_number_are_refused(api):
    before = api.rows()
    head = GOOD["patients"].splitlines()[0]
    status, body = load(api, "patients", f"{head}\nMR5,甲,,,110101199003077213,,\nMR6,乙,,,110101199003077213,,\n")

    assert (422, "import_rejected", [2]) == (status, body["code"], [fault["row"] for fault in body["errors"]])
    assert before == api.rows()


@pytest.mark.parametrize("kind", GOOD)
def test_the_same_thing_twice_in_one_file_is_refused_whichever_was_meant(api, kind):
    before = api.rows()
    head, first, _ = GOOD[kind].splitlines()
    status, body = load(api, kind, f"{head}\n{first}\n{first}\n")

    assert (422, "import_rejected") == (status, body["code"])
    assert "stands in this file twice" in body["errors"][-1]["reason"]
    assert before == api.rows()


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_command_imports_a_file(command, api, kind, encoding):
    for needed in list(GOOD)[: list(GOOD).index(kind)]:
        load(api, needed, GOOD[needed])

    assert (0, f"{kind}: 2 added, 0 changed\n", "") == command(kind, GOOD[kind].encode(encoding))


@pytest.mark.parametrize("kind", ["patients", "staff"])
def test_the_command_refuses_a_wrong_file_with_its_rows_and_changes_nothing(command, api, kind):
    before = api.rows()
    text = "\n".join([*GOOD[kind].splitlines()[:2], BAD[kind][0][0], ""])
    code, printed, said = command(kind, text.encode())

    assert (1, "") == (code, printed)
    assert "import_rejected" in said
    assert "row 2" in said
    assert before == api.rows()


def test_the_command_says_what_is_wrong_with_a_file_that_is_no_csv(command, api):
    before = api.rows()

    for content, reason in (
        (b"\xff\x81\xff\x81", "no text"),
        (b"just words\nand more\n", "first line, column 1: unknown"),
        (b"record_number,nmae\n", "first line, column 2: unknown"),
        (b"record_number,name\nMR1,a,b\n", "more cells"),
        (b'record_number,name\nMR1,"a quote that never ends\nMR2,b\n', "end of data"),
        (b"record_number,name\nMR1," + b"x" * 200_000, "field larger"),
    ):
        code, _, said = command("patients", content)
        assert (1, True) == (code, "import_rejected" in said)
        assert reason in said
    assert before == api.rows()


def test_the_command_reads_what_a_chinese_spreadsheet_writes(command, api):
    assert 0 == command("patients", GOOD["patients"].encode("gb18030"))[0]
    assert "张小三" in str(api.rows()["patient"])


HEAD = "record_number,name,sex,birth_date,identity_number,phone,card"
LEFTOVERS = {
    "empty rows at the end": f"{HEAD}\nMR1,张,,,,,\n,,,,,,\n,,,,,,\n",
    "empty columns": f"{HEAD},,\nMR1,张,,,,,,,\n",
    "one comma more in each row": f"{HEAD}\nMR1,张,,,,,,\n",
    "a hint for the spreadsheet": f"sep=,\n{HEAD}\nMR1,张,,,,,\n",
    "semicolons": f"{HEAD}\nMR1,张,,,,,\n".replace(",", ";"),
    "a hint and semicolons": "sep=;\n" + f"{HEAD}\nMR1,张,,,,,\n".replace(",", ";"),
    "tabs": f"{HEAD}\nMR1,张,,,,,\n".replace(",", "\t"),
    "capitals in the first line": "Record_Number,NAME,Birth Date\nMR1,张,1990/3/7\n",
    "full width in the first line": "ｒｅｃｏｒｄ＿ｎｕｍｂｅｒ,name\nMR1,张\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("leftover", LEFTOVERS)
def test_what_a_spreadsheet_leaves_over_refuses_no_file(command, api, leftover, encoding):
    """P22: rows and columns without any text count for nothing."""
    assert (0, "patients: 1 added, 0 changed\n", "") == command("patients", LEFTOVERS[leftover].encode(encoding))


def test_rows_without_text_count_for_nothing_over_http_too(api):
    """P22: and the row that is wrong is named by its place in the file."""
    empty = {"record_number": "", "name": None, " ": " "}
    rows = [empty, {"Record_Number": "MR1", "name": "张"}, empty, {"record_number": "MR2"}]
    status, body = api.post("/imports/patients", {"rows": rows}, role="service")
    assert (422, [4], "name is missing") == (
        status, [fault["row"] for fault in body["errors"]], body["errors"][0]["reason"],
    )  # fmt: skip


RUINED = {"record_number": "1.23457E+17", "card": "6.22848E+18", "phone": "1.38001E+10", "identity_number": '="007"'}


@pytest.mark.parametrize("column", RUINED)
def test_a_number_that_a_spreadsheet_has_ruined_is_refused_by_row_and_name(api, column):
    """P23: they were kept."""
    row = {"record_number": "MR1", "name": "张", column: RUINED[column]}
    status, body = api.post(
        "/imports/patients", {"rows": [{"record_number": "MR0", "name": "好"}, row]}, role="service"
    )
    assert (422, 2) == (status, body["errors"][0]["row"])
    assert body["errors"][0]["reason"].startswith(f"{column}: ")


@pytest.mark.parametrize("birth", ["1990/3/7", "1990-3-7", "32939"])
def test_a_birth_date_as_a_spreadsheet_writes_it_is_read(api, birth):
    """P23: it refused the file."""
    row = {"record_number": "MR1", "name": "张", "birth_date": birth}
    assert 200 == api.post("/imports/patients", {"rows": [row]}, role="service")[0]
    assert "1990-03-07" == api.rows()["patient"][0][3]


@pytest.mark.parametrize(
    ("birth", "reason"), [("2999-03-07", "nobody"), ("0001-01-01", "nobody"), ("1990-02-30", "day")]
)
def test_a_birth_date_of_nobody_is_refused_by_name(api, birth, reason):
    """P23: 2999-03-07 and 0001-01-01 were taken."""
    row = {"record_number": "MR1", "name": "张", "birth_date": birth}
    _, body = api.post("/imports/patients", {"rows": [row]}, role="service")
    assert body["errors"][0]["reason"].startswith("birth_date: ")
    assert reason in body["errors"][0]["reason"]


def test_a_birth_date_that_contradicts_the_identity_number_refuses_its_row(api):
    """P25: the import took both."""
    row = {"record_number": "MR1", "name": "张", "birth_date": "1950-03-07", "identity_number": "110101199003077213"}
    _, body = api.post("/imports/patients", {"rows": [row]}, role="service")
    assert ("contradicting_data", True) == (body["errors"][0]["code"], "birth_date" in body["errors"][0]["reason"])


def test_slots_of_a_spreadsheet_are_read(api):
    """P23: `2026/11/30 9:00` refused the file."""
    load(api, "patients", GOOD["patients"])
    row = "AP1,MR1,H1,IM,,2026/3/2 9:00,2026/3/2 9:30"
    assert (200, {"added": 1, "changed": 0}) == load(
        api, "appointments", f"{GOOD['appointments'].splitlines()[0]}\n{row}\n"
    )


def test_the_command_finds_nothing_in_an_empty_file(command):
    assert (0, "patients: 0 added, 0 changed\n") == command("patients", b"")[:2]


def test_staff_from_a_file_can_sign_in(api):
    load(api, "staff", GOOD["staff"])
    answer = api.server.app.test_client().post("/api/v1/session", json={"username": "mei", "password": PASSWORD})

    assert (200, "nurse", "H1") == (answer.status_code, answer.json["staff"]["role"], answer.json["staff"]["hall"])
    assert PASSWORD not in str(api.rows())


def test_an_appointments_doctor_is_named_on_the_slip(api):
    for kind, text in GOOD.items():
        load(api, kind, text)
    token = api.post("/identifications", {"hall": "H1", "scan": {"text": "CARD-1", "how": "chip"}}, role="kiosk")[1][
        "visit_token"
    ]
    _, body = api.post("/check-ins", {"hall": "H1", "visit_token": token}, role="kiosk")

    assert ("王医生", "D1") == (body["slip"]["doctor"], body["ticket"]["doctor"])


def doctors_on_the_wall(api, hall="H1"):
    """The doctor's name at each room that has one, as a wall reads it."""
    rooms = api.snapshot(f"caller:{hall}", hall)["stations"]
    return {room["id"]: room["doctor_name"] for room in rooms if room["doctor"]}


def test_a_doctor_who_is_named_or_renamed_is_on_every_running_wall(api):
    """O7: after `import staff` a wall kept the old name (null) until its next snapshot."""
    assert 200 == api.post("/stations/R1/open", {"doctor": "D7"})[0]
    assert 200 == api.post("/stations/S1/open", {"doctor": "D7"}, role="console:H2")[0]
    before = {hall: api.snapshot(f"caller:{hall}", hall)["seq"] for hall in ("H1", "H2")}
    assert {"R1": None} == doctors_on_the_wall(api)

    for name in ("王医生", "王大夫"):
        row = {"username": "wang", "name": name, "role": "doctor", "doctor": "D7"}
        assert 200 == api.post("/imports/staff", {"rows": [row]}, role="service")[0]
        api.due()
        for hall, room in (("H1", "R1"), ("H2", "S1")):
            told = api.events(f"caller:{hall}", after=before[hall], hall=hall)
            before[hall] = told[-1]["seq"]
            assert [("station.opened", room, name)] == [
                (event["kind"], event["station"]["id"], event["station"]["doctor_name"]) for event in told
            ]
    assert {"R1": "王大夫"} == doctors_on_the_wall(api)

    assert 200 == api.post("/imports/staff", {"rows": [row]}, role="service")[0]
    api.due()
    assert before["H1"] == api.snapshot()["seq"], "the same name again is no news"


def test_an_account_with_a_doctors_id_names_the_doctor(api):
    """O7: `staff add --doctor` made no doctor, so slips said 医生 D101 and the wall nothing."""
    assert 200 == api.post("/stations/R1/open", {"doctor": "D101"})[0]

    def add(*more):
        settings = {
            "HALL_DATABASE_URL": api.settings.database_url,
            "HALL_STATE_DIR": str(api.settings.state_dir),
            "HALL_SECRET_KEY": api.settings.secret_key,
        }
        words = ["staff", "add", "wang", "--role", "doctor", "--doctor", "D101", "--password-stdin", *more]
        with mock.patch.dict(os.environ, settings), mock.patch("sys.stdin", io.StringIO(f"{PASSWORD}\n")):
            assert 0 == main(words)

    add()
    assert {"R1": "wang"} == doctors_on_the_wall(api)
    add("--name", "王建国")
    assert {"R1": "王建国"} == doctors_on_the_wall(api)
    add()
    assert {"R1": "王建国"} == doctors_on_the_wall(api), "a name that is not given is not taken away"


def test_a_hall_goes_on_while_the_passwords_of_a_whole_clinic_are_imported(api):
    rows = [{"username": f"nurse{n}", "name": "护士", "role": "nurse", "password": PASSWORD} for n in range(12)]
    with ThreadPoolExecutor(1) as pool:
        imported = pool.submit(api.post, "/imports/staff", {"rows": rows}, role="service")
        meanwhile = 0
        while not imported.done():
            api.check_in("病人")
            meanwhile += 1

    assert (200, {"added": 12, "changed": 0}) == imported.result()
    assert meanwhile > 3  # a dozen hashes take as long as hundreds of check-ins

"""Files that nobody wrote: hall files, tables of people and slots, FHIR bundles; each a real one with faults put in."""

import copy
import csv
import io
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, get_args

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from server.cli import _rows
from server.domain.errors import HallError
from server.protocol.terms import ErrorCode
from server.services.patients import imports
from tests.support import reports
from tests.support.api import HALLS, Api
from tests.support.hostile import hostile_texts

CODES = frozenset(code.value for code in ErrorCode)
SAMPLE = Path(__file__).parents[2] / "server" / "samples" / "demo.toml"
DEEP = '{"a":' * 60 + "1" + "}" * 60
_numbers = st.one_of(
    st.integers(-2, 3), st.integers(), st.floats(), st.sampled_from([2**31, 2**63, -(2**63) - 1, 10**40, 1e308, -0.0])
)
_texts = st.one_of(st.sampled_from(hostile_texts(400)), st.text(max_size=20), st.sampled_from(["", "x" * 70_000]))
_plain = st.one_of(st.none(), st.booleans(), _numbers, _texts)
_odd = st.one_of(
    _plain,
    st.lists(_plain, max_size=3),
    st.dictionaries(st.text(max_size=5), _plain, max_size=3),
    st.just(json.loads(DEEP)),
)


@dataclass
class Judged:
    """What became of what was sent: how often each end, and what could not be handled."""

    ends: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def answer(self, status: int, body: Mapping[str, Any], sent: object) -> bool:
        """Note an answer; whether what was sent was taken. A refusal has a known code, and the server had no fault."""
        if status < 400:
            self.ends[str(status)] += 1
            return True
        code = body.get("code")
        self.ends[f"{status} {code}"] += 1
        if status >= 500 or code not in CODES:
            self.faults.append(f"{status} {code}: {repr(sent)[:900]}")
        return False

    def attempt(self, run: Callable[[], object], sent: object) -> bool:
        """Note what a command does with a file; whether it was taken. Only HallError refuses."""
        try:
            run()
        except HallError as error:
            self.ends[error.code.value] += 1
            return False
        except Exception as error:
            self.ends[type(error).__name__] += 1
            self.faults.append(f"{type(error).__name__} {error}: {repr(sent)[:900]}")
            return False
        self.ends["taken"] += 1
        return True


def _each(strategy: Any, examples: int, judge: Callable[[Any], None]) -> None:
    @settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
    )  # fmt: skip
    @given(made=strategy)
    def each(made: Any) -> None:
        judge(made)

    each()


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every container of a tree with every key or index in it."""
    inside = list(tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ())
    return [place for key, value in inside for place in ((tree, key), *_places(value))]


@st.composite
def changed(draw: Any, base: Any) -> Any:
    """A tree in which one to four things are other than they were: gone, odd, twice, or where something else was."""
    tree = copy.deepcopy(base)
    for _ in range(draw(st.integers(1, 4))):
        places = _places(tree)
        if not places:
            break
        inside, key = places[draw(st.integers(0, len(places) - 1))]
        match draw(st.integers(0, 6)):
            case 0:
                del inside[key]
            case 1:
                other, of = places[draw(st.integers(0, len(places) - 1))]
                inside[key] = copy.deepcopy(other[of])
            case 2 if isinstance(inside, list):
                inside.extend([copy.deepcopy(inside[key])] * draw(st.sampled_from([1, 2, 300])))
            case 3 if isinstance(inside, dict):
                inside[draw(_texts)] = inside.pop(key)
            case 4:
                inside[key] = [inside[key]]
            case 5:
                inside[key] = draw(_texts)
            case _:
                inside[key] = copy.deepcopy(draw(_odd))
    return tree


# hall files


def _toml(value: Any) -> str:
    """A value as TOML writes it, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool) or value is None:
        return str(bool(value)).lower()
    return str(value).replace("Infinity", "inf") if isinstance(value, int | float) else _quoted(str(value))


def _quoted(text: str) -> str:
    """A text in quotes; now and then TOML does not know the escapes of JSON, which is a fault like any other."""
    return json.dumps(text, ensure_ascii=len(text) % 7 == 0)


@st.composite
def hall_files(draw: Any) -> str:
    """A hall file whose tables are wrong, or whose text is."""
    base = draw(st.sampled_from([HALLS, SAMPLE.read_text("utf-8")]))
    if draw(st.booleans()):
        tables = draw(changed(tomllib.loads(base)))
        return "\n".join(f"{json.dumps(str(key))} = {_toml(value)}" for key, value in tables.items())
    at = draw(st.integers(0, len(base)))
    until = at + draw(st.sampled_from([0, 0, 1, 5, 50]))
    noise = draw(_texts)
    noise = draw(st.sampled_from([noise, noise, noise, noise[:50] * 500]))
    return base[:at] + noise + base[until:]


def halls(api: Api, examples: int) -> Judged:
    """Hall files by the administrator's page; one that is taken is lived with: read, checked in to, called from."""
    seen, hands = Judged(), count(1)

    def judge(text: str) -> None:
        text = json.loads(json.dumps(text))  # two halves of a surrogate pair come together on the way
        answer = api.send("POST", "/hall-file", {"toml": text, "check": True}, role="admin")
        if not seen.answer(answer.status_code, answer.get_json(silent=True) or {}, text):
            return
        if seen.attempt(lambda: api.apply(text), text):
            _lived_with(api, seen, text, next(hands))

    _each(hall_files(), examples, judge)
    return seen


def _lived_with(api: Api, seen: Judged, text: str, number: int) -> None:
    for hall in tomllib.loads(text)["hall"][:3]:
        role = f"console:{hall['id']}"
        try:
            api.token(role)
        except (HallError, KeyError):
            continue
        asked = [("GET", f"/halls/{hall['id']}/snapshot", None)]
        for queue in hall.get("queue", [])[:2]:
            body = {"hall": hall["id"], "queue": queue["id"], "patient": {"name": f"张{number}"}}
            asked.append(("POST", "/check-ins", body))
        asked += [("POST", f"/stations/{one['id']}/call-next", {}) for one in hall.get("station", [])[:2]]
        for method, path, body in asked:
            answer = api.send(method, path, body, role=role)
            seen.answer(answer.status_code, answer.get_json(silent=True) or {}, (path, text))


# tables

ROWS: dict[str, list[dict[str, str]]] = {
    "patients": [
        {"record_number": "MR1", "name": "张三", "sex": "男", "birth_date": "1990-01-01", "phone": "13800138000"},
        {"record_number": "MR2", "name": "李四", "identity_number": "11010519491231002X", "language": "yue"},
    ],
    "appointments": [
        {"id": "A1", "patient": "MR1", "hall": "H1", "queue": "IM", "slot_start": "2026-03-02 09:00",
         "slot_end": "09:30", "doctor": "D1", "registration": "7", "state": "正常"},
        {"id": "A2", "patient": "MR2", "hall": "H1", "queue": "ENT", "slot_start": "2026/3/2 9点", "slot_end": "10:00"},
    ],
    "staff": [
        {"username": "n1", "name": "王护士", "role": "nurse", "hall": "H1"},
        {"username": "d1", "name": "赵医生", "role": "doctor", "hall": "H1", "station": "R1", "doctor": "D1"},
    ],
}  # fmt: skip


@st.composite
def tables(draw: Any) -> tuple[str, bytes, list[dict[str, Any]]]:
    """A kind of table, a CSV file of it and rows for the API."""
    kind = draw(st.sampled_from(get_args(imports.Kind)))
    rows = draw(changed(ROWS[kind]))
    rows = [row for row in rows if isinstance(row, dict)] or [{}]
    columns = list(dict.fromkeys(str(name) for row in rows for name in row))
    out = io.StringIO()
    style = {
        "delimiter": draw(st.sampled_from(",;\t")),
        "quoting": draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])),
    }
    writer = csv.writer(out, **style, lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])))
    for row in [columns, *([str(row.get(name, "")) for name in columns] for row in rows)]:
        writer.writerow(row)
    text = draw(st.sampled_from(["", "", "sep=;\n", "\ufeff", "\n\n"])) + out.getvalue()
    content = text.encode(draw(st.sampled_from(["utf-8", "gb18030", "utf-16", "utf-8-sig"])), "replace")
    at = draw(st.integers(0, len(content)))
    noise = draw(
        st.one_of(st.just(b""), st.just(b""), st.binary(max_size=8), st.sampled_from([b'"', b"\0" * 9, b"," * 999]))
    )
    return kind, content[:at] + noise + content[at:], rows


def people(api: Api, examples: int) -> Judged:
    """Tables by the command line and by the API of services."""
    seen = Judged()

    def judge(made: tuple[Any, bytes, list[dict[str, Any]]]) -> None:
        kind, content, rows = made

        def command() -> None:
            ready = _rows(kind, content)
            api.context.transactions.administer(
                lambda db: imports.load(db, kind, ready, api.context.clock.real()) and []
            )

        seen.attempt(command, (kind, content))
        answer = api.send("POST", f"/imports/{kind}", role="service", data=json.dumps({"rows": rows}).encode())
        seen.answer(answer.status_code, answer.get_json(silent=True) or {}, (kind, rows))

    _each(tables(), examples, judge)
    return seen


# reports


def _bundle() -> dict[str, Any]:
    """A bundle of every kind of result that is read."""
    values = (
        {"valueString": "阴性"},
        {"valueCodeableConcept": {"text": "弱阳性", "coding": [{"system": "http://loinc.org", "code": "LA1"}]}},
        {"valueRange": {"low": {"value": 1, "unit": "g"}, "high": {"value": 2}}},
        {"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}},
        {"valueBoolean": True, "note": [{"text": "复查"}], "interpretation": [{"coding": [{"code": "HH"}]}]},
        {
            "component": [
                {"code": {"text": "收缩压"}, "valueQuantity": {"value": 120, "unit": "mmHg", "comparator": ">"}}
            ]
        },
    )
    more = [reports.observation(f"o{n}", f"项目{n}", **value) for n, value in enumerate(values)]
    more.append(
        {"resourceType": "Specimen", "id": "s", "collection": {"collectedDateTime": "2026-03-02T08:00:00+08:00"}}
    )
    more.append({"resourceType": "Organization", "id": "g", "name": "检验科"})
    result = [{"reference": f"urn:uuid:{one['id']}"} for one in more[: len(values)]]
    report = {
        "result": [*reports.REPORT["result"], *result],
        "specimen": [{"reference": "urn:uuid:s"}],
        "performer": [{"reference": "urn:uuid:g"}],
        "conclusion": "未见异常",
        "presentedForm": [{"contentType": "application/pdf", "data": "JVBERi0=", "title": "报告"}],
    }
    return reports.bundle(report=report, more=more)


def bundles(api: Api, examples: int) -> Judged:
    """FHIR bundles by a service; what is taken is listed at the desk."""
    seen, numbers = Judged(), count(1)

    def judge(made: Any) -> None:
        for entry in made.get("entry") or () if isinstance(made.get("entry"), list) else ():
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(resource, dict) and resource.get("identifier") == [{"value": "LAB1"}]:
                resource["identifier"] = [{"value": f"LAB{next(numbers)}"}]
        answer = api.send("POST", "/reports", role="service", data=json.dumps(made).encode())
        if seen.answer(answer.status_code, answer.get_json(silent=True) or {}, made):
            listed = api.send("GET", "/halls/H1/reports", role="nurse")
            seen.answer(listed.status_code, listed.get_json(silent=True) or {}, made)

    _each(changed(_bundle()), examples, judge)
    return seen


PARTS: dict[str, Callable[[Api, int], Judged]] = {"halls": halls, "people": people, "reports": bundles}

"""The OpenAPI 3.1 document: spectree's, completed with parameters, keys, security and links between operations."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response
from markupsafe import escape
from spectree import Response as Answers
from spectree import SpecTree
from spectree.model_adapter.protocol import SchemaMode
from spectree.model_adapter.pydantic_adapter import PydanticModelAdapter

from server.protocol.json_values import JsonObject
from server.protocol.terms import ErrorCode
from server.web import cookies
from server.web.problems import STATUS, title_of
from server.web.routes import Route, declared, rendered

Document = dict[str, Any]
"""A part of an OpenAPI document as spectree makes it, which is changed in place."""


class KeptSchemas(PydanticModelAdapter):
    """spectree's adapter, which would describe the same model anew for each operation that answers with it."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[tuple[type[Any], str, SchemaMode], Document] = {}

    def json_schema(self, model: type[Any], *, ref_template: str, mode: SchemaMode = "validation") -> Document:
        """The model's JSON schema; spectree copies it before it changes anything."""
        asked = (model, ref_template, mode)
        if asked not in self._kept:
            self._kept[asked] = super().json_schema(model, ref_template=ref_template, mode=mode)
        return self._kept[asked]


ADAPTER: Any = KeptSchemas()  # spectree's own types do not admit its own adapter
LINKS: dict[str, dict[str, tuple[str, dict[str, str]]]] = {
    "check_in": {
        "ticket": ("get_ticket", {"id": "$response.body#/ticket/id"}),
        "triage": ("triage_ticket", {"id": "$response.body#/ticket/id"}),
        "paper": ("report_print_job", {"id": "$response.body#/print_job/id"}),
    },
    "call_next": {
        "start": ("start_ticket", {"id": "$response.body#/ticket/id"}),
        "recall": ("recall_ticket", {"id": "$response.body#/ticket/id"}),
        "pass": ("pass_ticket", {"id": "$response.body#/ticket/id"}),
    },
    "start_ticket": {
        "finish": ("finish_ticket", {"id": "$request.path.id"}),
        "hold": ("hold_ticket", {"id": "$request.path.id"}),
    },
    "claim_print_job": {"report": ("report_print_job", {"id": "$response.body#/print_job/id"})},
    "raise_alert": {"acknowledge": ("acknowledge_alert", {"id": "$response.body#/alert/id"})},
    "get_snapshot": {"events": ("get_events", {"hall": "$request.path.hall"})},
}
EXAMPLES: dict[str, JsonObject] = {
    "identify": {"hall": "H1", "scan": "MR000123"},
    "check_in": {"hall": "H1", "queue": "IM", "patient": {"name": "张小三"}},
    "cancel_appointment": {"reason": "退号"},
    "move_appointment": {"slot_start": "2026-03-02T10:00", "slot_end": "2026-03-02T10:30", "doctor": "D102"},
    "triage_ticket": {"grade": "U", "reason": "胸闷"},
    "call_next": {"finish_current": True},
    "hold_ticket": {"reason": "examination: CT"},
    "transfer_ticket": {"queue": "SU", "reason": "wrong clinic"},
    "prioritise_ticket": {"tag": "老", "evidence": "birth date 1940-05-01"},
    "stage_ticket": {"station": "R1"},
    "pause_station": {"reason": "急会诊", "minutes": 20},
    "report_announcement": {"outcome": "spoken"},
    "report_print_job": {"state": "printed", "evidence": "GS r 1, DLE EOT 12 12 12 12"},
    "reprint": {"reason": "torn"},
    "raise_alert": {"kind": "help"},
    "sign_in": {"username": "nurse1", "password": "a long sentence"},
    "add_account": {"username": "mei", "name": "梅护士", "role": "nurse", "hall": "H1", "password": "a long sentence"},
    "change_account": {"name": "梅护士", "role": "nurse", "hall": "H1", "password": "a long sentence"},
    "set_own_password": {"password": "a long sentence", "new_password": "another long sentence"},
    "heartbeat": {"seen_seq": 42, "health": {"paper": "fine"}},
    "print_report": {"visit_token": "as answered to identify", "language": "zh"},
    "print_list": {"queues": ["IM"], "language": "zh"},
    "suggest_grade": {"scale": "CN-OPD", "vitals": {"pulse": 118}, "complaint": "胸闷"},
    "import_appointments": {
        "rows": [
            {
                "id": "AP1",
                "patient": "MR000123",
                "hall": "H1",
                "queue": "IM",
                "slot_start": "2026-03-02T09:00",
                "slot_end": "2026-03-02T09:30",
            }
        ]
    },
    "import_staff": {"rows": [{"username": "mei", "name": "梅护士", "role": "nurse", "password": "a long sentence"}]},
    "import_patients": {"rows": [{"record_number": "MR000123", "name": "张小三", "sex": "男", "phone": "13900000000"}]},
}
OPERATIONS: dict[str, tuple[str, str, list[dict[str, list[str]]]]] = {
    "/healthz": ("The process answers", "application/json", []),
    "/readyz": ("Database and disk are well, else 503", "application/json", []),
    "/metrics": ("Prometheus figures, for service devices and administrators", "text/plain", [{"device": []}]),
}
"""What the hospital's information department asks, outside of the API's own addresses."""
QUERY = {"get_events": [("after", "integer"), ("epoch", "string"), ("limit", "integer")]}


def document() -> Document:
    """The whole document, made from the routes declared so far by way of an application that serves nothing."""
    app = Flask("openapi", static_folder=None)
    spec = SpecTree(
        "flask",
        title="Outpatient Hall",
        version="v1",
        openapi_version="3.1.0",
        annotations=False,
        naming_strategy=lambda model: model.__name__,
        nested_naming_strategy=lambda _parent, child: child,
        model_adapter=ADAPTER,
    )
    for route in declared():
        models = {f"HTTP_{code}": model for code, model in route.answers.items()}
        said = spec.validate(
            json=route.body,
            resp=Answers(**models),
            tags=[route.tag],
            operation_id=route.operation,
            skip_validation=True,
        )
        app.add_url_rule(route.path, route.operation, said(_stand_in(route)), methods=[route.method])
    spec.app = app  # not registered with it, which would open pages that load foreign scripts
    with app.app_context():
        return complete(spec.spec)


def _stand_in(route: Route) -> Callable[..., None]:
    def view() -> None:
        """Is never called: the collector reads its name and what it says of itself."""

    view.__name__, view.__doc__ = route.operation, route.about
    return view


def complete(document: Document) -> Document:
    """Add what the collector does not know."""
    document["info"] |= {
        "description": "Outpatient Hall: queues, calls, paper. Commands over HTTP with a key, events over Socket.IO."
    }
    document.setdefault("components", {})["securitySchemes"] = {
        "device": {"type": "http", "scheme": "bearer", "description": "hall-server device add"},
        "session": {"type": "apiKey", "in": "cookie", "name": cookies.SESSION},
    }
    for route in declared():
        _complete_route(document["paths"], route)
    for path, (words, kind, security) in OPERATIONS.items():
        answer = {"200": {"description": words, "content": {kind: {}}}}
        operation = {"operationId": path[1:], "summary": words, "security": security, "responses": answer}
        document["paths"][path] = {"get": {**operation, "tags": ["operations"]}}
    return document


def _address(route: Route) -> str:
    return route.path.replace("<", "{").replace(">", "}")


def _complete_route(paths: Document, route: Route) -> None:
    operation = paths[_address(route)][route.method.lower()]
    operation["summary"] = route.operation.replace("_", " ")
    operation["security"] = [{"device": []}, {"session": []}] if route.roles is not None else []
    operation["x-roles"] = sorted(route.roles) if route.roles is not None else ["anybody"]
    parameters = operation.setdefault("parameters", [])
    parameters += [
        {"name": name, "in": "query", "required": False, "schema": {"type": kind}}
        for name, kind in QUERY.get(route.operation, [])
    ]
    if route.key:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
            }
        )
    if route.operation in EXAMPLES and "requestBody" in operation:
        operation["requestBody"]["content"]["application/json"]["example"] = EXAMPLES[route.operation]
    operation["responses"]["default"] = dict(operation["responses"]["404"], description="A refusal, told by its code")
    for code, response in operation["responses"].items():
        if code == "default" or code.startswith(("4", "5")):
            response["content"] = {"application/problem+json": next(iter(response["content"].values()))}
        elif route.operation in LINKS:
            response["links"] = {
                name: {"operationId": target, "parameters": given}
                for name, (target, given) in LINKS[route.operation].items()
            }


def blueprint() -> Blueprint:
    """The document and a page that tells it, each made once: anybody may ask, and making them takes what staff need."""
    routes = Blueprint("openapi", __name__, url_prefix="/api/v1")
    making, made = threading.Lock(), dict[str, bytes]()

    def text(name: str) -> bytes:
        with making:
            if not made:
                whole = document()
                made["openapi"] = rendered(whole).get_data()
                made["docs"] = page(whole).encode()
            return made[name]

    routes.add_url_rule(
        "/openapi.json",
        "openapi",
        lambda: Response(text("openapi"), mimetype="application/json", headers={"Cache-Control": "no-store"}),
    )
    routes.add_url_rule("/docs", "docs", lambda: Response(text("docs"), mimetype="text/html"))
    return routes


def page(document: Document) -> str:
    """The document as one plain page: every operation with its roles, every code with its sentences."""
    rows = "".join(
        _operation_row(path, method, item[method]) for path, item in document["paths"].items() for method in item
    )
    codes = "".join(
        f'<tr id="{code}"><td><code>{code}</code><td>{STATUS[code]}'
        f"<td>{escape(title_of(code, 'zh'))}<td>{escape(title_of(code, 'en'))}"
        for code in ErrorCode
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Outpatient Hall API</title>'
        '<link rel="stylesheet" href="/shared/hall.css"><main><h1>Outpatient Hall API v1</h1>'
        '<p>The whole contract: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>'
        f"<table><thead><tr><th>Route<th>Operation<th>Roles<th>Answers</thead><tbody>{rows}</tbody></table>"
        "<h2>Codes of refusals</h2><table><thead><tr><th>Code<th>Status<th>zh<th>en</thead>"
        f"<tbody>{codes}</tbody></table></main></html>"
    )


def _operation_row(path: str, method: str, operation: Document) -> str:
    roles, answers = ", ".join(operation.get("x-roles", [])), ", ".join(operation["responses"])
    name = escape(operation["summary"])
    return f"<tr><td><code>{method.upper()} {escape(path)}</code><td>{name}<td>{roles}<td>{answers}"

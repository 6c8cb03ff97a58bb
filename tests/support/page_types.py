"""Writes the JSON schema of the protocol's models, from which the types of the pages' JavaScript are generated.

Run by `make check`: the schema and the types stand in `build/types`, which is never committed.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from server.protocol import answers, messages, reports

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "build" / "types" / "protocol.schema.json"


def models() -> list[type[BaseModel]]:
    """The models of the protocol, by name."""
    found = {
        name: value
        for module in (messages, answers, reports)
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == module.__name__
    }
    return [found[name] for name in sorted(found)]


def as_sent(definition: dict[str, Any]) -> dict[str, Any]:
    """The schema of a model as a page receives it: what may be null may be absent, everything else is there."""
    properties = definition.get("properties")
    if properties is None:
        return definition  # an enumeration
    for schema in properties.values():
        schema.pop("title", None)  # a title would become a type of its own
    required = [name for name, schema in properties.items() if {"type": "null"} not in schema.get("anyOf", ())]
    return {**definition, "required": required, "additionalProperties": False}


def schema() -> dict[str, Any]:
    """One JSON schema with every model of the protocol under `$defs`."""
    _, whole = models_json_schema([(model, "serialization") for model in models()], title="Protocol")
    return {**whole, "$defs": {name: as_sent(definition) for name, definition in whole["$defs"].items()}}


def main() -> None:
    """Write the schema."""
    SCHEMA.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

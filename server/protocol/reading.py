"""Reading an answer of the server into a view, or saying that it is none. Knows no command and no transport."""

from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from server.protocol.json_values import JsonObject
from server.protocol.transport import AnswerUnreadable

Model = TypeVar("Model", bound=BaseModel)


def read_answer(model: type[Model], response: httpx.Response, key: str | None = None) -> Model:
    """The view in an answer. Raises AnswerUnreadable."""
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        raise AnswerUnreadable(key, model.__name__) from None


def object_in(answer: httpx.Response) -> JsonObject:
    """The JSON object in an answer. Raises AnswerUnreadable."""
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise AnswerUnreadable(None, "JSON object")
    return found


def named_job(answer: httpx.Response) -> tuple[str | None, str | None]:
    """Id and lease of a print job whose view cannot be read, as far as it says them."""
    try:
        job = answer.json()["print_job"]
        return (str(job["id"]), str(job["lease"]) if job.get("lease") else None) if job else (None, None)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, None

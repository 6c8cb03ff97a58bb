"""The root of all tables and how Python types are kept."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON
from sqlalchemy.orm import DeclarativeBase

from server.protocol.json_values import JsonDict, View
from server.store.types import UtcDateTime


class Base(DeclarativeBase):
    """Root of the tables; dictionaries and lists are JSON, datetimes aware UTC."""

    type_annotation_map: ClassVar[dict[object, object]] = {
        JsonDict: JSON,
        View: JSON,
        dict[str, str]: JSON,
        list[str]: JSON,
        datetime: UtcDateTime,
    }

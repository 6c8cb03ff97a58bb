"""The root of all tables and how Python types are kept."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON
from sqlalchemy.orm import DeclarativeBase

from server.store.types import UtcDateTime


class Base(DeclarativeBase):
    """Root of the tables; dictionaries and lists are JSON, datetimes aware UTC."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        list[str]: JSON,
        list[Any]: JSON,
        datetime: UtcDateTime,
    }

"""Names for JSON that is only carried through, never looked into. What is looked into has a model of its own."""

from collections.abc import Mapping
from typing import Any

Json = object
"""Any value of JSON."""
JsonObject = Mapping[str, Json]
"""An object of JSON; a mapping, so that nobody who carries it changes it."""
JsonDict = dict[str, Json]
"""An object of JSON while it is built, and as a column keeps it."""
View = dict[str, Any]
"""A thing as it is shown: built for each of hundreds of tickets, so no model is made of it (messages.py has one)."""

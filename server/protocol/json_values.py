"""Names for JSON that is only carried through, never looked into. What is looked into has a model of its own."""

from collections.abc import Mapping

Json = object
"""Any value of JSON."""
JsonObject = Mapping[str, Json]
"""An object of JSON; a mapping, so that nobody who carries it changes it."""

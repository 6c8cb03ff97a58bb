"""The schema from which the types of the pages' JavaScript are generated."""

from tests.support.page_types import models, schema


def test_every_model_of_the_protocol_is_in_the_schema():
    definitions = schema()["$defs"]

    assert {"Snapshot", "Event", "TicketView", "TicketAnswer", "ReportAtDesk"} <= set(definitions)
    assert [] == [model.__name__ for model in models() if model.__name__ not in definitions]


def test_a_field_that_may_be_null_may_be_absent_and_every_other_is_there():
    ticket = schema()["$defs"]["TicketView"]

    assert {"id", "state", "tags", "bypass"} <= set(ticket["required"])
    assert {"name", "grade", "station"}.isdisjoint(ticket["required"])
    assert ticket["additionalProperties"] is False


def test_a_state_is_one_of_its_words():
    assert "called" in schema()["$defs"]["TicketState"]["enum"]

"""The vectors of a hall's stream that the pages' store.js passes too (tests/unit/pages/store.test.js)."""

import json
from pathlib import Path

import pytest

from server.protocol.messages import Event, Position, Snapshot
from server.protocol.stream.cursor import Cursor, Inbox
from server.protocol.stream.reducer import apply

VECTORS = json.loads(Path(__file__).with_name("stream_vectors.json").read_text("utf-8"))


def each(part):
    return pytest.mark.parametrize("vector", VECTORS[part], ids=lambda vector: vector["name"].replace(" ", "-"))


@each("cursor")
def test_a_cursor_judges_a_frame_as_the_vector_says(vector):
    frame = Position.model_validate(vector["frame"])

    assert vector["verdict"] == Cursor(**vector["position"]).offer(frame).verdict


@each("streams")
def test_an_inbox_stands_after_each_frame_where_the_vector_says(vector):
    inbox = Inbox(Cursor(**vector["position"]))
    steps = []
    for frame in map(Position.model_validate, vector["frames"]):
        verdict = inbox.cursor.offer(frame).verdict
        inbox.take(frame)
        steps.append((verdict, inbox.cursor.seq))

    assert list(zip(vector["verdicts"], vector["positions"], strict=True)) == steps


@each("folding")
def test_a_fact_changes_the_snapshot_as_the_vector_says(vector):
    event = Event.model_validate(vector["event"])
    wanted = {**VECTORS["snapshot"], **vector["after"], "seq": event.seq}

    assert Snapshot.model_validate(wanted) == apply(Snapshot.model_validate(VECTORS["snapshot"]), event)

"""Fixtures of the API's tests: a server in this process, one for a module or one for a test."""

from collections.abc import Iterator

import pytest

from tests.support.api import Api, an_api


@pytest.fixture
def api() -> Iterator[Api]:
    """A server of this test's own, in this process, under simulated time."""
    with an_api() as made:
        yield made


@pytest.fixture(scope="module")
def shared_api() -> Iterator[Api]:
    """A server that the tests of one module share."""
    with an_api() as made:
        yield made

"""Fixtures of the consoles' tests: one hall for them all, empty again for each module."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.console_page import Consoles


@pytest.fixture(scope="session")
def hospital(browser: Any) -> Iterator[Consoles]:
    """A server that the tests of every console share: starting one costs seconds."""
    running = Consoles(browser)
    yield running
    running.close()


@pytest.fixture(scope="module")
def consoles(hospital: Consoles) -> Consoles:
    """The consoles' hall, with nobody there."""
    hospital.empty()
    return hospital

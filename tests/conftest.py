"""Fixtures that several tests share: a running hall for a module, or one of a test's own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.hall import RunningHall, a_hall

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def hall() -> Iterator[RunningHall]:
    """A running server that the tests of one module share: hall H1, queue IM, stations R1 … R4."""
    with a_hall() as running:
        yield running


@pytest.fixture
def own_hall() -> Iterator[Callable[..., RunningHall]]:
    """Starts servers of a test's own: `own_hall(stations=8)`; they end with the test."""
    with ExitStack() as running:
        yield lambda *arguments, **options: running.enter_context(a_hall(*arguments, **options))


@pytest.fixture
def chromium() -> Path:
    """The system's browser, or the test is skipped."""
    if not CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium here")
    return CHROMIUM

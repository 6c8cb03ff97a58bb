"""Fixtures that several tests share: a running hall for a module, or one of a test's own; one browser for all."""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.browser import CHROMIUM, a_browser
from tests.support.hall import RunningHall, a_hall

# No test fails because a machine is slow: an example may take longer than a fifth of a second.
settings.register_profile("hall", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hall")

LONGEST = {"test_replay_real_day.py", "test_demo.py", "test_printer_faults.py"}
"""Begun first: nobody waits for one of them at the end while the other workers have nothing left to do, and who waits
for a printer's time-out leaves the processor to the browsers."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect without the garbage collector: what is made here stays, and it went through all of it again and again.

    What was collected is out of its sight from then on.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first; the others stay in their order."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The one browser of this run: a launch costs seconds. Where there is none, the test is skipped."""
    pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no {CHROMIUM} here")
    with a_browser() as running:
        yield running

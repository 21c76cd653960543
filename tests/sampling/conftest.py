"""The clock of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.core import clock
from tests.sampling.factories import NOW


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.set_to(NOW):
        yield

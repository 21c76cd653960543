"""A scene for each test, and the clock at its moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from registry.core import clock
from tests.factories import AT
from tests.security.scene import Scene, a_scene


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    """A register with one of everything, on the day it was made."""
    with clock.set_to(AT):
        yield a_scene(app)

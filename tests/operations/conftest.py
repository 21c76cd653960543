"""Places for registers, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from tests.databases import replace_database
from tests.operations.place import Place

MakePlace = Callable[[], Place]
_numbers = count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def make_place(request: pytest.FixtureRequest, tmp_path: Path) -> MakePlace:
    """Return a function that gives an empty place each time it is called."""

    def make() -> Place:
        number = next(_numbers)
        url = ""
        if request.param == "postgresql":
            server = request.getfixturevalue("postgresql_url")
            made = replace_database(server, f"operations{number}")
            url = made.replace("postgresql+psycopg://", "postgresql://")
        return Place(tmp_path / f"place{number}", url)

    return make


@pytest.fixture
def place(make_place: MakePlace) -> Place:
    """An empty place."""
    return make_place()


@pytest.fixture
def register(place: Place) -> Place:
    """A place with a register that was set up."""
    done = place.run("init", "--starts", "2025-01-01", "--ends", "2027-12-31")
    assert done.returncode == 0, done.stderr
    return place

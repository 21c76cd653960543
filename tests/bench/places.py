"""Where a measure runs: a seeded register on one database, in several sizes, and its copies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import sqlalchemy as sa
import structlog
from flask import Flask

from registry.app import create_app
from registry.config import Settings
from registry.core.database import db
from tests.databases import drop_database, replace_database

SQLITE, POSTGRESQL = "sqlite", "postgresql"
NOWHERE = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open as long as we are
_copies = count(1)


def make_settings(database_url: str, data_dir: Path) -> Settings:
    """Return the settings of a register on this machine alone."""
    return Settings(
        database_url=database_url,
        data_dir=data_dir,
        secret_key="b" * 64,
        public_url="http://localhost",
        testing=True,
    )


@dataclass(frozen=True)
class Place:
    """One seeded register. `size` is its number of approved entries, `others` the other sizes.

    Measures that write do so on a `copy()`, so that a seed can be used again.
    """

    database: str
    size: int
    app: Flask
    database_url: str
    data_dir: Path
    others: Mapping[int, Place] = field(default_factory=dict)

    def at(self, size: int) -> Place:
        """Return the register of another size on the same database."""
        return self if size == self.size else self.others[size]

    @property
    def smallest(self) -> Place:
        """Return the smallest register there is on this database."""
        return self.at(min([self.size, *self.others]))

    @contextmanager
    def copy(self) -> Iterator[Place]:
        """Give a copy that may be written to and is thrown away afterwards."""
        folder = self.data_dir.parent / f"{self.data_dir.name}-copy{next(_copies)}"
        folder.mkdir(parents=True)
        url, dispose = _copy_database(self, folder)
        place = open_place(self.database, self.size, url, folder)
        try:
            yield place
        finally:
            close(place)
            dispose()
            shutil.rmtree(folder, ignore_errors=True)


def open_place(database: str, size: int, database_url: str, data_dir: Path) -> Place:
    """Return the place of a register that is there; its log is made, and goes nowhere."""
    app = create_app(make_settings(database_url, data_dir))
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(NOWHERE))
    return Place(database, size, app, database_url, data_dir)


def close(place: Place) -> None:
    """Let go of the connections of a place."""
    with place.app.app_context():
        db.session.remove()
        db.engine.dispose()


def _copy_database(place: Place, folder: Path):  # type: ignore[no-untyped-def]  # url and its end
    close(place)
    if place.database == SQLITE:
        target = folder / "registry.sqlite"
        shutil.copyfile(place.data_dir / "registry.sqlite", target)
        return f"sqlite:///{target}", lambda: None
    address = sa.make_url(place.database_url)
    server = str(address.set(database="postgres"))
    name = f"{address.database}_copy{next(_copies)}"
    url = replace_database(server, name, template=str(address.database))
    return url, lambda: drop_database(server, name)

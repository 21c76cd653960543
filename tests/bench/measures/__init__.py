"""The measures. Each module has `IDS`, and `measure(place)`, which yields its lines.

`place` is the largest register there is on one database; `place.at(size)` gives the others. What
writes does so on `place.copy()`. A measure that runs once for all databases says so by `ONCE`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Collection, Iterator
from importlib import import_module
from typing import Protocol

from tests.bench.lines import Line
from tests.bench.places import Place


class Measure(Protocol):
    """What a module of this folder offers."""

    IDS: tuple[str, ...]

    def measure(self, place: Place) -> Iterator[Line]: ...


def list_measures(only: Collection[str] = ()) -> list[Measure]:
    """Return the modules in the order of their names, those that measure one of `only`."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [import_module(f"{__name__}.{name}") for name in names]
    return [module for module in found if not only or set(module.IDS) & set(only)]

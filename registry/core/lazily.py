"""Modules that are loaded when something of them is first used, so that starting is quick.

For what few requests need and what takes long to load: drawing PDF and pictures, reading and
writing workbooks, migrations. For the checkers of types and of layers the name is imported as
always, under TYPE_CHECKING.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any  # whatever a module holds

_known: dict[str, Later] = {}


class Later:
    """Stands for a module; the first use of a name of it loads it. Safe between threads."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


def lazily(name: str) -> Any:
    """Return what stands for a module until it is used."""
    return _known.setdefault(name, Later(name))


def load_all() -> None:
    """Load everything that was put off; once the server answers, so that no request waits."""
    for name in list(_known):
        import_module(name)

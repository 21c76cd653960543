"""A large mapping that changes a little each time, and each time is kept as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

CHANGES_MOST = 64
Key = TypeVar("Key")
Value = TypeVar("Value")


class Overlaid(Mapping[Key, Value]):
    """A mapping with a few changes laid over it. It is never changed: `put` returns another one.

    To copy thousands of things takes longer than all else that one of them changes, since each of
    them is touched; so they are only when many changes have come together.
    """

    __slots__ = ("_changes", "_whole")

    def __init__(self, whole: Mapping[Key, Value]) -> None:
        self._whole = whole
        self._changes: Mapping[Key, Value | None] = {}

    def put(self, come: Mapping[Key, Value], *, gone: Iterable[Key] = ()) -> Overlaid[Key, Value]:
        """Return the mapping without some and with others; no value is None."""
        new = Overlaid(self._whole)
        new._changes = {**self._changes, **dict.fromkeys(gone), **come}
        return new if len(new._changes) <= CHANGES_MOST else Overlaid(dict(new.items()))

    def __getitem__(self, key: Key) -> Value:
        found = self._changes[key] if key in self._changes else self._whole[key]
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        if key in self._changes:
            return self._changes[key] is not None  # type: ignore[index]  # it is a key
        return key in self._whole

    def __iter__(self) -> Iterator[Key]:
        """Give what is left in its old order, then what came."""
        yield from (key for key in self._whole if key not in self._changes)
        yield from (key for key, value in self._changes.items() if value is not None)

    def every(self) -> list[Value]:
        """Return all values in that order, without looking each of them up."""
        changes = self._changes
        old = [value for key, value in self._whole.items() if key not in changes]
        return old + [value for value in changes.values() if value is not None]

    def __len__(self) -> int:
        return sum(1 for _ in self)

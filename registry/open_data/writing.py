"""Rows as files, a part at a time, so that memory holds few: CSV for spreadsheets, JSON."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO

from registry.core.delimited import write_lines

Row = Sequence[object]
IN_MEMORY = 4 * 1024 * 1024


@dataclass(frozen=True)
class Written:
    """A finished file, its length, and the hash of its bytes; whoever takes it closes it."""

    file: IO[bytes]
    size: int
    hash: str

    @property
    def is_small(self) -> bool:
        """Say whether it lies in memory whole."""
        return self.size <= IN_MEMORY

    def take(self) -> bytes:
        """Return all of it, and close it."""
        with self.file:
            return self.file.read()


class _Sink:
    """Bytes that are kept and hashed as they come; what is much goes to the disk."""

    def __init__(self) -> None:
        self.file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - sent later
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, content: bytes) -> int:
        self.file.write(content)
        self.hash.update(content)
        self.size += len(content)
        return len(content)

    def done(self) -> Written:
        self.file.seek(0)
        return Written(self.file, self.size, self.hash.hexdigest())


def write_csv(names: Sequence[str], rows: Iterable[Row]) -> Written:
    """Write UTF-8 with its mark; text that a spreadsheet would run, or cut, is made plain text."""
    sink = _Sink()
    write_lines(sink, chain([names], rows))
    return sink.done()


def write_json(about: Mapping[str, object], names: Sequence[str], rows: Iterable[Row]) -> Written:
    """Write what the data are, then a row a line under "rows"; numbers stay numbers."""
    sink = _Sink()
    sink.write(_json(about)[:-1].encode() + b',"rows":[')
    between = b"\n"
    for row in rows:
        sink.write(between + _json(dict(zip(names, row, strict=True))).encode())
        between = b",\n"
    sink.write(b"\n]}\n")
    return sink.done()


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

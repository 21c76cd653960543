"""An .xlsx file is checked before it is opened: how much it unpacks to, how wide and long it is.

The reader builds the whole rectangle up to the last cell in memory, so one cell in the far corner
of a small file would be enough to fill it and to end the process.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from registry.core.errors import Invalid
from registry.core.language import _

MEBIBYTE = 1024 * 1024
PIECE = MEBIBYTE
OVERLAP = 40
LOCAL_HEADER = 30
OF_OTHER_FORMATS = ("workbook.bin", "content.xml")  # the reader would try them, unmeasured

CELL = re.compile(rb"[<:]c[\s>/]")
FAR_COLUMN = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{2,})\d""")
FAR_ROW = re.compile(rb"""\br\s*=\s*["'][A-Za-z]*(\d{5,})""")
FORMULA = re.compile(rb"[<:]f[\s>/]")


@dataclass(frozen=True)
class Limits:
    """How much a workbook may hold; `unpacked` in MB."""

    unpacked: int
    members: int
    cells: int
    rows: int


@dataclass
class Extent:
    """How far the cells of a workbook reach, seen while unpacking."""

    limits: Limits
    unpacked: int = 0
    cells: int = 0
    column: int = 26
    row: int = 10_000
    has_formulas: bool = False
    names: set[bytes] = field(default_factory=set)

    def see(self, piece: bytes) -> None:
        """Take one unpacked piece into account."""
        self.cells += len(CELL.findall(piece))
        self.has_formulas = self.has_formulas or FORMULA.search(piece) is not None
        fresh = set(FAR_COLUMN.findall(piece)) - self.names
        self.names |= fresh
        self.column = max([self.column, *(_column_number(name) for name in fresh)])
        self.row = max([self.row, *map(int, FAR_ROW.findall(piece))])

    def check(self) -> None:
        """Raise Invalid where it holds more than it may."""
        limits = self.limits
        if self.unpacked > limits.unpacked * MEBIBYTE:
            raise _too_large(limits)
        area = self.row * self.column
        if self.cells > limits.cells or self.row > limits.rows or area > limits.cells:
            raise Invalid(
                _(
                    "The sheet reaches to row %(row)s and column %(column)s. Copy the list alone"
                    " into a new workbook; a list of more than %(most)s rows must be split.",
                    row=self.row,
                    column=self.column,
                    most=f"{limits.rows:,}",
                ),
                field="file",
            )


def measure(data: bytes, limits: Limits) -> Extent:
    """Return how far a workbook reaches; raise Invalid where that is too far, or it is broken."""
    extent = Extent(limits)
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
        stated = sum(member.file_size for member in members)
        if len(members) > limits.members or stated > limits.unpacked * MEBIBYTE:
            raise _too_large(limits)
        for member in members:
            _see_member(data, member, extent)
    except (BadZipFile, zlib.error, IndexError, NotImplementedError, ValueError) as error:
        raise broken() from error
    return extent


def broken() -> Invalid:
    """Return the refusal of a workbook that cannot be read."""
    return Invalid(
        _("The workbook is damaged. Open it in Excel, save it again, and send that file."),
        field="file",
    )


def _too_large(limits: Limits) -> Invalid:
    return Invalid(
        _("The workbook unpacks to more than %(size)s MB. Split the list.", size=limits.unpacked),
        field="file",
    )


def _see_member(data: bytes, member: ZipInfo, extent: Extent) -> None:
    """Measure a member, whatever its name: which of them is a sheet, the package itself says."""
    name, tail = member.filename.lower(), b""
    if name.endswith(OF_OTHER_FORMATS):
        raise broken()
    for piece in _unpack(data, member):
        if name.endswith(".xml") and b"\0" in piece:  # in two bytes a letter nothing is recognised
            raise broken()
        extent.unpacked += len(piece)
        extent.see(tail + piece)
        tail = piece[-OVERLAP:]
        extent.check()


def _unpack(data: bytes, member: ZipInfo) -> Iterator[bytes]:
    """Unpack piece by piece what is really there; the size a hostile file states may be a lie."""
    at = member.header_offset
    names = int.from_bytes(data[at + 26 : at + 28], "little")
    extra = int.from_bytes(data[at + 28 : at + 30], "little")
    start = at + LOCAL_HEADER + names + extra
    packed = data[start : start + member.compress_size]
    if not member.compress_type:
        yield packed
        return
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    while packed and not unpacker.eof:
        yield unpacker.decompress(packed, PIECE)
        packed = unpacker.unconsumed_tail


def _column_number(name: bytes) -> int:
    number = 0
    for letter in name.upper():
        number = number * 26 + letter - ord("A") + 1
    return number

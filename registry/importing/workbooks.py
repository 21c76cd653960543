"""An .xlsx file is checked before it is opened: how much it unpacks to, how wide and long it is.

The reader builds the whole rectangle up to the last cell in memory, so one cell in the far corner
of a small file would be enough to fill it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from registry.core.errors import Invalid
from registry.core.language import _

MEBIBYTE = 1024 * 1024
UNPACKED_MAX = 150 * MEBIBYTE
MEMBERS_MAX = 1_000
CELLS_MAX = 6_000_000
ROWS_MAX = 200_000
PIECE = MEBIBYTE
OVERLAP = 40
LOCAL_HEADER = 30

CELL = re.compile(rb"[<:]c[\s>/]")
FAR_COLUMN = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{2,})\d""")
FAR_ROW = re.compile(rb"""\br\s*=\s*["'][A-Za-z]*(\d{5,})""")
FORMULA = re.compile(rb"[<:]f[\s>/]")

SheetCell = int | float | str | bool | time | date | datetime | timedelta


@dataclass
class _Extent:
    """How far the cells of a workbook reach, seen while unpacking."""

    unpacked: int = 0
    cells: int = 0
    column: int = 26
    row: int = 10_000
    has_formulas: bool = False
    names: set[bytes] = field(default_factory=set)

    def see(self, piece: bytes) -> None:
        self.cells += len(CELL.findall(piece))
        self.has_formulas = self.has_formulas or FORMULA.search(piece) is not None
        fresh = set(FAR_COLUMN.findall(piece)) - self.names
        self.names |= fresh
        self.column = max([self.column, *(_column_number(name) for name in fresh)])
        self.row = max([self.row, *map(int, FAR_ROW.findall(piece))])

    def check(self) -> None:
        if self.unpacked > UNPACKED_MAX:
            raise _too_large()
        if self.cells > CELLS_MAX or self.row > ROWS_MAX or self.row * self.column > CELLS_MAX:
            raise Invalid(
                _(
                    "The sheet reaches to row %(row)s and column %(column)s. Copy the list alone"
                    " into a new workbook; a list of more than %(most)s rows must be split.",
                    row=self.row,
                    column=self.column,
                    most=f"{ROWS_MAX:,}",
                ),
                field="file",
            )


def _too_large() -> Invalid:
    return Invalid(
        _("The workbook unpacks to more than %(size)s MB. Split the list.", size=150), field="file"
    )


def _broken() -> Invalid:
    return Invalid(
        _("The workbook is damaged. Open it in Excel, save it again, and send that file."),
        field="file",
    )


def read_sheet(data: bytes) -> tuple[list[list[SheetCell]], list[object]]:
    """Return all rows of the first visible sheet from row 1 on, and what a person should know."""
    extent = _measure(data)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
        shown = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible
        ]
        if not shown:
            raise _broken()
        rows = workbook.get_sheet_by_name(shown[0]).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise _broken() from error
    told: list[object] = []
    if len(shown) > 1:
        told.append(
            _(
                "Only the first sheet, “%(first)s”, is read. Not read: %(others)s.",
                first=shown[0],
                others=", ".join(shown[1:]),
            )
        )
    if extent.has_formulas:
        told.append(_("The workbook has formulas: what Excel computed last is taken."))
    return rows, told


def _measure(data: bytes) -> _Extent:
    extent = _Extent()
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
        if len(members) > MEMBERS_MAX or sum(m.file_size for m in members) > UNPACKED_MAX:
            raise _too_large()
        for member in members:
            _see_member(data, member, extent)
    except (BadZipFile, zlib.error, IndexError, NotImplementedError) as error:
        raise _broken() from error
    return extent


def _see_member(data: bytes, member: ZipInfo, extent: _Extent) -> None:
    is_sheet = "worksheets/" in member.filename.lower()
    tail = b""
    for piece in _unpack(data, member):
        extent.unpacked += len(piece)
        if is_sheet:
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

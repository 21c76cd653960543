"""The first sheet of an .xlsx file, measured before it is opened."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from registry.core.language import _
from registry.core.packages import Limits, broken, measure

LIMITS = Limits(unpacked=150, members=1_000, cells=6_000_000, rows=200_000)

SheetCell = int | float | str | bool | time | date | datetime | timedelta


def read_sheet(data: bytes) -> tuple[list[list[SheetCell]], list[object]]:
    """Return all rows of the first visible sheet from row 1 on, and what a person should know."""
    extent = measure(data, LIMITS)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
        shown = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible
        ]
        if not shown:
            raise broken()
        rows = workbook.get_sheet_by_name(shown[0]).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise broken() from error
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

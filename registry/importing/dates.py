"""When a list says that something was decided: a day, or only a month or a year."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from registry.core.language import _
from registry.entries.models import Precision
from registry.importing.faults import Unfit
from registry.importing.reading import Cell

FIRST_YEAR, LAST_YEAR = 1900, 2100
EXCEL_DAY_ZERO = date(1899, 12, 30)
DATE = re.compile(
    r"(?P<year>\d{4})(?:[-/](?P<month>\d{1,2})(?:[-/](?P<day>\d{1,2}))?"
    r"|年(?:(?P<month_zh>\d{1,2})月(?:(?P<day_zh>\d{1,2})日)?)?)?"
)


@dataclass(frozen=True)
class Period:
    """The days that a date as written may mean: one, a month, or a year."""

    first: date
    last: date
    precision: Precision

    def effective_on(self, today: date) -> date:
        """Return the day it counts from: its last, or today where that has not come."""
        return min(self.last, today)

    def fits(self, effective_on: date, precision: Precision) -> bool:
        """Say whether a registered date says the same as this one."""
        return precision is self.precision and self.first <= effective_on <= self.last

    def written(self) -> str:
        """Write it as exactly as it is known: 2018, 2018-03 or 2018-03-05."""
        return written(self.last, self.precision)


LETTERS = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}


def written(day: date, precision: Precision) -> str:
    """Write a date as exactly as it is known."""
    return day.isoformat()[: LETTERS[precision]]


@lru_cache(maxsize=4_096)
def parse_period(cell: Cell, today: date) -> Period:
    """Read a date; raise Unfit where it is none, does not exist, or has not begun by today."""
    period = _parse(cell)
    if period.first > today:
        raise Unfit(
            _("The date lies in the future."),
            _("Write the day of the decision; nothing can be registered in advance."),
        )
    return period


def _parse(cell: Cell) -> Period:
    if isinstance(cell, date):
        # A year typed into a cell formatted as a date: Excel shows 2018 as 1905-07-10.
        days = (cell - EXCEL_DAY_ZERO).days
        return _year(days) if FIRST_YEAR <= days <= LAST_YEAR else _day(cell)
    if isinstance(cell, float):
        if cell.is_integer() and FIRST_YEAR <= cell <= LAST_YEAR:
            return _year(int(cell))
        raise _no_date()
    if not cell:
        raise Unfit(
            _("The date of the decision is missing."),
            _("Write 2018-03-05, or 2018-03 or 2018 where no more is known."),
        )
    match = DATE.fullmatch("".join(unicodedata.normalize("NFKC", cell).split()))
    if match is None:
        raise _no_date()
    parts = match.groupdict()
    year, month, day = (
        parts["year"],
        parts["month"] or parts["month_zh"],
        parts["day"] or parts["day_zh"],
    )
    return _of_numbers(int(year), int(month) if month else None, int(day) if day else None)


def _of_numbers(year: int, month: int | None, day: int | None) -> Period:
    try:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise _no_date()
        if month is None:
            return _year(year)
        if day is None:
            last = calendar.monthrange(year, month)[1]
            return Period(date(year, month, 1), date(year, month, last), Precision.MONTH)
        return _day(date(year, month, day))
    except ValueError as error:
        raise Unfit(
            _("There is no such day in the calendar."), _("Compare with the document.")
        ) from error


def _year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31), Precision.YEAR)


def _day(day: date) -> Period:
    return Period(day, day, Precision.DAY)


def _no_date() -> Unfit:
    return Unfit(
        _("This is not a date."),
        _("Write 2018-03-05, 2018/3/5 or 2018年3月5日, or 2018-03 or 2018 where no more is known."),
    )

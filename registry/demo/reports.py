"""The months that the demonstration's city has released, one of them twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from registry.demo.people import People
from registry.ledger.heads import read_head
from registry.releases import service
from registry.releases.queries import last_day
from registry.releases.service import Signed

MONTHS = 8
MISSING = 1  # the second newest waits for the city
QUARTER = 3  # lists come by the quarter: its first month is the one that changes most
DAYS_AFTER, DAYS_AFTER_AGAIN = timedelta(days=6), timedelta(days=75)
OFFICE, SIGNER = "苏州市工业和信息化局副局长", "周立民"
REASON = "季度认定名单送达后补录了当月认定的项目，按补录后的数字再次定稿。"


@dataclass(frozen=True)
class Planned:
    """One release of a month on a day; `reason` where it is the second."""

    month: date
    on: date
    reason: str = ""

    def release(self, people: People, at: datetime) -> None:
        """Release the month as it is known at the moment."""
        name = f"{self.month.year}年{self.month.month}月月报"
        signed = Signed(
            f"{name}（第 2 版）" if self.reason else name, SIGNER, OFFICE, reason=self.reason
        )
        seen = read_head().sequence
        service.release(self.month, signed, by=people.administrator, at=at, seen=seen)


def plan_releases(today: date, *, starts_on: date) -> list[Planned]:
    """Plan a release for each of the last months that have ended, and one once more."""
    months: list[date] = []
    month = today.replace(day=1)
    while len(months) < MONTHS:
        month = (month - timedelta(days=1)).replace(day=1)
        if month < starts_on.replace(day=1):
            break
        months.append(month)
    planned = [
        Planned(month, last_day(month) + DAYS_AFTER)
        for place, month in enumerate(months)
        if place != MISSING and last_day(month) + DAYS_AFTER < today
    ]
    begins = [each.month for each in planned if each.month.month % QUARTER == 1]
    planned += [Planned(month, last_day(month) + DAYS_AFTER_AGAIN, REASON) for month in begins[-1:]]
    return [each for each in planned if each.on < today]

"""The firms, members and officers of the invented city."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from stdnum.cn import uscc

from tests.bench.bulk import Bulk
from tests.factories import PASSWORD_HASH

OFFICERS_A_DISTRICT = 4
IN_TWO_DISTRICTS = 10  # one in so many firms
AT = "2020-01-01 01:00:00.000000"


@dataclass(frozen=True)
class Known:
    """What stands in the register when the history begins."""

    programme_id: int
    starts_on: date
    districts: tuple[tuple[int, str], ...]
    sequence: int
    recorded_at: datetime
    hash: str
    last_user_id: int
    last_entry_id: int
    last_application_id: int
    officers: Mapping[int, list[int]]


class People:
    """Gives firms their districts, and hands out members and officers by their ids."""

    def __init__(self, known: Known, *, firms: int, chance: random.Random) -> None:
        self.known, self.firms, self.chance = known, firms, chance
        self.last_user = known.last_user_id
        self.officers = dict(known.officers)
        self.members: dict[int, int] = {}

    def write(self, bulk: Bulk) -> None:
        """Write all firms and officers, an administrator and a leader."""
        for firm in range(1, self.firms + 1):
            bulk.add("enterprise", self._firm(firm))
        for district_id, _ in self.known.districts:
            self.officers[district_id] = [
                self._user(bulk, "officer", district_id=district_id)
                for _ in range(OFFICERS_A_DISTRICT)
            ]
        self._user(bulk, "administrator")
        self._user(bulk, "leader")

    def pick_firm(self) -> int:
        """Choose a firm; some are busier than others."""
        return 1 + int(self.firms * self.chance.random() ** 1.3)

    def place_of(self, firm: int) -> tuple[int, str]:
        """Return where a new thing of a firm stands: its seat, or its second district."""
        districts = self.known.districts
        home = self._home(firm)
        if firm % IN_TWO_DISTRICTS == 0 and self.chance.random() < 0.5:
            return districts[(home + 1) % len(districts)]
        return districts[home]

    def _home(self, firm: int) -> int:
        return firm * 7919 % 97 % len(self.known.districts)

    def member_of(self, firm: int, bulk: Bulk) -> int:
        """Return the member of a firm who files its cases."""
        if firm not in self.members:
            self.members[firm] = self._user(bulk, "member", enterprise_id=firm)
        return self.members[firm]

    def officer_in(self, district_id: int, chance: random.Random) -> int:
        """Choose an officer of a district."""
        return chance.choice(self.officers[district_id])

    def _firm(self, firm: int) -> tuple[object, ...]:
        body = f"91320583MB{firm:07d}"
        name = f"测试精密制造{firm}有限公司"
        where = (self.known.districts[self._home(firm)][0], f"C{13 + firm % 30}", "测试路 1 号")
        facts = (40 + firm % 900, 1_000 + firm % 90_000, "2010-05-01")
        contact = ("张测试", "王测试", "13800000000")
        return (firm, body + uscc.calc_check_digit(body), name, name, *where, *facts, *contact, AT)

    def _user(
        self,
        bulk: Bulk,
        role: str,
        *,
        district_id: int | None = None,
        enterprise_id: int | None = None,
    ) -> int:
        self.last_user += 1
        id_ = self.last_user
        rights = ("owner", "proven") if enterprise_id else (None, None)
        who = (id_, f"{role}{id_}@bench.test", f"测试员{id_}", role, district_id, enterprise_id)
        bulk.add("user", (*who, *rights, PASSWORD_HASH, AT, "zh_CN", AT))
        return id_

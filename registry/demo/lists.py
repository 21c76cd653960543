"""Official lists of the demonstration, period by period: what is reached beyond the cases."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import StringIO
from random import Random

from registry.demo.names import Firm
from registry.demo.plan import DISTRICTS, FACTORY, KINDS, ROBOTS, UPGRADE, WORKSHOP
from registry.programme.kinds import Kind

HEADER = (
    "类别",
    "企业名称",
    "统一社会信用代码",
    "板块",
    "项目名称",
    "认定日期",
    "数量",
    "结构类型",
    "级别",
    "文号",
    "来源编号",
)
CHINESE = {FACTORY: "智能工厂", WORKSHOP: "智能车间", UPGRADE: "智能装备升级", ROBOTS: "机器人应用"}
LEVELS = {FACTORY: "provincial", WORKSHOP: "provincial", UPGRADE: "city", ROBOTS: "district"}
EARLY = {FACTORY: 2, WORKSHOP: 9, UPGRADE: 31, ROBOTS: 12}
MOBILE_SHARE = 0.06
SECOND_PROJECTS = 40
SHORTEST = timedelta(days=7)  # of the time that a list covers
ORDINALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Item:
    """One row to come: `quantity` of robots, mobile or not; 0 for other kinds.

    `phase` tells apart what one firm has several times.
    """

    kind: Kind
    firm: Firm
    district: str
    quantity: int = 0
    is_mobile: bool = False
    phase: str = ""


def plan_items(
    random: Random, firms: Sequence[Firm], reached: Mapping[tuple[str, Kind], int]
) -> list[Item]:
    """Plan the rows that are still missing to the plan once the cases have `reached` theirs."""
    by_district: dict[str, list[Firm]] = {}
    for firm in firms:
        by_district.setdefault(firm.district, []).append(firm)
    items: list[Item] = []
    for district in DISTRICTS:
        own = by_district[district.code]
        missing = {
            kind: wanted - reached.get((district.code, kind), 0)
            for kind, wanted in zip(KINDS, district.reached, strict=True)
        }
        upgraded, others = own[: missing[UPGRADE]], own[missing[UPGRADE] :]
        items += [Item(UPGRADE, firm, firm.district) for firm in upgraded]
        for kind in (FACTORY, WORKSHOP):
            chosen = random.choices(others, k=max(0, missing[kind]))
            items += [Item(kind, firm, firm.district) for firm in chosen]
        items += _robots(random, others, missing[ROBOTS])
    upgrades = [item for item in items if item.kind is UPGRADE]
    items += [
        Item(UPGRADE, item.firm, item.district) for item in random.sample(upgrades, SECOND_PROJECTS)
    ]
    random.shuffle(items)
    return _name_phases(items)


def _name_phases(items: Sequence[Item]) -> list[Item]:
    """Call the second of a kind at one firm the second phase, and so on."""
    seen: Counter[tuple[str, Kind, bool]] = Counter()
    named: list[Item] = []
    for item in items:
        of_firm = item.firm.uscc, item.kind, item.is_mobile
        named.append(replace(item, phase=f"{ORDINALS[seen[of_firm]]}期" if seen[of_firm] else ""))
        seen[of_firm] += 1
    return named


def _robots(random: Random, firms: Sequence[Firm], missing: int) -> list[Item]:
    """Part the robots over firms, in lots; some firms have mobile ones too."""
    items: list[Item] = []
    while missing > 0:
        quantity = min(missing, random.choice((6, 12, 18, 24, 36, 48, 60, 96)))
        firm = firms[len(items) % len(firms)]
        items.append(Item(ROBOTS, firm, firm.district, quantity))
        if random.random() < 2 * MOBILE_SHARE:
            items.append(Item(ROBOTS, firm, firm.district, max(1, quantity // 3), is_mobile=True))
        missing -= quantity
    return items


def plan_early(random: Random, firms: Sequence[Firm]) -> list[Item]:
    """Plan rows decided before the programme; they stand in the register and in no figure."""
    return [
        Item(
            kind,
            firm,
            firm.district,
            random.choice((4, 8, 15)) if kind is ROBOTS else 0,
            phase="前期",
        )
        for kind, count in EARLY.items()
        for firm in random.sample(list(firms), count)
    ]


def split_periods(
    items: Sequence[Item], starts_on: date, until: date
) -> Iterator[tuple[date, list[Item]]]:
    """Part the items over periods, each with its last day; a little more a day in the later ones.

    A period is a quarter; of the one that goes on each month is, and what has gone of the last.
    """
    ends = _period_ends(starts_on, until)
    begun = [starts_on, *(end + timedelta(days=1) for end in ends)]
    spans = zip(begun, ends, strict=False)
    weights = [((end - since).days + 1) * (10 + at) for at, (since, end) in enumerate(spans)]
    total, start, used = sum(weights), 0, 0
    for end, weight in zip(ends, weights, strict=True):
        used += weight
        stop = round(len(items) * used / total)
        yield end, list(items[start:stop])
        start = stop


def _period_ends(starts_on: date, until: date) -> list[date]:
    ends, month = [], date(starts_on.year, starts_on.month, 1)
    for length in (3, 1):
        while (following := _months_later(month, length)) <= until:
            ends.append(following - timedelta(days=1))
            month = following
    if until - month >= SHORTEST:
        ends.append(until)
    return ends or [until]


def _months_later(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def write_list(
    random: Random, items: Sequence[Item], *, start: date, end: date, name: str
) -> bytes:
    """Write one list as the offices write it, with days of decision between two days."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    days = (end - start).days
    for number, item in enumerate(items, start=1):
        decided_on = start + timedelta(days=random.randint(0, days))
        writer.writerow(
            (
                CHINESE[item.kind],
                item.firm.name,
                item.firm.uscc,
                item.district,
                _title(item),
                decided_on.isoformat(),
                item.quantity or "",
                "移动机器人" if item.is_mobile else "",
                LEVELS[item.kind],
                f"苏智改认〔{end.year}〕{random.randint(1, 60)}号",
                f"{name}-{number:04d}",
            )
        )
    return text.getvalue().encode()


def _title(item: Item) -> str:
    ending = {FACTORY: "智能工厂", WORKSHOP: "智能车间", UPGRADE: "设备更新", ROBOTS: "机器人应用"}
    mobile = "(移动机器人)" if item.is_mobile else ""
    phase = f"（{item.phase}）" if item.phase else ""
    return f"{item.firm.work}{ending[item.kind]}{mobile}{phase}"

"""Fill an empty register with the demonstration's history, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random

from registry.core import clock
from registry.core.clock import PLACE
from registry.core.database import db
from registry.core.working_days import is_working_day
from registry.demo.amendments import amend_some
from registry.demo.cases import Case, Cast, Plan
from registry.demo.leaving import retire_some, revoke_some
from registry.demo.lists import plan_early, plan_items, split_periods, write_list
from registry.demo.names import Firm, make_firms
from registry.demo.people import People, invite_people, list_sign_ins
from registry.demo.plan import (
    BENT,
    DISTRICTS,
    KINDS,
    MILESTONES,
    MORE_FIRMS,
    MORE_FIRMS_SHOWN,
    SEED,
    SHOWN_DISTRICT,
    SOURCE,
    UPGRADE,
)
from registry.demo.proposals import correct_one, propose_some
from registry.demo.reports import plan_releases
from registry.demo.samples import check_all, check_some, draw_city, draw_district
from registry.demo.schedule import plan_cases, reached_by
from registry.demo.transfers import ask_some, settle_some
from registry.districts.queries import list_districts
from registry.importing.reading import read_table
from registry.importing.service import import_list
from registry.ledger.goals import allocate, set_milestones
from registry.programme.kinds import Kind
from registry.programme.models import Round
from registry.programme.plan import Milestone
from registry.programme.queries import get_programme

Deed = Callable[[datetime], object]
Tell = Callable[[int, int], None]


@dataclass
class Filler:
    """What the deeds of the whole history share."""

    random: Random
    firms: Sequence[Firm]
    people: People
    cast: Cast
    today: date
    shown: Firm


def fill(*, attachments: Path, tell: Tell = lambda _done, _all: None) -> list[dict[str, str]]:
    """Act the whole history out, one commit a deed, and return the sign-ins to try.

    Wants a register that was just set up; the programme's dates decide what is before it.
    """
    random = Random(SEED)
    today = clock.today()
    firms = make_firms(random, count_firms())
    programme = get_programme()
    begun = _moment(programme.starts_on, 9)
    districts = {district.code: district for district in list_districts()}
    with clock.set_to(begun):
        people = invite_people(random, districts, at=begun)
        db.session.commit()
    cast = Cast(people, districts, attachments, random)
    plans = plan_cases(random, firms, today=today)
    shown = next(plan.firm for plan in plans if plan.firm.district == SHOWN_DISTRICT)
    filler = Filler(random, firms, people, cast, today, shown)
    deeds = [*_city_deeds(filler), *_list_deeds(filler, plans), *_case_deeds(filler, plans)]
    _act(deeds, tell)
    return list_sign_ins(people, shown=SHOWN_DISTRICT, firm=shown)


def count_firms() -> dict[str, tuple[str, int]]:
    """Count the firms each district needs: one an upgrade, and some for cases."""
    index = KINDS.index(UPGRADE)
    return {
        district.code: (
            district.place,
            district.reached[index]
            + (MORE_FIRMS_SHOWN if district.code == SHOWN_DISTRICT else MORE_FIRMS),
        )
        for district in DISTRICTS
    }


def _act(deeds: list[tuple[datetime, Deed]], tell: Tell) -> None:
    deeds.sort(key=lambda pair: pair[0])
    for number, (moment, deed) in enumerate(deeds, start=1):
        with clock.set_to(moment):
            deed(moment)
            db.session.commit()
        tell(number, len(deeds))


def _city_deeds(filler: Filler) -> list[tuple[datetime, Deed]]:
    programme = get_programme()
    yesterday = partial(_moment, filler.today - timedelta(days=1))
    return [
        (_moment(programme.starts_on, 10), partial(_allocate, filler)),
        (_moment(filler.today - timedelta(days=60), 9), partial(_open_rounds, filler)),
        (_moment(filler.today - timedelta(days=100), 16), partial(retire_some, filler.people)),
        (_moment(filler.today - timedelta(days=70), 16), partial(revoke_some, filler.people)),
        (_moment(filler.today - timedelta(days=3), 15), partial(correct_one, filler.people)),
        (_moment(filler.today - timedelta(days=2), 18), partial(settle_some, filler.people)),
        (yesterday(16), partial(amend_some, filler.cast, filler.shown)),
        (yesterday(17), partial(propose_some, filler.people)),
        (yesterday(18), partial(ask_some, filler.people)),
        *_paper_deeds(filler),
    ]


def _paper_deeds(filler: Filler) -> list[tuple[datetime, Deed]]:
    """Release the last months; draw two samples, one of them checked through."""
    people, starts_on = filler.people, get_programme().starts_on
    releases: list[tuple[datetime, Deed]] = [
        (_moment(planned.on, 10), partial(planned.release, people))
        for planned in plan_releases(filler.today, starts_on=starts_on)
    ]
    samples = ((40, draw_city), (25, check_all), (6, draw_district), (2, check_some))
    return [
        *releases,
        *(
            (_moment(filler.today - timedelta(days=days), 11), partial(act, people))
            for days, act in samples
        ),
    ]


def _allocate(filler: Filler, _at: datetime) -> None:
    programme = get_programme()
    programme.contact_zh = "苏州市工业和信息化局 · 服务电话 0512-6522 0000（示例）"
    programme.contact_en = "Bureau of Industry · 0512-6522 0000 (example)"
    programme.has_open_data = True
    programme.licence_zh = "可自由使用、复制和再发布，须注明来源和数据截止日（示例）。"
    programme.licence_en = "Free to use, copy and publish; name the source and the day (example)."
    for goal in programme.goals:
        index = KINDS.index(goal.kind)
        shares: dict[int, int | None] = {
            filler.cast.districts[district.code].id: district.allocated[index]
            for district in DISTRICTS
        }
        by, starts_on = filler.people.administrator, programme.starts_on
        allocate(goal, shares, effective_on=starts_on, by=by, source=SOURCE)
        if goal.kind is BENT:
            years = range(starts_on.year, programme.ends_on.year)
            stops = [Milestone(date(year, 12, 31), MILESTONES[year - years[0]]) for year in years]
            set_milestones(goal, stops, effective_on=starts_on, by=by, source=SOURCE)


def _open_rounds(filler: Filler, at: datetime) -> None:
    programme = get_programme()
    for kind in (Kind.SMART_FACTORY, Kind.SMART_WORKSHOP):
        db.session.add(
            Round(
                programme_id=programme.id,
                kind=kind,
                name=f"{at.year} 年第二批",
                opens_on=filler.today - timedelta(days=400),
                closes_on=filler.today + timedelta(days=26),
            )
        )


def _list_deeds(filler: Filler, plans: Sequence[Plan]) -> list[tuple[datetime, Deed]]:
    programme = get_programme()
    random, taken = filler.random, {plan.firm.uscc for plan in plans}
    firms = [firm for firm in filler.firms if firm.uscc not in taken]
    early_start = programme.starts_on - timedelta(days=500)
    early = write_list(
        random,
        plan_early(random, firms),
        start=early_start,
        end=programme.starts_on - timedelta(days=1),
        name="前期",
    )
    first: Deed = partial(_import, filler, early, "前期名单.csv")
    deeds = [(_moment(programme.starts_on, 14), first)]
    items = plan_items(random, firms, reached_by(plans))
    start = programme.starts_on
    for end, rows in split_periods(items, programme.starts_on, filler.today - timedelta(days=3)):
        name = f"{end.year}年{end.month}月"
        data = write_list(random, rows, start=start, end=end, name=name)
        day = _working_day(end + timedelta(days=2), filler.today)
        deeds.append((_moment(day, 15), partial(_import, filler, data, f"{name}名单.csv")))
        start = end + timedelta(days=1)
    return deeds


def _import(filler: Filler, data: bytes, file_name: str, at: datetime) -> None:
    table = read_table(data, file_name=file_name)
    by = filler.people.administrator
    report = import_list(table, source="市级名单", by=by, at=at, dry_run=False)
    if report.faults:
        raise RuntimeError(f"{file_name}: {report.faults[:3]}")


def _case_deeds(filler: Filler, plans: Sequence[Plan]) -> list[tuple[datetime, Deed]]:
    return [step for plan in plans for step in Case(plan, filler.cast).schedule()]


def _working_day(day: date, latest: date) -> date:
    while day < latest and not is_working_day(day):
        day += timedelta(days=1)
    return min(day, latest - timedelta(days=1))


def _moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PLACE)

"""Seeded registers: made once, proved by the ledger's own verify, and found again by size.

How a seed is made: the register is set up by `init_register`; a history (see `history`) is then
written row by row in bulk, its postings found by `ledger.timelines.desired`, its hashes by
`ledger.chain`, its fingerprints by `ledger.fingerprints`; cells and trend by `ledger.cells.fold`.
A seed counts as made only when `ledger.verify` finds no fault in it.
"""

from __future__ import annotations

import shutil
import sys
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter

import sqlalchemy as sa

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications.models import Application
from registry.core import clock
from registry.core.database import db, reading
from registry.districts.models import District
from registry.entries.models import Entry
from registry.ledger import cells
from registry.ledger.goals import allocate, set_target
from registry.ledger.heads import read_head
from registry.ledger.verify import verify
from registry.programme.queries import get_programme
from registry.start import GOALS, init_register
from tests.bench.bulk import bulk_writer
from tests.bench.history import SHARES, History
from tests.bench.people import Known
from tests.bench.places import SQLITE, Place, close, open_place
from tests.databases import list_databases, replace_database

MONTHS = 36
ROOT = Path(__file__).resolve().parents[2]


def get_place(database: str, size: int, folder: Path, *, server: str) -> Place:
    """Return the seeded register of a size, made now where it is not there yet."""
    data_dir = folder / f"{database}-{size}"
    made = data_dir / "made"
    url = _find_database(database, size, data_dir, server=server)
    place = open_place(database, size, url, data_dir)
    if _is_made(made) and _is_there(database, size, server=server):
        return place
    shutil.rmtree(data_dir, ignore_errors=True)
    data_dir.mkdir(parents=True)
    if database != SQLITE:
        replace_database(server, f"bench_{size}")
    started = perf_counter()
    with place.app.app_context():
        _seed(place, today=clock.today())
    wrote = perf_counter() - started
    proved = _prove(place)
    made.write_text(f"{_schema()}\n{proved}\n", encoding="utf-8")
    close(place)
    print(
        f"  seeded {database} with {size:,} entries in {wrote:.0f} s,"
        f" proved in {perf_counter() - started - wrote:.0f} s: {proved}",
        file=sys.stderr,
        flush=True,
    )
    return place


def _is_made(made: Path) -> bool:
    """Say whether a seed was proved, and has the tables that the register has now."""
    return made.exists() and made.read_text(encoding="utf-8").startswith(f"{_schema()}\n")


def _schema() -> str:
    """Name the migrations that there are."""
    return " ".join(sorted(path.stem for path in (ROOT / "migrations" / "versions").glob("0*.py")))


def _find_database(database: str, size: int, data_dir: Path, *, server: str) -> str:
    if database == SQLITE:
        return f"sqlite:///{data_dir / 'registry.sqlite'}"
    return server.replace("@/postgres?", f"@/bench_{size}?")


def _is_there(database: str, size: int, *, server: str) -> bool:
    return database == SQLITE or f"bench_{size}" in list_databases(server)


def first_day(today: date) -> date:
    """Return the programme's first day: its last one is the end of this month."""
    months = today.year * 12 + today.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def _seed(place: Place, *, today: date) -> None:
    starts_on = first_day(today)
    ends_on = (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    morning = datetime.combine(starts_on, time(9), tzinfo=clock.PLACE)
    with clock.set_to(morning - timedelta(days=30)):
        init_register(starts_on=starts_on, ends_on=ends_on)
        _set_goals(place.size, starts_on)
    history = History(place.size, _known(starts_on), today=today)
    db.session.remove()
    db.engine.dispose()
    with bulk_writer(place.database_url, is_empty=True) as bulk:
        history.write(bulk)
    cells.fold(history.sums.items())
    db.session.commit()
    db.session.remove()


def _set_goals(size: int, starts_on: date) -> None:
    """Set targets and shares that fit the size."""
    by_kind = {goal.kind: goal for goal in get_programme().goals}
    places = list(db.session.scalars(sa.select(District.id).order_by(District.position)))
    for plan in GOALS:
        target = max(10, int(size * SHARES[plan.kind] * 1.1))
        goal = by_kind[plan.kind]
        set_target(goal, target, measures=plan.measures, effective_on=starts_on, by=None)
        share = target // len(places)
        allocate(goal, dict.fromkeys(places, share), effective_on=starts_on, by=None)
    db.session.commit()


def add_claimed(place: Place, many: int) -> None:
    """Put so many cases into a copy, claimed by officers and ready to be approved."""
    with place.app.app_context():
        history = History(place.size, _known(get_programme().starts_on), today=clock.today())
        db.session.remove()
        db.engine.dispose()
    with bulk_writer(place.database_url, is_empty=False) as bulk:
        history.write_claimed(bulk, many)


def _known(starts_on: date) -> Known:
    head = read_head()
    districts = sa.select(District.id, District.code).order_by(District.position)
    officers = defaultdict(list)
    found = sa.select(User.district_id, User.id).where(User.role == Role.OFFICER).order_by(User.id)
    for district_id, user_id in db.session.execute(found):
        officers[district_id or 0].append(user_id)
    return Known(
        programme_id=get_programme().id,
        starts_on=starts_on,
        districts=tuple((id_, code) for id_, code in db.session.execute(districts)),
        sequence=head.sequence,
        recorded_at=head.recorded_at,
        hash=head.hash,
        last_user_id=_last(User),
        last_entry_id=_last(Entry),
        last_application_id=_last(Application),
        officers=officers,
    )


def _last(model: type[User | Entry | Application]) -> int:
    return db.session.scalar(sa.select(sa.func.max(model.id))) or 0


def _prove(place: Place) -> str:
    with place.app.app_context(), reading():
        report = verify()
        db.session.remove()
    if report.fault is not None:
        raise RuntimeError(f"the seed is not what it should be: {report.fault}")
    return f"{report.seals:,} seals, {report.events:,} events, {report.postings:,} postings"

"""Proof of the count: what the entries say is what is posted; no sum was ever impossible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any  # rows of several tables

import sqlalchemy as sa

from registry.core.database import db, going_in_order
from registry.core.language import Message, _
from registry.districts.models import District
from registry.entries.models import Entry, EntryDistrict, Standing
from registry.ledger.facts import KEY, NAMES, chunks, load_facts
from registry.ledger.faults import Fault, gone
from registry.ledger.fingerprints import iterate_fingerprints, read_first_form
from registry.ledger.models import Posting
from registry.ledger.robot_prints import Prints, find_changed, iterate_robots, prints_of
from registry.ledger.settled import read_unsettled
from registry.ledger.streams import fetch_raw, raw_day
from registry.ledger.timelines import COUNTED_BY_ENTERPRISE, Key, desired, subtract
from registry.ledger.told import find_sealed_at, read_sealed
from registry.programme.kinds import Measure

ONE_EACH = tuple(f"{kind.value}:" for kind in COUNTED_BY_ENTERPRISE)
POSTED = (
    sa.select(Posting.sequence, Posting.position, Posting.subject, *KEY, Posting.quantity)
    .where(Posting.subject.in_(NAMES))
    .order_by(Posting.subject, Posting.sequence, Posting.position)
)
Rows = Sequence[tuple[Any, ...]]  # sequence, position, subject, day, district, measure, entry, n

Changes = defaultdict[date, int]


def prove_entries() -> Iterator[Fault]:
    """Compare entries and their robots with what was sealed of them last."""
    sealed = read_sealed()
    yield from _prove_fingerprints(sealed.entries)
    yield from _prove_robots(sealed.robots)


def _prove_fingerprints(left: dict[str, str]) -> Iterator[Fault]:
    """Compare each entry of the register with the fingerprint that was sealed last."""
    others: dict[str, str | None] = {}
    for entry_id, fingerprint in iterate_fingerprints():
        sealed = left.pop(entry_id, None)
        if sealed != fingerprint:
            others[entry_id] = sealed
    for entry_ids in chunks(others):
        yield from _prove_first_forms({entry_id: others[entry_id] for entry_id in entry_ids})
    for entry_id in left:
        yield Fault("entry", gone(find_sealed_at(entry_id)), key=entry_id)


def _prove_first_forms(sealed: dict[str, str | None]) -> Iterator[Fault]:
    """Yield what was not sealed in the first form of fingerprints either."""
    again = read_first_form([int(entry_id) for entry_id in sealed])
    for entry_id, fingerprint in sealed.items():
        if fingerprint is None:
            sentence = _("stands in the register, and no deed put it there.")
            yield Fault("entry", sentence, key=entry_id)
        elif fingerprint != again.get(entry_id):
            sentence = _(
                "was changed: it is not what seal %(sequence)s recorded.",
                sequence=find_sealed_at(entry_id),
            )
            yield Fault("entry", sentence, key=entry_id)


def _prove_robots(left: dict[str, tuple[Prints, int]]) -> Iterator[Fault]:
    """Compare the robots of each entry with what was sealed of them last; name the one changed."""
    for entry_id, rows in iterate_robots() if left else ():
        if entry_id not in left:
            continue
        sealed, sequence = left.pop(entry_id)
        if prints_of(rows).whole != sealed.whole:
            position = find_changed(rows, sealed.marks)
            key = f"entry {entry_id}" + (f" row {position}" if position is not None else "")
            sentence = _(
                "was changed: brand, serial or span is not what seal %(sequence)s recorded.",
                sequence=sequence,
            )
            yield Fault("robot_unit", sentence, key=key)
    for entry_id, (_prints, sequence) in left.items():
        sentence = _("are gone; seal %(sequence)s recorded them.", sequence=sequence)
        yield Fault("robot_unit", sentence, key=f"entry {entry_id}")


def prove_places() -> Iterator[Fault]:
    """Check that an entry's districts begin with its effective day and end with where it stands."""
    place = sa.orm.aliased(EntryDistrict)
    of_entry = sa.select(place).where(place.entry_id == Entry.id).correlate(Entry)
    first = of_entry.with_only_columns(sa.func.min(place.from_on)).scalar_subquery()
    last = of_entry.with_only_columns(place.district_id).order_by(place.from_on.desc()).limit(1)
    several = sa.select(EntryDistrict.entry_id).group_by(EntryDistrict.entry_id)
    is_wrong = sa.case(
        (Entry.standing != Standing.REGISTERED, sa.false()),
        (EntryDistrict.entry_id.is_(None), sa.true()),
        (
            Entry.id.in_(several.having(sa.func.count() > 1)),
            sa.or_(first != Entry.effective_on, last.scalar_subquery() != Entry.district_id),
        ),
        else_=EntryDistrict.district_id != Entry.district_id,
    )
    begins = sa.and_(
        EntryDistrict.entry_id == Entry.id, EntryDistrict.from_on == Entry.effective_on
    )
    wrong = sa.select(Entry.id).outerjoin(EntryDistrict, begins).where(is_wrong).order_by(Entry.id)
    with going_in_order():
        found = db.session.scalars(wrong).all()
    for entry_id in found:
        sentence = _("its districts do not begin on its effective day or end where it stands.")
        yield Fault("entry_district", sentence, key=f"entry {entry_id}")


def prove_count(*, starts_on: date) -> Iterator[Fault]:
    """Recount the subjects that the database does not settle by itself."""
    for names in chunks(read_unsettled(starts_on=starts_on)):
        nets: dict[str, dict[Key, int]] = {name: {} for name in names}
        for subject, rows in _by_subject(names):
            yield from _prove_sums(subject, rows)
            nets[subject] = _net(rows)
        yield from _recount(nets, raw_day(starts_on))


def _by_subject(names: Collection[str]) -> Iterator[tuple[str, Rows]]:
    for subject, group in groupby(fetch_raw(POSTED, {"names": names}), key=itemgetter(2)):
        yield subject, list(group)


def _net(rows: Rows) -> dict[Key, int]:
    net: dict[Key, int] = {}
    for row in rows:
        key = Key._make(row[3:7])
        net[key] = net.get(key, 0) + row[7]
    return {key: quantity for key, quantity in net.items() if quantity}


def _recount(nets: dict[str, dict[Key, int]], starts_on: date) -> Iterator[Fault]:
    facts = load_facts(nets.keys(), run=fetch_raw)
    for subject in sorted(nets):
        wanted = desired(facts.get(subject, ()), starts_on=starts_on)
        if wanted == nets[subject]:
            continue
        for key, quantity in subtract(wanted, nets[subject]):
            yield Fault("entry", _differs(key, quantity), key=str(key.entry_id))


def _differs(key: Key, quantity: int) -> Message:
    code = db.session.scalar(sa.select(District.code).where(District.id == key.district_id))
    exists = db.session.scalar(sa.select(Entry.id).where(Entry.id == key.entry_id)) is not None
    words = {
        "by": f"{quantity:+d}",
        "measure": key.measure,
        "district": code,
        "day": key.effective_on,
    }
    if not exists:
        return _(
            "is counted and is gone: it differs by %(by)s %(measure)s in %(district)s "
            "from %(day)s.",
            **words,
        )
    return _(
        "its facts and its postings differ by %(by)s %(measure)s in %(district)s from %(day)s.",
        **words,
    )


def _prove_sums(subject: str, rows: Rows) -> Iterator[Fault]:
    """Check after each seal that no day's sum is below zero, and an enterprise's is 0 or 1."""
    if len(rows) == 1 and rows[0][7] == 1:
        return
    lines: dict[tuple[int, Measure, int], Changes] = defaultdict(lambda: defaultdict(int))
    enterprise: Changes = defaultdict(int)
    is_one_each = subject.startswith(ONE_EACH)
    for _sequence, group in groupby(rows, key=itemgetter(0)):
        written = list(group)
        touched = set()
        for row in written:
            lines[row[4:7]][row[3]] += row[7]
            enterprise[row[3]] += row[7]
            touched.add(row[4:7])
        wrong = any(sum_ < 0 for place in touched for sum_ in _running(lines[place]))
        if wrong or (is_one_each and any(sum_ not in {0, 1} for sum_ in _running(enterprise))):
            sequence, position = written[-1][:2]
            sentence = _("leaves %(subject)s with a sum that cannot be.", subject=subject)
            yield Fault("posting", sentence, sequence=sequence, position=position)


def _running(changes: Changes) -> Iterable[int]:
    total = 0
    for day in sorted(changes):
        total += changes[day]
        yield total

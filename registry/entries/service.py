"""What changes entries: their facts as filed, registration, taking back; not the ledger."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from registry.core.database import db
from registry.core.errors import Invalid
from registry.core.language import _
from registry.districts.queries import find_district
from registry.entries.catalogue import CATALOGUE, KindFacts
from registry.entries.checking import Checked
from registry.entries.columns import Values
from registry.entries.facts.shape import RowModel
from registry.entries.keys import title_key
from registry.entries.models import (
    Entry,
    EntryDistrict,
    Precision,
    RobotUnit,
    Standing,
    UnitStatus,
)
from registry.entries.uniqueness import list_registered_serials
from registry.programme.kinds import Kind

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 26
HEAD = ("title", "title_key", "site_address", "invest_total_wan", "summary", "effects")


def store_facts(
    entry: Entry,
    checked: Checked,
    *,
    only: Collection[int] | None = None,
    with_detail: bool = True,
) -> None:
    """Write what was filed: shared facts, detail, rows in place of the unregistered ones.

    `checked` has no faults. From now on the entry's serials and invoices are spoken for, until it
    is released or registered. `only`: positions of the rows to write; `with_detail`: whether there
    are facts of the kind at all, which an old list does not bring.
    """
    facts = CATALOGUE[entry.kind]
    store_head(entry, checked)
    values = checked.values
    entry.invest_total_wan = _invested(checked, facts.invest_from)
    entry.summary = values.get("summary")
    entry.effects = values.get("effects") or []
    entry.is_asked = True
    db.session.flush()
    if not with_detail:
        return
    _store_detail(entry, facts, values)
    if facts.row_model is not None:
        rows = enumerate(checked.rows, start=1)
        chosen = [(place, row) for place, row in rows if only is None or place in only]
        _store_rows(entry, facts, facts.row_model, chosen)


def _invested(checked: Checked, name: str) -> Decimal | None:
    """Return the total investment: typed, or computed from the rows."""
    figure = checked.computed.get(name)
    amount = checked.values.get(name) if figure is None else figure.value
    return None if amount is None else Decimal(amount)


def store_head(entry: Entry, checked: Checked) -> None:
    """Write title, site and district as far as they could be read; drafts are named by them."""
    values = checked.values
    if values.get("title"):
        entry.title = values["title"]
        entry.title_key = title_key(entry.title)
    entry.site_address = values.get("site_address")
    district = find_district(values.get("district") or "")
    if district is not None:
        entry.district_id = district.id


def _store_detail(entry: Entry, facts: KindFacts, values: Values) -> None:
    columns = {column.key for column in sa.inspect(facts.model).column_attrs} & values.keys()
    detail = db.session.get(facts.model, entry.id)
    if detail is None:
        detail = facts.model(entry_id=entry.id)
        db.session.add(detail)
    for name in columns:
        setattr(detail, name, values[name])
    db.session.flush()


def _store_rows(
    entry: Entry, facts: KindFacts, model: type[RowModel], rows: Iterable[tuple[int, Values]]
) -> None:
    db.session.execute(sa.delete(model).where(model.entry_id == entry.id, facts.may_replace()))
    new = [
        {**row, **facts.derive_row(row), "entry_id": entry.id, "position": position}
        for position, row in rows
    ]
    if new:
        db.session.execute(sa.insert(model), new)
    db.session.expire(db.session.get_one(facts.model, entry.id))


def take_over(entry: Entry, filed: Entry) -> None:
    """Let a registered entry say what an amendment of it says; within a ledger deed.

    `filed` holds what was filed. Rows that last, each with its own dates, are left as they are.
    """
    facts = CATALOGUE[entry.kind]
    for name in HEAD:
        setattr(entry, name, getattr(filed, name))
    says = db.session.get(facts.model, filed.id)
    if says is None:
        return
    detail = db.session.get(facts.model, entry.id)
    if detail is None:
        detail = facts.model(entry_id=entry.id)
        db.session.add(detail)
    for column in sa.inspect(facts.model).column_attrs:
        if column.key != "entry_id":
            setattr(detail, column.key, getattr(says, column.key))
    db.session.flush()
    if facts.row_model is not None and not facts.counts_rows:
        model = facts.row_model
        db.session.execute(sa.delete(model).where(model.entry_id == entry.id))
        db.session.execute(
            sa.update(model).where(model.entry_id == filed.id).values(entry_id=entry.id)
        )
        db.session.expire(detail)
        db.session.expire(says)


def release(entry: Entry) -> None:
    """Let go of an entry whose case was rejected or withdrawn: serials and invoices are free."""
    entry.is_asked = False


def register(
    entry: Entry,
    *,
    effective_on: date,
    precision: Precision = Precision.DAY,
    verified: Collection[int] | None = None,
    number: str | None = None,
    certificate_code: str | None = None,
) -> int:
    """Put an entry into the register; return how many of its rows are registered.

    Call it within a ledger deed. `verified`: the positions (from 1) of the rows that were ticked;
    None is all of them. Only rows that are new and in use are registered. Raise Invalid where a
    serial is registered already.
    """
    entry.rank = next_rank()
    entry.standing = Standing.REGISTERED
    entry.is_asked = False
    entry.effective_on = effective_on
    entry.precision = precision
    entry.number = number or Numbers().take(
        entry.kind, effective_on=effective_on, district_code=entry.district.code
    )
    entry.certificate_code = certificate_code or new_certificate_code()
    db.session.add(
        EntryDistrict(entry_id=entry.id, from_on=effective_on, district_id=entry.district_id)
    )
    db.session.flush()
    return _register_units(entry, effective_on=effective_on, verified=verified)


def _register_units(entry: Entry, *, effective_on: date, verified: Collection[int] | None) -> int:
    units = [
        unit
        for unit in db.session.scalars(
            sa.select(RobotUnit).where(
                RobotUnit.entry_id == entry.id, sa.not_(RobotUnit.is_registered)
            )
        )
        if unit.is_new
        and unit.status is UnitStatus.IN_USE
        and (verified is None or unit.position in verified)
    ]
    taken = list_registered_serials({unit.serial_key for unit in units})
    if taken:
        rows = ", ".join(str(unit.position) for unit in units if unit.serial_key in taken)
        raise Invalid(
            _("Registered meanwhile, so they cannot be counted again: rows %(rows)s.", rows=rows)
        )
    for unit in units:
        unit.is_registered, unit.from_on = True, effective_on
    db.session.flush()
    return len(units)


def next_rank() -> int:
    """Return the next place in the order of registration; under the ledger lock."""
    return (db.session.scalar(sa.select(sa.func.max(Entry.rank))) or 0) + 1


class Numbers:
    """Registration numbers: district-year-letter-0001; one object serves a whole deed."""

    def __init__(self) -> None:
        self._last: dict[str, int] = defaultdict(int)

    def take(self, kind: Kind, *, effective_on: date, district_code: str) -> str:
        """Return the next number for an entry; under the ledger lock, which keeps them unique."""
        prefix = f"{district_code}-{effective_on.year}-{CATALOGUE[kind].letter}-"
        if prefix not in self._last:
            self._last[prefix] = _highest(prefix)
        self._last[prefix] += 1
        return f"{prefix}{self._last[prefix]:04d}"


OF_PREFIX = Entry.number.between(sa.bindparam("first"), sa.bindparam("last"))
LONGEST = (
    sa.select(Entry.number)
    .where(OF_PREFIX, sa.func.length(Entry.number) > sa.func.length(sa.bindparam("first")))
    .order_by(sa.func.length(Entry.number).desc(), Entry.number.desc())
    .limit(1)
)
HIGHEST = sa.select(
    sa.case(
        (
            sa.exists().where(Entry.number == sa.bindparam("fifth")),
            LONGEST.scalar_subquery(),
        ),
        else_=sa.select(sa.func.max(Entry.number)).where(OF_PREFIX).scalar_subquery(),
    )
)


def _highest(prefix: str) -> int:
    """Return the highest number given under a prefix: 0001 to 9999, then 10000 and on.

    Numbers are given one after the other and never taken back. So while there is no 10000, the
    last one in the order of the index is the highest, and the others need not be read.
    """
    first, fifth, last = (f"{prefix}{digits}" for digits in ("0000", "10000", "99999999"))
    found = (
        db.session.connection()
        .execute(HIGHEST, {"first": first, "fifth": fifth, "last": last})
        .scalar_one()
    )
    return int(found.removeprefix(prefix)) if found else 0


def new_certificate_code() -> str:
    """Return 130 random bits in letters that are not mistaken; nobody can count through them.

    The letters are 32, so the last five bits of a random byte choose one without favour.
    """
    return "".join([CODE_LETTERS[byte % 32] for byte in secrets.token_bytes(CODE_LENGTH)])


def void(entries: Iterable[Entry]) -> None:
    """Say of entries that they never were (an import undone); within a ledger deed."""
    for entry in entries:
        entry.standing = Standing.VOID
        entry.is_asked = False
    db.session.flush()

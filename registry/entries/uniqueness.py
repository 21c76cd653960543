"""What may stand once only: serials, invoices, names; who holds them is told to officers alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from registry.core.database import db
from registry.core.language import _
from registry.enterprises.queries import records_of
from registry.entries.catalogue import CATALOGUE
from registry.entries.checking import Checked, Fault
from registry.entries.keys import brand_key, invoice_key, loose_title_key, serial_key, title_key
from registry.entries.models import Entry, EquipmentLine, InvoiceClaim, RobotUnit, Standing

__all__ = [
    "brand_key",
    "claim_invoices",
    "find_foreign_invoices",
    "find_taken",
    "invoice_key",
    "list_ended_serials",
    "list_registered_serials",
    "list_serials_in_open_cases",
    "serial_key",
    "shares_keys",
    "similar_titles",
]

CHUNK = 5_000
CLOSE = 0.8
ROW_MODELS = (EquipmentLine, RobotUnit)
ENTRY_ID = sa.bindparam("entry_id", type_=sa.Integer)
OTHER_IDS = sa.bindparam("other_ids", expanding=True, type_=sa.Integer)
Rows = type[EquipmentLine] | type[RobotUnit]


def _alike(model: Rows, other: Rows, name: str) -> sa.Select[int]:
    """Select where rows of an entry and of others hold the same key."""
    one, two = aliased(model), aliased(other)
    return (
        sa.select(two.entry_id)
        .join(one, getattr(one, name) == getattr(two, name))
        .where(one.entry_id == ENTRY_ID, two.entry_id.in_(OTHER_IDS), getattr(one, name) != "")
    )


ALIKE = sa.union_all(
    _alike(RobotUnit, RobotUnit, "serial_key"),
    *(_alike(one, two, "invoice_key") for one in ROW_MODELS for two in ROW_MODELS),
).limit(1)


def _chunks(keys: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted({key for key in keys if key})
    return (ordered[at : at + CHUNK] for at in range(0, len(ordered), CHUNK))


def list_registered_serials(keys: Iterable[str], *, but_entry_id: int | None = None) -> set[str]:
    """List those of the serial keys that a registered live robot holds."""
    found: set[str] = set()
    for chunk in _chunks(keys):
        wanted = sa.select(RobotUnit.serial_key).where(
            RobotUnit.serial_key.in_(chunk),
            RobotUnit.is_registered,
            RobotUnit.until_on.is_(None),
        )
        if but_entry_id is not None:
            wanted = wanted.where(RobotUnit.entry_id != but_entry_id)
        found |= set(db.session.scalars(wanted))
    return found


def list_ended_serials(keys: Iterable[str]) -> dict[str, date]:
    """Return of these serial keys the day on which each ceased to count where it counted last."""
    found: dict[str, date] = {}
    for chunk in _chunks(keys):
        rows = db.session.execute(
            sa.select(RobotUnit.serial_key, sa.func.max(RobotUnit.until_on))
            .where(RobotUnit.serial_key.in_(chunk), RobotUnit.is_registered)
            .where(RobotUnit.until_on.is_not(None))
            .group_by(RobotUnit.serial_key)
        )
        found |= {key: until_on for key, until_on in rows if until_on is not None}
    return found


def list_serials_in_open_cases(
    keys: Iterable[str], *, but_entry_id: int | None = None
) -> dict[str, list[int]]:
    """Return, for the officer, which other entries that are asked for name the same serials."""
    found: dict[str, list[int]] = defaultdict(list)
    for chunk in _chunks(keys):
        rows = db.session.execute(
            sa.select(RobotUnit.serial_key, RobotUnit.entry_id)
            .join(Entry, Entry.id == RobotUnit.entry_id)
            .where(
                RobotUnit.serial_key.in_(chunk),
                Entry.is_asked,
                RobotUnit.entry_id != (but_entry_id or 0),
            )
            .order_by(RobotUnit.serial_key, RobotUnit.entry_id)
        )
        for key, entry_id in rows:
            found[key].append(entry_id)
    return dict(found)


@dataclass(frozen=True)
class ForeignInvoice:
    """An invoice that another enterprise claimed before: for the officer, not for the applicant."""

    key: str
    enterprise_id: int
    entry_id: int


def _invoice_keys(entry: Entry) -> set[str]:
    keys: set[str] = set()
    for model in ROW_MODELS:
        found = sa.select(model.invoice_key).where(model.entry_id == entry.id).distinct()
        keys |= {key for key in db.session.scalars(found) if key}
    return keys


def find_foreign_invoices(
    entry: Entry, keys: Iterable[str] | None = None
) -> Sequence[ForeignInvoice]:
    """List an entry's invoices (or `keys`) that live rows of another enterprise name."""
    wanted = _invoice_keys(entry) if keys is None else set(keys)
    found: list[ForeignInvoice] = []
    for chunk in _chunks(wanted):
        for model in ROW_MODELS:
            rows = db.session.execute(
                sa.select(model.invoice_key, Entry.enterprise_id, sa.func.min(model.entry_id))
                .join(Entry, Entry.id == model.entry_id)
                .where(
                    model.invoice_key.in_(chunk),
                    Entry.enterprise_id != entry.enterprise_id,
                    sa.or_(Entry.is_asked, Entry.standing == Standing.REGISTERED),
                )
                .group_by(model.invoice_key, Entry.enterprise_id)
            )
            found += [ForeignInvoice(key or "", firm, entry_id) for key, firm, entry_id in rows]
    return sorted(set(found), key=lambda item: (item.key, item.entry_id))


def shares_keys(entry_id: int, other_ids: Collection[int]) -> bool:
    """Say whether an entry names a serial or an invoice that one of the others names too."""
    values = {"entry_id": entry_id, "other_ids": sorted(other_ids)}
    return db.session.connection().execute(ALIKE, values).first() is not None


def claim_invoices(entry: Entry) -> Sequence[ForeignInvoice]:
    """Claim the invoices of the rows just stored; return those that another enterprise holds.

    Call it at filing, after `store_facts`; where it returns any, the filing is refused and rolled
    back. A claim whose enterprise has no live row left is taken over. The key is the table's own,
    so of two filings at once the later one waits for the first and then finds its claim.
    """
    keys = sorted(_invoice_keys(entry))
    for chunk in _chunks(keys):
        _insert_claims(entry, chunk)
    held = {
        claim.invoice_key: claim
        for chunk in _chunks(keys)
        for claim in db.session.scalars(
            sa.select(InvoiceClaim).where(
                InvoiceClaim.invoice_key.in_(chunk),
                InvoiceClaim.enterprise_id != entry.enterprise_id,
            )
        )
    }
    foreign = find_foreign_invoices(entry, held.keys())
    for key in held.keys() - {item.key for item in foreign}:
        held[key].enterprise_id, held[key].entry_id = entry.enterprise_id, entry.id
    db.session.flush()
    return foreign


def _insert_claims(entry: Entry, keys: Sequence[str]) -> None:
    is_postgresql = db.session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    rows = [
        {"invoice_key": key, "enterprise_id": entry.enterprise_id, "entry_id": entry.id}
        for key in keys
    ]
    db.session.execute(
        insert(InvoiceClaim).values(rows).on_conflict_do_nothing(index_elements=["invoice_key"])
    )


def find_taken(entry: Entry, checked: Checked, *, amends: int | None = None) -> list[Fault]:
    """Return a fault at each cell or field whose serial, invoice or name is taken, not by whom.

    `amends`: the registered entry that is to be amended; what it holds is its own.
    """
    sheet = CATALOGUE[entry.kind].sheet
    faults = _find_taken_title(entry, checked, amends=amends)
    if sheet is None:
        return faults
    serials = _keys_of(checked, "serial_no", ("brand", "serial_no"))
    taken = list_registered_serials(serials.values(), but_entry_id=amends or entry.id)
    message = _(
        "Registered already. Please compare the name plate; if it is really this one, call your"
        " district."
    )
    faults += [
        sheet.fault(number, "serial_no", message) for number, key in serials.items() if key in taken
    ]
    invoices = _keys_of(checked, "invoice_no", ("invoice_code", "invoice_no"))
    foreign = {item.key for item in find_foreign_invoices(entry, invoices.values())}
    message = _(
        "Another enterprise has named this invoice. Please check number and code (short numbers"
        " need the code); if it is really yours, call your district."
    )
    faults += [
        sheet.fault(number, "invoice_no", message)
        for number, key in invoices.items()
        if key in foreign
    ]
    return faults


KEYS = {"serial_no": serial_key, "invoice_no": invoice_key}


def _keys_of(checked: Checked, name: str, columns: tuple[str, str]) -> Mapping[int, str]:
    return {
        number: KEYS[name](*(row.get(column) or "" for column in columns))
        for number, row in enumerate(checked.rows, start=1)
        if row.get(name)
    }


def _find_taken_title(entry: Entry, checked: Checked, *, amends: int | None) -> list[Fault]:
    title = checked.values.get("title")
    if not CATALOGUE[entry.kind].title_is_unique or not title:
        return []
    found = db.session.scalars(
        sa.select(Entry.site_address).where(
            Entry.enterprise_id.in_(records_of(entry.enterprise_id)),
            Entry.kind == entry.kind,
            Entry.title_key == title_key(title),
            Entry.id.not_in((entry.id, amends or 0)),
            Entry.standing == Standing.REGISTERED,
        )
    )
    site = title_key(checked.values.get("site_address") or "")
    if not any(not other or title_key(other) == site for other in found):
        return []
    message = _("Your enterprise has this one in the register already. It can be registered once.")
    return [Fault("field:title", message, _("Name of the project"))]


def similar_titles(entry: Entry) -> Sequence[Entry]:
    """List registered entries of the same enterprise and kind whose names are close to this one."""
    others = db.session.scalars(
        sa.select(Entry)
        .where(
            Entry.enterprise_id.in_(records_of(entry.enterprise_id)),
            Entry.kind == entry.kind,
            Entry.id != entry.id,
            Entry.standing == Standing.REGISTERED,
        )
        .order_by(Entry.rank)
    )
    return [other for other in others if _is_close(entry.title, other.title)]


def _is_close(one: str, other: str) -> bool:
    if title_key(one) == title_key(other):
        return bool(title_key(one))
    short, long = sorted((loose_title_key(one), loose_title_key(other)), key=len)
    if not short:
        return False
    return short in long or SequenceMatcher(None, short, long).ratio() >= CLOSE

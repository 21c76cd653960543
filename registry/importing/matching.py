"""Whose each row is: enterprises by code, else by name; new ones, and codes completed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.core.database import db
from registry.core.language import _
from registry.enterprises.models import Enterprise
from registry.importing.faults import Fault, Remark
from registry.importing.rows import Row
from registry.ledger.facts import chunks


@dataclass(eq=False)
class Firm:
    """An enterprise of the register or of this list; without an id it is new.

    `completes` says that a code of this list is written into its record.
    """

    id: int | None
    name: str
    name_key: str
    uscc: str | None
    completes: bool = False


@dataclass
class Matched:
    """The firm of each row by its number, and what could not be decided."""

    firms: dict[int, Firm] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


class _Directory:
    """The enterprises that the list may mean, of the register and new ones, by code and by name."""

    def __init__(self) -> None:
        self.by_code: dict[str, Firm] = {}
        self.by_name: dict[str, list[Firm]] = defaultdict(list)

    def add(self, firm: Firm, *, uscc: str | None, name_key: str) -> None:
        if uscc is not None:
            self.by_code[uscc] = firm
        if firm not in self.by_name[name_key]:
            self.by_name[name_key].append(firm)

    def open_new(self, row: Row) -> Firm:
        firm = Firm(None, row.enterprise, row.name_key, row.uscc)
        self.add(firm, uscc=row.uscc, name_key=row.name_key)
        return firm


def match_enterprises(rows: Sequence[Row], *, headers: Mapping[str, str]) -> Matched:
    """Find or plan the enterprise of each row; rows with a code first, for they name the others."""
    directory = _load_directory(rows)
    matched = Matched()
    codes: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.uscc is not None:
            codes[row.name_key].add(row.uscc)
    told: set[tuple[str, str]] = set()
    for row in rows:
        if row.uscc is not None:
            _match_code(row, row.uscc, directory, matched, codes=codes, told=told, headers=headers)
    for row in rows:
        if row.uscc is None:
            _match_name(row, directory, matched, headers=headers)
    return matched


def _match_code(
    row: Row,
    code: str,
    directory: _Directory,
    matched: Matched,
    *,
    codes: Mapping[str, set[str]],
    told: set[tuple[str, str]],
    headers: Mapping[str, str],
) -> None:
    firm = directory.by_code.get(code)
    if firm is None:
        candidates = directory.by_name.get(row.name_key, [])
        without_code = [candidate for candidate in candidates if candidate.uscc is None]
        if without_code and (len(candidates) > 1 or len(codes[row.name_key]) > 1):
            matched.faults.append(_fits_two(row, "uscc", code, candidates, headers=headers))
            return
        firm = _complete(without_code[0], code, directory) if without_code else None
        firm = firm or directory.open_new(row)
    elif row.name_key != firm.name_key:
        directory.add(firm, uscc=None, name_key=row.name_key)
        if (code, row.name_key) not in told:
            told.add((code, row.name_key))
            matched.remarks.append(_other_name(row, firm, headers=headers))
    matched.firms[row.number] = firm


def _complete(firm: Firm, code: str, directory: _Directory) -> Firm:
    firm.uscc, firm.completes = code, firm.id is not None
    directory.by_code[code] = firm
    return firm


def _match_name(
    row: Row, directory: _Directory, matched: Matched, *, headers: Mapping[str, str]
) -> None:
    candidates = directory.by_name.get(row.name_key, [])
    if len(candidates) > 1:
        matched.faults.append(
            _fits_two(row, "enterprise", row.enterprise, candidates, headers=headers)
        )
        return
    matched.firms[row.number] = candidates[0] if candidates else directory.open_new(row)


def _fits_two(
    row: Row, column: str, value: str, candidates: Sequence[Firm], *, headers: Mapping[str, str]
) -> Fault:
    known = ", ".join(firm.uscc or str(_("code to be completed")) for firm in candidates)
    return Fault(
        row.number,
        headers.get(column, column),
        value,
        _("The name fits more than one enterprise: %(known)s.", known=known),
        _(
            "Write the credit code that is meant. If the row has one, have the record without"
            " a code merged or completed first."
        ),
    )


def _other_name(row: Row, firm: Firm, *, headers: Mapping[str, str]) -> Remark:
    return Remark(
        row.number,
        headers["enterprise"],
        row.enterprise,
        _("The code is known under the name %(name)s; the row follows the code.", name=firm.name),
    )


def _load_directory(rows: Sequence[Row]) -> _Directory:
    """Load the enterprises of these codes or names; a duplicate stands for its survivor."""
    survivor = aliased(Enterprise)
    found = (
        sa.select(
            Enterprise.uscc.label("own_code"),
            Enterprise.name_key.label("own_key"),
            survivor.id,
            survivor.name,
            survivor.name_key,
            survivor.uscc,
        )
        .join(survivor, survivor.id == sa.func.coalesce(Enterprise.merged_into_id, Enterprise.id))
        .order_by(survivor.id, Enterprise.id)
    )
    codes = sorted({row.uscc for row in rows if row.uscc is not None})
    names = sorted({row.name_key for row in rows})
    firms: dict[int, Firm] = {}
    directory = _Directory()
    for column, keys in ((Enterprise.uscc, codes), (Enterprise.name_key, names)):
        for chunk in chunks(keys):
            for row in db.session.execute(found.where(column.in_(chunk))):
                own_code, own_key, id_, name, name_key, uscc = row
                firm = firms.setdefault(id_, Firm(id_, name, name_key, uscc))
                directory.add(firm, uscc=own_code, name_key=own_key)
                directory.add(firm, uscc=firm.uscc, name_key=firm.name_key)
    return directory

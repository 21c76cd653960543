"""What an import would add: rows beside the register, in row order; nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from registry.core.language import _
from registry.entries.uniqueness import list_ended_serials, list_registered_serials
from registry.importing.dates import written
from registry.importing.faults import Fault, Remark, shortened
from registry.importing.known import (
    KnownEntry,
    TakenRow,
    load_contents,
    load_entries,
    load_references,
)
from registry.importing.matching import Firm, match_enterprises
from registry.importing.rows import Row
from registry.importing.values import Serial
from registry.programme.kinds import Kind


@dataclass(frozen=True)
class NewEntry:
    """An entry to be registered; `serials` are those of its row that stand nowhere else."""

    row: Row
    firm: Firm
    known: KnownEntry
    serials: tuple[Serial, ...]


@dataclass(frozen=True)
class NewTitle:
    """A further title of an entry that is there already."""

    row: Row
    entry: KnownEntry
    effective_on: date


@dataclass
class Plan:
    """All that an import would write. `taken`: what each row became; `present`: there already."""

    entries: list[NewEntry] = field(default_factory=list)
    titles: list[NewTitle] = field(default_factory=list)
    completed: list[Firm] = field(default_factory=list)
    taken: list[tuple[Row, KnownEntry | None]] = field(default_factory=list)
    present: int = 0
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is new."""
        return not (self.entries or self.titles or self.completed)

    @property
    def new_firms(self) -> list[Firm]:
        """The enterprises that are not in the register yet, each once, in row order."""
        return list(dict.fromkeys(new.firm for new in self.entries if new.firm.id is None))


def plan_import(
    rows: Sequence[Row], *, source: str, headers: Mapping[str, str], today: date
) -> Plan:
    """Compare checked rows with the register; call again under the ledger lock before storing."""
    matched = match_enterprises(rows, headers=headers)
    planner = _Planner(rows, matched.firms, source=source, headers=headers, today=today)
    planner.plan.faults += matched.faults
    planner.plan.remarks += matched.remarks
    for row in rows:
        planner.place(row)
    plan = planner.plan
    plan.completed = [firm for firm in dict.fromkeys(matched.firms.values()) if firm.completes]
    plan.faults.sort(key=lambda fault: fault.row)
    plan.remarks.sort(key=lambda remark: remark.row)
    return plan


class _Planner:
    """Places row after row beside what is known and what the rows before it have added."""

    def __init__(
        self,
        rows: Sequence[Row],
        firms: Mapping[int, Firm],
        *,
        source: str,
        headers: Mapping[str, str],
        today: date,
    ) -> None:
        self.plan = Plan()
        self.firms = firms
        self.headers = headers
        self.today = today
        self.references = load_references(
            source, {row.source_ref for row in rows if row.source_ref}
        )
        self.contents = load_contents({row.content for row in rows})
        keys = {serial.key for row in rows for serial in row.serials}
        self.live = list_registered_serials(keys)
        self.ended = list_ended_serials(keys)
        self.entries = load_entries({firm.id for firm in firms.values() if firm.id is not None})
        self.groups: dict[tuple[Firm, Kind, str], list[KnownEntry]] = defaultdict(list)
        by_id = {firm.id: firm for firm in firms.values() if firm.id is not None}
        for entry in self.entries.values():
            if entry.firm_id is not None:
                self.groups[by_id[entry.firm_id], entry.kind, entry.title_key].append(entry)
        self.seen: dict[str, Row] = {}

    def place(self, row: Row) -> None:
        firm = self.firms.get(row.number)
        if firm is None or self._is_taken(row):
            return
        if row.content in self.contents:
            self.plan.present += 1
            self.plan.taken.append((row, self.entries.get(self.contents[row.content])))
            return
        same = self._find_same(row, firm)
        if same is None:
            self._add(row, firm)
        else:
            self._join(row, same)

    def _is_taken(self, row: Row) -> bool:
        """Say whether the row's own number was taken before; other content under it is a fault."""
        if row.source_ref is None:
            return False
        earlier = self.references.get(row.source_ref)
        first = self.seen.setdefault(row.source_ref, row)
        if earlier is None and first is row:
            return False
        content = earlier.content_hash if earlier is not None else first.content
        if content == row.content:
            self.plan.present += 1
        else:
            self.plan.faults.append(self._other_content(row, earlier, first))
        return True

    def _other_content(self, row: Row, earlier: TakenRow | None, first: Row) -> Fault:
        if earlier is None:
            what = _("Row %(row)s has the same number and says something else.", row=first.number)
            mend = _("Give each row a number of its own.")
        else:
            what = _(
                "Row %(row)s of import %(batch)s has this number and says something else.",
                row=earlier.row,
                batch=earlier.batch_id,
            )
            mend = _(
                "Write the row as it was, or name another source, or take that import back first."
            )
        header = self.headers["source_ref"]
        return Fault(row.number, header, shortened(row.source_ref or ""), what, mend)

    def _find_same(self, row: Row, firm: Firm) -> KnownEntry | None:
        for entry in self.groups.get((firm, row.kind, row.title_key), ()):
            if row.district_id not in entry.districts:
                continue
            if row.title_key or (
                row.decided.fits(entry.effective_on, entry.precision)
                and row.quantity == entry.quantity
            ):
                return entry
        return None

    def _add(self, row: Row, firm: Firm) -> None:
        day = row.decided.effective_on(self.today)
        serials = tuple(serial for serial in row.serials if not self._counts(serial.key, day))
        if len(serials) < len(row.serials):
            self._tell_left_out(row, serials)
        if row.serials and not serials:
            self.plan.present += 1
            return
        self.live |= {serial.key for serial in serials}
        known = KnownEntry(
            id=None,
            firm_id=firm.id,
            kind=row.kind,
            title_key=row.title_key,
            effective_on=day,
            precision=row.decided.precision,
            quantity=len(serials) if row.serials else row.quantity,
            districts={row.district_id},
            levels={row.level} if row.level else set(),
            documents={row.document} if row.document else set(),
            serials={serial.key for serial in serials},
            row=row.number,
        )
        self.groups[firm, row.kind, row.title_key].append(known)
        self.plan.entries.append(NewEntry(row, firm, known, serials))
        self.plan.taken.append((row, known))

    def _counts(self, key: str, day: date) -> bool:
        """Say whether a serial counts elsewhere on a day or later: it counts once at a time."""
        return key in self.live or self.ended.get(key, day) > day

    def _tell_left_out(self, row: Row, kept: Sequence[Serial]) -> None:
        left = [f"{s.brand}:{s.serial_no}" for s in row.serials if s not in kept]
        text = (
            _("Registered already and left out; the rest of the row stays.")
            if kept
            else _("All registered already: the row adds nothing.")
        )
        self._tell(row, "serials", "; ".join(left), text)

    def _join(self, row: Row, entry: KnownEntry) -> None:
        """Take a row of an entry already there: a new level or document is a further title."""
        self.plan.taken.append((row, entry))
        self._tell_differences(row, entry)
        is_new_level = row.level is not None and row.level not in entry.levels
        is_new_document = row.document is not None and row.document not in entry.documents
        if not (is_new_level or is_new_document):
            self.plan.present += 1
            return
        entry.add_title(row.level, row.document)
        self.plan.titles.append(NewTitle(row, entry, row.decided.effective_on(self.today)))

    def _tell_differences(self, row: Row, entry: KnownEntry) -> None:
        if entry.id is None:
            text = _("The same entry as row %(row)s; it counts once.", row=entry.row)
            self._tell(
                row, "title" if row.title else "enterprise", row.title or row.enterprise, text
            )
        if not row.decided.fits(entry.effective_on, entry.precision):
            stands = written(entry.effective_on, entry.precision)
            text = _("The same entry stands with %(value)s; nothing is changed.", value=stands)
            self._tell(row, "decided_on", row.decided.written(), text)
        if row.quantity != entry.quantity:
            text = _(
                "The same entry stands with %(value)s; nothing is changed.", value=entry.quantity
            )
            self._tell(row, "quantity", str(row.quantity), text)
        other = [f"{s.brand}:{s.serial_no}" for s in row.serials if s.key not in entry.serials]
        if other:
            text = _("Not in the entry and not added. Other robots need a title of their own.")
            self._tell(row, "serials", "; ".join(other), text)
        if entry.revoked_on is not None:
            text = _("This entry was revoked on %(day)s and stays so.", day=entry.revoked_on)
            self._tell(
                row, "title" if row.title else "enterprise", row.title or row.enterprise, text
            )

    def _tell(self, row: Row, column: str, value: str, text: object) -> None:
        header = self.headers.get(column, column)
        self.plan.remarks.append(Remark(row.number, header, shortened(value), text))

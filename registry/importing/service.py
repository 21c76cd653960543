"""Import an official list, all or nothing, in one deed; and take an import back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from registry.accounts.models import User
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Invalid, WrongState
from registry.core.forms import clean_text
from registry.core.language import _
from registry.districts.queries import list_districts
from registry.entries.models import Entry, EntryTitle, RobotUnit, Standing
from registry.importing.columns import word_key
from registry.importing.effects import effects_of_plan
from registry.importing.models import Batch, ImportedRow
from registry.importing.planning import Plan, plan_import
from registry.importing.queries import describe_undoing, get_batch
from registry.importing.reading import Table
from registry.importing.reports import Report, Undoing
from registry.importing.rows import Checked, check_rows
from registry.importing.storing import fingerprint, store
from registry.ledger.service import deed, take_ledger_lock
from registry.programme.queries import get_programme

SOURCE_LONGEST = 100
NAME_LONGEST = 200
Progress = Callable[[str, int, int], None]


def import_list(
    table: Table,
    *,
    source: str,
    by: User | None,
    at: datetime,
    dry_run: bool,
    progress: Progress | None = None,
) -> Report:
    """Register all rows of a list, or say every fault and register none.

    `source` says whose list it is; rows' own numbers are unique within it. A dry run writes nothing
    and may run in a transaction that cannot. `progress` is told the step, rows done and rows in
    all. The caller commits. Raise Invalid for a source that cannot be kept, WrongState where
    somebody else wrote the same enterprise at the same moment.
    """
    source = clean_source(source)
    tell = progress or _tell_nobody
    checked = _check(table, at=at, tell=tell)
    tell("matching", 0, 0)
    if not dry_run and not checked.faults:
        take_ledger_lock()
    plan = plan_import(checked.rows, source=source, headers=table.headers, today=clock.day_of(at))
    report = _report(table, checked, plan)
    if not report.is_new:
        return report
    if dry_run:
        return replace(report, effects=effects_of_plan(plan))
    tell("storing", 0, 0)
    return _store(plan, table, report, source=source, by=by, at=at)


def undo_import(batch_id: int, *, by: User | None, at: datetime) -> Undoing:
    """Take an import back: its entries were never registered; enterprises and codes stay.

    The caller commits. Raise NotFound for an unknown import, WrongState for one taken back before.
    """
    take_ledger_lock()
    batch = get_batch(batch_id)
    if batch.undone_at is not None:
        raise WrongState(_("Import %(batch)s was taken back before.", batch=batch_id))
    undoing = describe_undoing(batch_id)
    of_batch = sa.select(Entry.id).where(Entry.batch_id == batch_id).scalar_subquery()
    with deed(by=by, cause="undo_import") as opened:
        opened.touch(
            db.session.scalars(sa.select(Entry.id).where(Entry.batch_id == batch_id)).all()
        )
        batch.undone_at = at
        _write(sa.update(Entry).where(Entry.batch_id == batch_id).values(standing=Standing.VOID))
        _write(
            sa.update(RobotUnit).where(RobotUnit.entry_id.in_(of_batch)).values(is_registered=False)
        )
        _write(
            sa.delete(EntryTitle).where(
                EntryTitle.batch_id == batch_id, EntryTitle.entry_id.not_in(of_batch)
            )
        )
        _write(
            sa.update(ImportedRow)
            .where(
                sa.or_(ImportedRow.batch_id == batch_id, ImportedRow.entry_id.in_(of_batch)),
                ImportedRow.is_standing,
            )
            .values(is_standing=False)
        )
        payload = {"entries": undoing.entries, "titles": undoing.titles}
        opened.record("import_undone", payload, batch_id=batch_id)
    return undoing


def _write(statement: sa.Update | sa.Delete) -> None:
    db.session.execute(statement.execution_options(synchronize_session="fetch"))


def clean_source(source: str) -> str:
    """Unify the name of a source; raise Invalid where it is too long."""
    cleaned = str(clean_text(source))
    if len(cleaned) > SOURCE_LONGEST:
        raise Invalid(
            _("The source has more than %(most)s characters. Shorten it.", most=SOURCE_LONGEST),
            field="source",
        )
    return cleaned


def _tell_nobody(step: str, done: int, total: int) -> None:
    """Take no notice of progress."""


def _check(table: Table, *, at: datetime, tell: Progress) -> Checked:
    districts = {
        word_key(word): district.id
        for district in list_districts()
        for word in (district.code, district.name_zh, district.name_en, *district.aliases)
    }
    return check_rows(
        table,
        districts=districts,
        today=clock.day_of(at),
        tell=lambda done, total: tell("checking", done, total),
    )


def _report(table: Table, checked: Checked, plan: Plan) -> Report:
    starts_on = get_programme().starts_on
    faults = sorted([*checked.faults, *plan.faults], key=lambda fault: fault.row)
    return Report(
        rows=len(table.rows),
        ignored=table.ignored,
        told=table.told,
        faults=faults,
        remarks=plan.remarks,
        added=Counter(new.row.kind for new in plan.entries),
        before_programme=sum(new.known.effective_on < starts_on for new in plan.entries),
        enterprises=len(plan.new_firms),
        completed=len(plan.completed),
        titles=len(plan.titles),
        present=plan.present,
    )


def _store(
    plan: Plan, table: Table, report: Report, *, source: str, by: User | None, at: datetime
) -> Report:
    batch = Batch(
        source=source,
        file_name=str(clean_text(table.file_name))[-NAME_LONGEST:],
        file_hash=table.file_hash,
        row_count=len(plan.taken),
        imported_by_id=by.id if by is not None else None,
        imported_at=at,
    )
    with deed(by=by, cause="import") as opened:
        db.session.add(batch)
        db.session.flush()
        try:
            opened.touch(store(plan, batch=batch, at=at))
        except IntegrityError as error:
            raise WrongState(
                _("Somebody wrote one of these enterprises at the same moment. Import again.")
            ) from error
        payload = {
            "file": table.file_hash,
            "source": source,
            "rows": fingerprint(row for row, _known in plan.taken),
            "entries": len(plan.entries),
            "titles": len(plan.titles),
            "codes_completed": len(plan.completed),
        }
        opened.record("imported", payload, batch_id=batch.id)
    return replace(report, batch_id=batch.id)

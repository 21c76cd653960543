"""registry import and undo-import: official lists, all or nothing, and back."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from registry.cli.context import opened
from registry.core import clock
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.language import _, p_
from registry.importing.faults import Fault, Remark
from registry.importing.reading import read_table
from registry.importing.reports import Report, Undoing, faults_csv
from registry.importing.service import import_list, undo_import
from registry.importing.words import added_lines, change_label
from registry.programme.words import MEASURES

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
REMARKS_SHOWN = 50
BATCH_MAX = 2**31 - 1


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Show what would be added; store nothing.")
@click.option("--source", default="", help="Whose list it is; its rows' own numbers belong to it.")
@click.option("--report", type=NEW_FILE, help="Write all faults to this CSV file.")
def import_file(file: Path, *, dry_run: bool, source: str, report: Path | None) -> None:
    """Import an official list (CSV or XLSX): every row, or none."""
    with opened(writes=not dry_run):
        table = read_table(file.read_bytes(), file_name=file.name)
        done = import_list(table, source=source, by=None, at=clock.now(), dry_run=dry_run)
        if done.batch_id is not None:
            db.session.commit()
        if report is not None:
            report.write_text(faults_csv(done.faults), encoding="utf-8-sig", newline="")
        _tell(done, is_dry=dry_run)
    if done.faults:
        sys.exit(1)


@click.command("undo-import")
@click.argument("batch", type=click.IntRange(min=1, max=BATCH_MAX))
def undo(batch: int) -> None:
    """Take one import back: its entries were never registered."""
    with opened(writes=True):
        try:
            undone = undo_import(batch, by=None, at=clock.now())
        except NotFound:
            raise NotFound(_("There is no import %(batch)s.", batch=batch)) from None
        db.session.commit()
        _tell_undone(undone)


def _tell(done: Report, *, is_dry: bool) -> None:
    if done.ignored:
        names = ", ".join(done.ignored)
        _aside(_("Columns that are not known and were ignored: %(names)s.", names=names))
    for sentence in done.told:
        _aside(sentence)
    if done.faults:
        _print_table(_fault_lines(done.faults))
        _aside(
            _(
                "Refused: %(faults)s faults in %(rows)s rows. Nothing was stored.",
                faults=len(done.faults),
                rows=done.faulty_rows,
            )
        )
        return
    _tell_remarks(done.remarks)
    if is_dry:
        click.echo(_("Trial run: nothing was stored. This would be added:"))
    _print_table(_added_lines(done))
    if done.effects:
        _print_table(_effect_lines(done))
    click.echo(f"batch {done.batch_id or '-'}")


def _tell_remarks(remarks: Sequence[Remark]) -> None:
    for remark in remarks[:REMARKS_SHOWN]:
        words = (str(remark.row), remark.column, remark.value, str(remark.text))
        _aside(" · ".join(word for word in words if word))
    if len(remarks) > REMARKS_SHOWN:
        _aside(_("… and %(count)s more remarks.", count=len(remarks) - REMARKS_SHOWN))


def _tell_undone(undone: Undoing) -> None:
    for number, types in undone.changed:
        what = ", ".join(str(change_label(type_)) for type_ in types)
        _aside(_("Changed since the import: %(number)s (%(what)s).", number=number, what=what))
    for batch, row in undone.relying:
        _aside(
            _(
                "Row %(row)s of import %(batch)s named one of these entries: import it again.",
                row=row,
                batch=batch,
            )
        )
    click.echo(
        _(
            "Import %(batch)s is taken back: %(entries)s entries were never registered.",
            batch=undone.batch_id,
            entries=undone.entries,
        )
    )


def _fault_lines(faults: Iterable[Fault]) -> list[list[str]]:
    heads = [_("Row"), _("Column"), _("Value"), _("What is wrong"), _("How to mend it")]
    lines = [[str(f.row), f.column, f.value, str(f.what), str(f.mend)] for f in faults]
    return [[str(head) for head in heads], *lines]


def _added_lines(done: Report) -> list[list[str]]:
    return [[str(label), f"{n:,}", str(unit)] for label, n, unit in added_lines(vars(done))]


def _effect_lines(done: Report) -> list[list[str]]:
    heads = [
        str(_("Figure")),
        str(p_("figure", "before")),
        str(p_("figure", "after")),
        str(_("change")),
    ]
    return [heads] + [
        [
            str(MEASURES[effect.measure]),
            f"{effect.before:,}",
            f"{effect.after:,}",
            f"{effect.change:+,}",
        ]
        for effect in done.effects
        if effect.is_shown
    ]


def _print_table(lines: Sequence[Sequence[str]]) -> None:
    """Print columns one under the other; a Chinese character is two wide."""
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)] if lines else []
    for line in lines:
        cells = [
            word + " " * (width - _width(word)) for word, width in zip(line, widths, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def _width(word: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in word)


def _aside(sentence: object) -> None:
    click.echo(sentence, err=True)

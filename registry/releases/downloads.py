"""A release as a file: as released, as it is now, and every revision between."""

from __future__ import annotations

from registry.core.clock import PLACE
from registry.core.delimited import Line, to_bytes
from registry.core.language import _, is_chinese, p_
from registry.programme.models import Programme
from registry.releases.queries import Recorded
from registry.releases.shown import Since, make_table
from registry.tally.downloads import CHANGE_HEADS, change_row
from registry.tally.table import Row
from registry.tally.words import KIND_NAMES, MEASURE_NAMES


def write_release(recorded: Recorded, since: Since, *, programme: Programme) -> bytes:
    """Write a release; the lines at the end add up to now less as released."""
    goals, districts = _figures(recorded, since, programme=programme)
    changes = [change_row(line, since.found) for line in since.found.differences.lines]
    return to_bytes(
        [
            *_heading(recorded, since, programme=programme),
            [],
            *goals,
            [],
            *districts,
            [],
            [_("Revisions since the release")],
            CHANGE_HEADS,
            *changes,
        ]
    )


def _heading(recorded: Recorded, since: Since, *, programme: Programme) -> list[Line]:
    release = recorded.release
    moment = recorded.recorded_at.astimezone(PLACE).strftime("%Y-%m-%d %H:%M:%S")
    newer = recorded.newer
    return [
        [_("Programme"), programme.name_zh if is_chinese() else programme.name_en],
        [p_("figures", "Release"), release.name],
        [_("Revision"), release.revision],
        [_("Why it is released once more"), release.reason],
        [_("Superseded by"), newer.name if newer else ""],
        [p_("release", "Signed by"), release.signer_name, release.signer_office],
        [_("As of"), release.as_of.isoformat()],
        [_("Released on"), moment],
        [_("Record of the release"), release.sequence],
        [_("Ledger sequence"), release.head_sequence],
        [_("Head"), release.head_hash],
        [_("Now"), _("Ledger sequence"), since.newest.sequence],
    ]


def _figures(
    recorded: Recorded, since: Since, *, programme: Programme
) -> tuple[list[Line], list[Line]]:
    table = make_table(recorded.release, programme)
    now = {goal["kind"]: goal["counted"] for goal in since.now["goals"]}
    goals: list[Line] = [
        [_("Goal"), _("Unit"), _("As released"), _("Target"), _("Now"), _("Plus or minus")]
    ]
    for goal in table.goals:
        target = "" if goal.target is None else goal.target
        counted = goal.counted
        said = [KIND_NAMES[goal.kind], goal.unit, counted, target]
        goals.append([*said, now[goal.kind], now[goal.kind] - counted])
        goals.extend([MEASURE_NAMES[each], goal.unit, sum_] for each, sum_ in goal.apart.items())
    heads: list[object] = [_("Code"), _("District")]
    for goal in table.goals:
        words = {"kind": str(KIND_NAMES[goal.kind]), "unit": goal.unit}
        heads += [
            _("%(kind)s, counted (%(unit)s)", **words),
            _("%(kind)s, allocated (%(unit)s)", **words),
        ]
    rows = [[row.code, row.name, *_cells(row)] for row in table.districts]
    return goals, [heads, *rows]


def _cells(row: Row) -> list[object]:
    return [
        "" if value is None else value
        for cell in row.cells
        for value in (cell.counted, cell.allocated)
    ]

"""A release as its page shows it: as released, as it is now, and every revision between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol  # the figures are JSON

from registry.core.clock import PLACE
from registry.core.language import _, is_chinese
from registry.ledger.differences import Cause, Place, Span, sum_causes
from registry.ledger.frozen import Figures, read_frozen
from registry.ledger.heads import Head, read_head
from registry.ledger.in_force import read_goals
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Programme
from registry.releases.models import Release
from registry.releases.queries import Recorded
from registry.tally.changes import Found, Group, name_cause, read_differences, show_line
from registry.tally.matrix import KindShown, show_kinds
from registry.tally.queries import KIND_OF
from registry.tally.table import Period, Row, Table, make_cell, make_city, make_goal
from registry.tally.words import KIND_NAMES, MEASURE_NAMES, amount, join, signed


class Links(Protocol):
    """What leads on from the page of a release; the view knows the addresses."""

    def tally(self, known_at: str) -> str:
        """Return the address of the tally of that day, by a head; by all that is known where ''."""

    def entries(self, kind: Kind, known_at: str) -> str:
        """Return the address of the entries behind a figure."""

    def again(self, **changes: str) -> str:
        """Return the address of this page, asked a little differently."""


@dataclass(frozen=True)
class GoalRow:
    """One goal: as released and now, with the entries behind each."""

    name: object
    unit: str
    released: int
    released_url: str
    target: int | None
    now: int
    now_url: str

    @property
    def change(self) -> int:
        return self.now - self.released


@dataclass(frozen=True)
class CauseRow:
    """What one cause added and took off, by kind in the order of the goals."""

    name: object
    quantities: Sequence[int]
    lines: int
    url: str = ""
    current: bool = False


@dataclass(frozen=True)
class DistrictRow:
    """How the figures of a district changed since the release."""

    name: str
    quantities: Sequence[int]


@dataclass(frozen=True)
class ReleasePage:
    """The page, part by part."""

    state: str
    says: object
    goals: Sequence[GoalRow]
    causes: Sequence[CauseRow]
    total: CauseRow
    groups: Sequence[Group]
    moved: Sequence[DistrictRow]
    notes: Sequence[object]
    kinds: Sequence[KindShown]
    rows: Sequence[Row]
    city: Row
    recorded_at: datetime
    newest: Head
    tally_url: str
    now_url: str
    every_url: str
    next_url: str
    first_url: str


@dataclass(frozen=True)
class Since:
    """All that lies between a release and now."""

    now: Figures
    newest: Head
    found: Found
    causes: Mapping[Cause, Mapping[Measure, tuple[int, int]]]


def read_since(
    release: Release,
    *,
    cause: Cause | None = None,
    after: Place | None = None,
    limit: int | None = 50,
) -> Since:
    """Read the figures of the released day as they are now, and what made the difference."""
    newest = read_head()
    then = Head(release.head_sequence, newest.recorded_at, release.head_hash)
    span = Span(release.as_of, release.as_of, then, newest)
    found = read_differences(span, cause=cause, after=after, limit=limit)
    causes: dict[Cause, dict[Measure, tuple[int, int]]] = {}
    for row in sum_causes(span, list(found.units)):
        causes.setdefault((row.cause, row.is_new), {})[row.measure] = (row.quantity, row.lines)
    now = read_frozen(release.as_of, newest, newest=newest)
    return Since(now, newest, found, causes)


def make_table(release: Release, programme: Programme) -> Table:
    """Set the released figures against the plan lines and the allocations of then."""
    head = Head(release.head_sequence, read_head().recorded_at, release.head_hash)
    milestones = {goal.kind: goal.milestones for goal in read_goals(release.as_of, head)}
    figures = release.frozen
    unit = "unit_zh" if is_chinese() else "unit_en"
    period = Period(programme.starts_on, programme.ends_on, release.as_of)
    goals = tuple(
        make_goal(
            Kind(goal["kind"]),
            unit=goal[unit],
            target=goal["target"],
            counted=goal["counted"],
            pipeline=0,
            apart={Measure(name): total for name, total in goal["apart"].items()},
            period=period,
            milestones=milestones.get(Kind(goal["kind"]), ()),
        )
        for goal in figures["goals"]
    )
    districts = tuple(
        Row(
            code=line["code"],
            name=district_name(line),
            cells=tuple(
                make_cell(
                    goal.kind,
                    counted=line["counted"][goal.kind],
                    allocated=line["allocated"][goal.kind],
                    planned=goal.planned,
                )
                for goal in goals
            ),
        )
        for line in figures["districts"]
    )
    return Table(period, goals, districts, make_city(goals, name=str(_("Whole city"))))


def district_name(line: Mapping[str, Any]) -> str:
    """Return the name of a district as it was released, in the language of the page."""
    return str(line["name_zh"] if is_chinese() else line["name_en"])


def show_release(
    recorded: Recorded,
    since: Since,
    links: Links,
    *,
    programme: Programme,
    cause: Cause | None,
    is_continued: bool,
) -> ReleasePage:
    """Set out the page of a release."""
    release, table = recorded.release, make_table(recorded.release, programme)
    goals = _goal_rows(table, since, links, head=f"#{release.head_sequence}")
    causes, total = _cause_rows(table, since, links, cause=cause)
    moved, notes = _moved(release, since), _notes(release, since)
    is_same = not (causes or moved or notes)
    following = since.found.differences.following
    after = ".".join(str(part) for part in following) if following else ""
    return ReleasePage(
        state=_state(recorded, is_same=is_same),
        says=_say(recorded, goals, is_same=is_same),
        goals=goals,
        causes=causes,
        total=total,
        groups=_groups(since.found),
        moved=moved,
        notes=notes,
        kinds=show_kinds(table),
        rows=table.districts,
        city=table.city,
        recorded_at=recorded.recorded_at.astimezone(PLACE),
        newest=since.newest,
        tally_url=links.tally(f"#{release.head_sequence}"),
        now_url=links.tally(""),
        every_url=links.again(cause="", after="") if cause else "",
        next_url=links.again(after=after) if after else "",
        first_url=links.again(after="") if is_continued else "",
    )


def _state(recorded: Recorded, *, is_same: bool) -> str:
    if recorded.newer is not None:
        return "superseded"
    return "same" if is_same else "changed"


def _say(recorded: Recorded, goals: Sequence[GoalRow], *, is_same: bool) -> object:
    """Say in one sentence whether what was released still holds."""
    day = recorded.release.as_of
    if is_same:
        return _("Nothing was changed since: the figures of %(day)s are as released.", day=day)
    changes = [f"{row.name} {signed(row.change, row.unit)}" for row in goals if row.change]
    if not changes:
        return _("The four figures of %(day)s are as released; their parts changed since.", day=day)
    return _(
        "Since the release the figures of %(day)s changed: %(changes)s.",
        day=day,
        changes=join(changes),
    )


def _goal_rows(table: Table, since: Since, links: Links, *, head: str) -> list[GoalRow]:
    now = {goal["kind"]: goal["counted"] for goal in since.now["goals"]}
    return [
        GoalRow(
            name=KIND_NAMES[goal.kind],
            unit=goal.unit,
            released=goal.counted,
            released_url=links.entries(goal.kind, head),
            target=goal.target,
            now=now[goal.kind],
            now_url=links.entries(goal.kind, f"#{since.newest.sequence}"),
        )
        for goal in table.goals
    ]


def _cause_rows(
    table: Table, since: Since, links: Links, *, cause: Cause | None
) -> tuple[list[CauseRow], CauseRow]:
    """Return what each cause did, and their sum: now less as released."""
    balances = [since.found.balances[goal.kind] for goal in table.goals]
    rows = [
        CauseRow(
            name=name_cause(each[0], is_new=bool(each[1])),
            quantities=[_of_kind(goal.kind, parts) for goal in table.goals],
            lines=sum(count for _quantity, count in parts.values()),
            url=links.again(cause=f"{each[0]}.{each[1]}", after=""),
            current=each == cause,
        )
        for each, parts in since.causes.items()
    ]
    if any(balance.rule for balance in balances):
        rules = [balance.rule for balance in balances]
        rows.append(CauseRow(_("Rule of counting changed"), rules, lines=0))
    changes = [balance.change for balance in balances]
    return rows, CauseRow(_("Together"), changes, lines=sum(row.lines for row in rows))


def _of_kind(kind: Kind, parts: Mapping[Measure, tuple[int, int]]) -> int:
    return sum(
        quantity for measure, (quantity, _lines) in parts.items() if KIND_OF[measure] is kind
    )


def _groups(found: Found) -> list[Group]:
    """Put the lines of a page together by their cause."""

    def cause_of(line: Any) -> Cause:
        return line.cause, line.is_new

    lines = sorted(found.differences.lines, key=lambda line: (-line.is_new, line.cause))
    return [
        Group(name_cause(cause, is_new=bool(new)), [show_line(each, found.units) for each in group])
        for (cause, new), group in groupby(lines, key=cause_of)
    ]


def _moved(release: Release, since: Since) -> list[DistrictRow]:
    """List the districts whose figures changed."""
    now = {line["code"]: line["counted"] for line in since.now["districts"]}
    kinds = [goal["kind"] for goal in release.frozen["goals"]]
    rows = [
        DistrictRow(
            district_name(line),
            [now[line["code"]][kind] - line["counted"][kind] for kind in kinds],
        )
        for line in release.frozen["districts"]
    ]
    return [row for row in rows if any(row.quantities)]


def _notes(release: Release, since: Since) -> list[object]:
    """Name the targets and shares that were set otherwise for that day after the release."""
    then, now = release.frozen, since.now
    notes: list[object] = []
    targets = {goal["kind"]: goal["target"] for goal in now["goals"]}
    for goal in then["goals"]:
        if targets[goal["kind"]] != goal["target"]:
            what = str(_("Target: %(kind)s", kind=KIND_NAMES[Kind(goal["kind"])]))
            notes.append(_set_otherwise(what, goal["target"], targets[goal["kind"]]))
    notes += _notes_apart(then, now)
    shares = {line["code"]: line["allocated"] for line in now["districts"]}
    for line in then["districts"]:
        for kind, share in line["allocated"].items():
            if shares[line["code"]][kind] != share:
                what = f"{district_name(line)} · {KIND_NAMES[Kind(kind)]}"
                notes.append(_set_otherwise(what, share, shares[line["code"]][kind]))
    return notes


def _notes_apart(then: Figures, now: Figures) -> list[object]:
    """Name what stands apart from the goals and is another number now."""
    parts = {goal["kind"]: goal["apart"] for goal in now["goals"]}
    unit = "unit_zh" if is_chinese() else "unit_en"
    return [
        _(
            "%(what)s: %(then)s when released, %(now)s now.",
            what=MEASURE_NAMES[Measure(name)],
            then=amount(total, goal[unit]),
            now=amount(parts[goal["kind"]].get(name, 0), goal[unit]),
        )
        for goal in then["goals"]
        for name, total in goal["apart"].items()
        if parts[goal["kind"]].get(name, 0) != total
    ]


def _set_otherwise(what: str, then: int | None, now: int | None) -> object:
    words = ["—" if value is None else f"{value:,}" for value in (then, now)]
    return _(
        "%(what)s was set otherwise for that day: %(then)s when released, %(now)s now.",
        what=what,
        then=words[0],
        now=words[1],
    )

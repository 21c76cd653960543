"""The wall: four figures, a map and a ranking by kind in turn, what changed of late; no persons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from registry.core.language import _, n_
from registry.ledger.answers import Tally, read_tally
from registry.ledger.queries import read_totals
from registry.programme.kinds import Kind
from registry.tally.charts import Tile, short_name, show_tiles
from registry.tally.course import read_coming
from registry.tally.page import TimeBar, show_bar
from registry.tally.queries import make_table
from registry.tally.sources import name_documents
from registry.tally.table import Cell, GoalLine, Phase, Row, Table
from registry.tally.words import KIND_NAMES, VERDICTS, amount, signed

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
CHANGES_MOST = 6
ROOM = Decimal("1.2")  # a bar has room for a fifth more than the target
LABEL_ROOM = 28  # what half a label takes of a bar, in per cent
DATES_ROOM = 24.0  # what the first and the last day take of the bar of time
START, MIDDLE, END = "start", "middle", "end"


@dataclass(frozen=True)
class Bullet:
    """A bar: what is counted, the plan line and the target, in per cent of its width.

    The target is named where the words on the plan line leave room for it.
    """

    counted: Decimal
    plan: Decimal | None
    plan_label: object
    plan_anchor: str
    target: Decimal | None
    is_target_named: bool
    description: object


@dataclass(frozen=True)
class BigFigure:
    """One of the four figures."""

    kind: str
    name: object
    counted: int
    unit: str
    status: str
    verdict: object
    target: str
    share: str
    lead: str
    bullet: Bullet


@dataclass(frozen=True)
class Rank:
    """One district in the ranking; bar and plan in per cent."""

    name: str
    width: float
    plan: float | None
    share: str
    of: str
    unit: str
    behind: bool


@dataclass(frozen=True)
class View:
    """What is on turn: the map and the ranking of one kind."""

    kind: str
    name: object
    title: object
    tiles: Sequence[Tile]
    ranks: Sequence[Rank]


@dataclass(frozen=True)
class Change:
    """The net change of one kind in one district."""

    text: str
    place: str
    name: object
    is_less: bool


@dataclass(frozen=True)
class Recent:
    """The largest changes of some days, how many more there are, and the sums of all."""

    title: object
    first: date
    last: date
    changes: Sequence[Change]
    more: object
    sums: Sequence[str]


@dataclass(frozen=True)
class Screen:
    """All that the wall shows."""

    bar: TimeBar
    bar_label: object
    label_at: float
    figures: Sequence[BigFigure]
    views: Sequence[View]
    recent: Recent
    documents: str
    sequence: int
    head: str


def read_screen(as_of: date) -> Screen:
    """Read the wall's figures as of a day."""
    answer = read_tally(as_of)
    table = make_table(answer)
    coming = read_coming(answer, table.period)
    return Screen(
        bar=show_bar(table.period),
        bar_label=_say_time(table),
        label_at=min(max(table.period.percent, DATES_ROOM), 100 - DATES_ROOM),
        figures=[_show_figure(goal, table, coming=coming.get(goal.kind)) for goal in table.goals],
        views=[_show_view(goal, table) for goal in table.goals],
        recent=_read_recent(answer, table),
        documents=name_documents(answer),
        sequence=answer.head.sequence,
        head=answer.head.hash,
    )


def _say_time(table: Table) -> object:
    period = table.period
    if period.phase is Phase.BEFORE:
        return _("Not begun: starts on %(day)s", day=period.starts_on)
    if period.phase is Phase.ENDED:
        return _("Ended on %(day)s", day=period.ends_on)
    return n_(
        "%(percent)s%% of the time gone, %(num)s day left",
        "%(percent)s%% of the time gone, %(num)s days left",
        period.days_left,
        percent=f"{period.percent:.1f}",
    )


def _show_figure(goal: GoalLine, table: Table, *, coming: int | None) -> BigFigure:
    """Set out one figure; `coming` is the target of the first day while it is still to come."""
    target = coming if goal.target is None else goal.target
    status, verdict = VERDICTS[goal.pace]
    has_plan = bool(goal.target) and table.period.phase is not Phase.BEFORE
    return BigFigure(
        kind=goal.kind.value,
        name=KIND_NAMES[goal.kind],
        counted=goal.counted,
        unit=goal.unit,
        status=status,
        verdict=verdict,
        target="" if target is None else amount(target, goal.unit),
        share="" if goal.share is None else f"{goal.share:,.1f}%",
        lead=signed(goal.lead, goal.unit) if has_plan else "",
        bullet=_draw_bullet(goal, has_plan=has_plan),
    )


def _draw_bullet(goal: GoalLine, *, has_plan: bool) -> Bullet:
    target = goal.target or 0
    top = max(target * ROOM, Decimal(goal.counted), Decimal(1))
    plan, end = _part(goal.plan, top), _part(Decimal(target), top)
    planned, anchor = amount(goal.plan, goal.unit), _anchor(plan, end=end)
    return Bullet(
        counted=_part(Decimal(goal.counted), top),
        plan=plan if has_plan else None,
        plan_label=_("Plan line %(amount)s", amount=planned),
        plan_anchor=anchor,
        target=end if target else None,
        is_target_named=not has_plan or anchor != START or end - plan >= 2 * LABEL_ROOM,
        description=_(
            "%(kind)s: counted %(counted)s, plan line %(plan)s, target %(target)s",
            kind=KIND_NAMES[goal.kind],
            counted=amount(goal.counted, goal.unit),
            plan=planned if has_plan else "—",
            target=amount(target, goal.unit) if target else "—",
        ),
    )


def _anchor(plan: Decimal, *, end: Decimal) -> str:
    """Say how a label hangs on the plan line, so that it leaves the bar and the target free."""
    if plan < LABEL_ROOM:
        return START
    return END if end - plan < LABEL_ROOM else MIDDLE


def _part(value: Decimal, whole: Decimal) -> Decimal:
    return round(100 * value / whole, 2)


def _show_view(goal: GoalLine, table: Table) -> View:
    kind = goal.kind
    plan = goal.plan_share if table.period.phase is not Phase.BEFORE else None
    rows = table.ordered_by(kind)
    name = KIND_NAMES[kind]
    title = _("%(kind)s · share of the allocation by district", kind=name)
    if table.allocated(kind) is None:
        title = _("%(kind)s · counted by district, nothing allocated", kind=name)
    most = max((row.cell(kind).counted for row in rows), default=0)
    return View(
        kind=kind.value,
        name=name,
        title=title,
        tiles=show_tiles(table, None, kind=kind),
        ranks=[_show_rank(row, row.cell(kind), goal, plan=plan, most=most) for row in rows],
    )


def _show_rank(row: Row, cell: Cell, goal: GoalLine, *, plan: float | None, most: int) -> Rank:
    """Set out one district; the bar of one that was given nothing is a part of the largest."""
    has_share = cell.share is not None
    part = 100.0 * cell.counted / most if most and cell.allocated is None else 0.0
    return Rank(
        name=short_name(row),
        width=round(min(cell.share if cell.share is not None else part, 100.0), 2),
        plan=plan if has_share else None,
        share=f"{cell.share:,.1f}%" if has_share else "—",
        of=f"{cell.counted:,}" + (f" / {cell.allocated:,}" if cell.allocated is not None else ""),
        unit=goal.unit,
        behind=cell.behind,
    )


def _read_recent(answer: Tally, table: Table) -> Recent:
    """Compare with a week ago by what is known now; with a month ago where nothing has changed."""
    recent = _show_recent(answer, table, span=WEEK)
    return recent if recent.changes else _show_recent(answer, table, span=MONTH)


def _show_recent(answer: Tally, table: Table, *, span: timedelta) -> Recent:
    """Set out the differences; the largest part of a target comes first."""
    then = read_totals(answer.as_of - span, head=answer.head, newest=answer.newest)
    changes: list[tuple[Decimal, Change]] = []
    sums: Counter[Kind] = Counter()
    for row, place in zip(table.districts, answer.districts, strict=True):
        for goal in table.goals:
            measures = next(line.measures for line in answer.goals if line.kind is goal.kind)
            counted = sum(then.get((place.id, measure), 0) for measure in measures)
            change = place.counted[goal.kind] - counted
            sums[goal.kind] += change
            if change:
                weight = Decimal(abs(change)) / (goal.target or 1)
                changes.append((weight, _show_change(change, short_name(row), goal)))
    changes.sort(key=_heaviest)
    left = len(changes) - CHANGES_MOST
    return Recent(
        title=n_("Changes of %(num)s day", "Changes of %(num)s days", span.days),
        first=answer.as_of - span,
        last=answer.as_of,
        changes=[change for _weight, change in changes[:CHANGES_MOST]],
        more=_say_more(left) if left > 0 else "",
        sums=[signed(sums[goal.kind], goal.unit) for goal in table.goals],
    )


def _heaviest(weighed: tuple[Decimal, Change]) -> Decimal:
    return -weighed[0]


def _say_more(left: int) -> object:
    return n_("and %(num)s smaller change", "and %(num)s smaller changes", left)


def _show_change(change: int, place: str, goal: GoalLine) -> Change:
    return Change(
        text=signed(change, goal.unit),
        place=place,
        name=KIND_NAMES[goal.kind],
        is_less=change < 0,
    )


def order_views(screen: Screen, *, first: str) -> Mapping[str, str]:
    """Say which kind follows which, for a screen without scripts; `first` is checked here."""
    kinds = [view.kind for view in screen.views]
    at = kinds.index(first) if first in kinds else 0
    following = kinds[(at + 1) % len(kinds)] if kinds else ""
    return {"shown": kinds[at] if kinds else "", "following": following}

"""What changed between two answers: the figures then and now, and every plus and minus between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.core.clock import PLACE
from registry.core.kept import Settled, remembered
from registry.core.language import _, is_chinese
from registry.districts.models import District
from registry.entries.models import Standing
from registry.ledger.differences import (
    REGISTERS,
    Cause,
    Differences,
    Line,
    Place,
    Span,
    list_differences,
    sum_differences,
)
from registry.ledger.queries import (
    PAGE_ROWS,
    GoalInForce,
    Totals,
    read_goals,
    read_head,
    read_totals,
)
from registry.programme.kinds import Kind, Measure
from registry.tally.links import Choice, Links
from registry.tally.spans import By, SpanAsked
from registry.tally.words import KIND_NAMES, Rule, join, say_counting, signed

CAUSES: Mapping[str, object] = {
    "approve": _("Approved"),
    "import": _("Brought in with an official list"),
    "undo_import": _("Its list was taken back"),
    "revoke": _("Revoked"),
    "relocate": _("District changed"),
    "amend": _("Amended"),
    "correct": _("Corrected"),
    "retire": _("Scrapped, sold or moved out of the city"),
    "join_enterprises": _("Two records of one enterprise joined"),
}
SHIFTED = _("Counted otherwise because of a new registration")
OTHERWISE = _("Corrected")


@dataclass(frozen=True)
class Balance:
    """One goal from then to now: then + rule + new work + corrections = now."""

    name: object
    unit: str
    then: int
    rule: int
    new: int
    corrected: int
    now: int

    @property
    def change(self) -> int:
        return self.now - self.then


@dataclass(frozen=True)
class Found:
    """The goals from then to now, and one page of the lines between."""

    balances: Mapping[Kind, Balance]
    differences: Differences
    units: Mapping[Measure, str]
    measures: Sequence[Measure]


def read_differences(
    span: Span,
    *,
    kind: Kind | None = None,
    district_id: int | None = None,
    cause: Cause | None = None,
    after: Place | None = None,
    limit: int | None = PAGE_ROWS,
) -> Found:
    """Read what lies between two answers, of one kind and in one district where asked for.

    `cause` chooses among the lines and leaves the figures whole.
    """
    newest = read_head()
    goals_then = {goal.kind: goal for goal in read_goals(span.since, span.known_since)}
    goals = read_goals(span.as_of, span.known_at)
    then = read_totals(span.since, head=span.known_since, newest=newest)
    now = read_totals(span.as_of, head=span.known_at, newest=newest)
    every = [measure for goal in goals for measure in goal.measures]
    grown: Counter[tuple[Measure, int]] = Counter()
    for row in sum_differences(span, every):
        if district_id in (None, row.district_id):
            grown[row.measure, row.is_new] += row.quantity

    def balance(goal: GoalInForce) -> Balance:
        before = _add(then, goals_then[goal.kind].measures, district_id)
        return Balance(
            name=KIND_NAMES[goal.kind],
            unit=unit_of(goal),
            then=before,
            rule=_add(then, goal.measures, district_id) - before,
            new=sum(grown[measure, 1] for measure in goal.measures),
            corrected=sum(grown[measure, 0] for measure in goal.measures),
            now=_add(now, goal.measures, district_id),
        )

    shown = [goal for goal in goals if kind in (None, goal.kind)]
    measures = [measure for goal in shown for measure in goal.measures]
    return Found(
        balances={goal.kind: balance(goal) for goal in shown},
        differences=list_differences(
            span, measures, district_id=district_id, cause=cause, after=after, limit=limit
        ),
        units={measure: unit_of(goal) for goal in goals for measure in goal.measures},
        measures=measures,
    )


def unit_of(goal: GoalInForce) -> str:
    """Return the unit of a goal in the language of the page."""
    return goal.unit_zh if is_chinese() else goal.unit_en


def _add(totals: Totals, measures: Sequence[Measure], district_id: int | None) -> int:
    return sum(
        total
        for (place, measure), total in totals.items()
        if measure in measures and district_id in (None, place)
    )


@dataclass(frozen=True, eq=False)
class LineShown(Settled):
    """One plus or minus in words; `number` leads to the register."""

    day: date
    amount: str
    is_minus: bool
    kind: object
    district: str
    enterprise: str
    title: str
    number: str | None
    cause: object
    document: str
    sequence: int
    recorded_at: datetime


@dataclass(frozen=True)
class Group:
    """Lines of one sort under one heading."""

    name: object
    lines: Sequence[LineShown]


def group_lines(lines: Iterable[Line], units: Mapping[Measure, str]) -> list[Group]:
    """Part the lines into new work and the rest; a sort without lines has no heading."""
    every = [(line.is_new, _shown_again(line, units[line.measure])) for line in lines]
    sorts = ((_("New work"), 1), (_("Corrections and revocations"), 0))
    groups = [
        Group(name, [shown for is_new, shown in every if is_new == sort]) for name, sort in sorts
    ]
    return [group for group in groups if group.lines]


def show_line(line: Line, units: Mapping[Measure, str]) -> LineShown:
    """Put one line into words."""
    return _put_into_words(line, units[line.measure])


def _put_into_words(line: Line, unit: str) -> LineShown:
    return LineShown(
        day=line.effective_on,
        amount=signed(line.quantity, unit),
        is_minus=line.quantity < 0,
        kind=KIND_NAMES[line.kind],
        district=line.district_zh if is_chinese() else line.district_en,
        enterprise=line.enterprise_name,
        title=line.title,
        number=line.number if line.standing is Standing.REGISTERED else None,
        cause=cause_of(line),
        document=line.document or "",
        sequence=line.sequence,
        recorded_at=line.recorded_at.astimezone(PLACE),
    )


_shown_again = remembered(_put_into_words)


def cause_of(line: Line) -> object:
    """Name what made a line."""
    return name_cause(line.cause, is_new=bool(line.is_new))


def name_cause(cause: str, *, is_new: bool) -> object:
    """Name a cause; new work that takes from another place is a shift."""
    if cause in REGISTERS and not is_new:
        return SHIFTED
    return CAUSES.get(cause, OTHERWISE)


@dataclass(frozen=True)
class ChangesPage:
    """The page of changes, part by part."""

    says: object
    balances: Sequence[Balance]
    has_rule: bool
    groups: Sequence[Group]
    ways: Sequence[Choice]
    kinds: Sequence[Choice]
    districts: Sequence[Choice]
    rules: Sequence[Rule]
    sequence: int
    known_at: datetime
    head: str
    file_url: str
    tally_url: str
    next_url: str
    first_url: str


def show_changes(
    asked: SpanAsked,
    found: Found,
    links: Links,
    *,
    kind: Kind | None,
    district: District | None,
    districts: Sequence[District],
    is_continued: bool,
) -> ChangesPage:
    """Set out one page of the changes."""
    head, following = asked.span.known_at, found.differences.following
    after = ".".join(str(part) for part in following) if following else ""
    balances = list(found.balances.values())
    return ChangesPage(
        says=_say_span(asked),
        balances=balances,
        has_rule=any(balance.rule for balance in balances),
        groups=group_lines(found.differences.lines, found.units),
        ways=_ways(asked, links),
        kinds=_kinds(links, kind=kind),
        districts=_districts(links, districts, district=district),
        rules=_explain(asked, balances),
        sequence=head.sequence,
        known_at=head.recorded_at.astimezone(PLACE),
        head=head.hash,
        file_url=links.file(),
        tally_url=links.tally(),
        next_url=links.again(after=after) if after else "",
        first_url=links.again(after="") if is_continued else "",
    )


def _explain(asked: SpanAsked, balances: Sequence[Balance]) -> list[Rule]:
    """Say how the changes came about: rule, unit, source and days."""
    units = [f"{balance.name} {balance.unit}" for balance in balances]
    return [
        Rule(_("Counted"), say_counting()),
        Rule(
            _("New work"),
            _("What was approved or brought in with an official list, and was not counted before."),
        ),
        Rule(
            _("Corrections and revocations"),
            _(
                "What was revoked, scrapped, moved, mended or taken back, and what is counted"
                " elsewhere because of it."
            ),
        ),
        Rule(_("Unit"), join(units)),
        Rule(_("Source"), _say_span(asked)),
    ]


def _say_span(asked: SpanAsked) -> object:
    span = asked.span
    if asked.by is By.DATES:
        return _(
            "From %(first)s to %(last)s, both by the same knowledge: ledger sequence #%(known)s.",
            first=span.since,
            last=span.as_of,
            known=f"{span.known_at.sequence:,}",
        )
    return _(
        "The figures of %(day)s: as known at ledger sequence #%(first)s, and at #%(last)s.",
        day=span.as_of,
        first=f"{span.known_since.sequence:,}",
        last=f"{span.known_at.sequence:,}",
    )


def _ways(asked: SpanAsked, links: Links) -> list[Choice]:
    names = {By.DATES: _("Between two days"), By.KNOWN: _("One day, known twice")}
    cleared = {"after": "", "since": "", "known_since": ""}
    return [
        Choice(name, links.again(by=by, **cleared), current=by is asked.by)
        for by, name in names.items()
    ]


def _kinds(links: Links, *, kind: Kind | None) -> list[Choice]:
    every = Choice(_("All kinds"), links.again(kind="", after=""), current=kind is None)
    return [
        every,
        *(
            Choice(KIND_NAMES[each], links.again(kind=each, after=""), current=each is kind)
            for each in Kind
        ),
    ]


def _districts(
    links: Links, districts: Sequence[District], *, district: District | None
) -> list[Choice]:
    city = Choice(_("Whole city"), links.again(district="", after=""), current=district is None)
    return [
        city,
        *(
            Choice(
                place.name_zh if is_chinese() else place.name_en,
                links.again(district=place.code, after=""),
                current=district is not None and place.code == district.code,
            )
            for place in districts
        ),
    ]

"""The charts of the tally: which there are, and the figures of each, from one answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

from registry.applications.status import Status
from registry.core.errors import NotFound
from registry.core.language import _
from registry.ledger.months import sum_corrections
from registry.programme.kinds import Kind
from registry.tally.course import Course, read_course
from registry.tally.links import Links
from registry.tally.pictures import Shown, show
from registry.tally.plots import Plot
from registry.tally.plots_city import plot_course, plot_months, plot_stages, plot_stock
from registry.tally.plots_districts import plot_days, plot_districts
from registry.tally.queries import Answer, list_stages

Maker = Callable[[], Plot]


@dataclass(frozen=True)
class Group:
    """Charts of one sort under one heading."""

    name: str
    title: object
    says: object
    plots: Sequence[Shown]


class Sources:
    """What the charts are made of; each part is read when a chart first asks for it."""

    def __init__(self, answer: Answer, links: Links) -> None:
        self.answer, self.links = answer, links

    @cached_property
    def course(self) -> Course:
        return read_course(self.answer)

    @cached_property
    def stages(self) -> Mapping[Status, Mapping[Kind, int]]:
        return list_stages(self.answer.tally)

    @cached_property
    def corrections(self) -> Mapping[tuple[Kind, date], int]:
        """Return by goal and month (its first day) what was no new work."""
        answer = self.answer
        kind_of = {each: goal.kind for goal in answer.tally.goals for each in goal.measures}
        found: dict[tuple[Kind, date], int] = {}
        sums = sum_corrections(answer.table.period.as_of, answer.tally.head, tuple(sorted(kind_of)))
        for ((year, month), measure), quantity in sums.items():
            key = kind_of[measure], date(year, month, 1)
            found[key] = found.get(key, 0) + quantity
        return found


def list_groups(sources: Sources) -> list[Group]:
    """Make all charts, in the order in which the page shows them."""
    groups = (
        (
            "course",
            _("Month by month"),
            _("Counted so far, against the plan line, with what the recent pace leads to."),
            _courses(sources),
        ),
        (
            "months",
            _("What each month brought"),
            _("New work apart from corrections, moves and revocations, by the day of effect."),
            _months(sources),
        ),
        (
            "districts",
            _("Districts against their allocation"),
            _("The furthest on first. The stroke is the plan line on this day."),
            _districts(sources),
        ),
        ("more", _("Stock, cases under way, time to decide"), "", _others(sources)),
    )
    return [
        Group(name, title, says, [show(make()) for make in makers.values()])
        for name, title, says, makers in groups
    ]


def find_plot(sources: Sources, name: str) -> Plot:
    """Make one chart by its name; raise NotFound where there is none of that name."""
    makers = (_courses, _months, _districts, _others)
    known = {key: maker for list_makers in makers for key, maker in list_makers(sources).items()}
    if name not in known:
        raise NotFound
    return known[name]()


def _courses(sources: Sources) -> dict[str, Maker]:
    return _for_each_kind("course", sources, lambda kind: _make_course(sources, kind))


def _months(sources: Sources) -> dict[str, Maker]:
    return _for_each_kind("months", sources, lambda kind: _make_months(sources, kind))


def _districts(sources: Sources) -> dict[str, Maker]:
    return _for_each_kind("districts", sources, lambda kind: _make_districts(sources, kind))


def _others(sources: Sources) -> dict[str, Maker]:
    stocks = [
        (_name("stock", kind), partial(_make_stock, sources, kind)) for kind in sources.answer.ever
    ]
    return {
        **dict(stocks),
        "stages": lambda: plot_stages("stages", sources.answer, sources.stages),
        "days": lambda: plot_days("days", sources.answer, sources.course.desks),
    }


def _for_each_kind(prefix: str, sources: Sources, make: Callable[[Kind], Plot]) -> dict[str, Maker]:
    return {_name(prefix, kind): partial(make, kind) for kind in sources.answer.table.kinds}


def _name(prefix: str, kind: Kind) -> str:
    return f"{prefix}-{kind.value.replace('_', '-')}"


def _make_course(sources: Sources, kind: Kind) -> Plot:
    outlook = sources.course.outlooks[sources.answer.table.kinds.index(kind)]
    url = sources.links.entries(kind=kind)
    return plot_course(
        _name("course", kind), sources.answer, kind, forecast=outlook.forecast, url=url
    )


def _make_months(sources: Sources, kind: Kind) -> Plot:
    first = sources.answer.table.period.starts_on
    as_of = sources.answer.table.period.as_of
    url = sources.links.changes(since=min(first, as_of), kind=kind)
    corrections = {
        month: quantity for (each, month), quantity in sources.corrections.items() if each is kind
    }
    return plot_months(_name("months", kind), sources.answer, kind, corrections, url=url)


def _make_districts(sources: Sources, kind: Kind) -> Plot:
    url = sources.links.entries(kind=kind)
    return plot_districts(_name("districts", kind), sources.answer.table, kind, url=url)


def _make_stock(sources: Sources, kind: Kind) -> Plot:
    measures, _total = sources.answer.ever[kind]
    url = sources.links.entries(measures=measures)
    return plot_stock(_name("stock", kind), sources.answer, kind, url=url)

"""One answer of the tally: what page, command, interface and file show, from one snapshot."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar  # JSON

import sqlalchemy as sa

from registry.core.database import db
from registry.core.kept import Settled, remembered, remembered_lately
from registry.core.language import _, is_chinese
from registry.districts.models import District
from registry.ledger.checks import Checked, add_checked, read_checked
from registry.ledger.growing import OF_ENTRIES, Growing, Since
from registry.ledger.heads import Head, KnownAt, read_head
from registry.ledger.pipeline import read_pipeline
from registry.ledger.queries import (
    Basis,
    GoalInForce,
    Goals,
    Shares,
    Totals,
    read_goals,
    read_shares,
    read_totals,
)
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Programme
from registry.programme.plan import Milestone
from registry.programme.queries import get_programme

APART: Mapping[Kind, tuple[Measure, ...]] = {Kind.ROBOT_DEPLOYMENT: (Measure.MOBILE_ROBOT,)}
RETIRED: Mapping[Kind, tuple[Measure, ...]] = {Kind.ROBOT_DEPLOYMENT: (Measure.ROBOT_RETIRED,)}

PLACES = sa.select(District.id, District.code, District.name_zh, District.name_en).order_by(
    District.position
)


@dataclass(frozen=True, eq=False)
class GoalLine(Settled):
    """One goal in the city: `apart` is not in its sum, `retired` has left the stock.

    The bases say which document and record set the target, the milestones and the newest share.
    """

    kind: Kind
    unit_zh: str
    unit_en: str
    target: int | None
    measures: tuple[Measure, ...]
    counted: int
    pipeline: int
    apart: Mapping[Measure, int]
    retired: int
    milestones: tuple[Milestone, ...]
    target_basis: Basis | None
    plan_basis: Basis | None
    shares_basis: Basis | None

    @property
    def ever(self) -> tuple[tuple[Measure, ...], int] | None:
        """Return, where things leave the stock, all that was ever counted: measures and sum."""
        if self.kind not in RETIRED:
            return None
        return (*self.measures, *RETIRED[self.kind]), self.counted + self.retired


@dataclass(frozen=True, eq=False)
class DistrictLine(Settled):
    """One district: what is counted, allocated (None: nothing) and asked for there."""

    id: int
    code: str
    name_zh: str
    name_en: str
    counted: Mapping[Kind, int]
    allocated: Mapping[Kind, int | None]
    pipeline: Mapping[Kind, int]
    apart: Mapping[Measure, int]


@dataclass(frozen=True)
class Tally:
    """The whole answer. `head` is what it knows, `newest` the end of the chain."""

    programme: Programme
    as_of: date
    known_at: KnownAt | None
    head: Head
    newest: Head
    checked: Mapping[Measure, Checked]
    goals: tuple[GoalLine, ...]
    districts: tuple[DistrictLine, ...]
    open_cases: Collection[int]
    stages: Mapping[tuple[str, Kind], int]

    @property
    def allocated(self) -> dict[Kind, int | None]:
        """What the districts were given of each goal together; None where nothing was."""
        return {
            goal.kind: sum_known([line.allocated[goal.kind] for line in self.districts])
            for goal in self.goals
        }

    @property
    def known(self) -> str:
        """As asked, else the time of the head."""
        return self.known_at.asked if self.known_at else self.head.recorded_at.isoformat()


def read_tally(as_of: date, known_at: KnownAt | None = None) -> Tally:
    """Answer as of a day, as known at a moment; the caller reads in one snapshot."""
    newest = read_head()
    head = newest if known_at is None else read_head(known_at)
    totals = read_totals(as_of, head=head, newest=newest)
    pipeline = read_pipeline(head)
    goals, shares, places = _set.read(
        as_of, head, whole=lambda: _read_set(as_of, head), grow=_unless_set
    )
    districts = _district_lines(
        places, goals, totals, shares=shares, under_way=pipeline.by_district
    )
    return Tally(
        programme=get_programme(),
        as_of=as_of,
        known_at=known_at,
        head=head,
        newest=newest,
        checked=read_checked(as_of, head),
        goals=_goal_lines(goals, districts, totals, shares=shares, under_way=pipeline.by_kind),
        districts=districts,
        open_cases=pipeline.ids,
        stages=pipeline.by_stage,
    )


class Place(NamedTuple):
    """A district."""

    id: int
    code: str
    name_zh: str
    name_en: str


Places = Sequence[Place]
Kept = TypeVar("Kept")


class Setting(NamedTuple):
    """What the city has set for a day, and the districts in official order."""

    goals: Goals
    shares: Shares
    places: Places


_set: Growing[Setting] = Growing()
_places: Growing[Places] = Growing()


def _read_set(as_of: date, head: Head) -> Setting:
    places = _places.read(None, read_head(), whole=_read_places, grow=_unless_set)
    return Setting(read_goals(as_of, head), read_shares(as_of, head), places)


def _read_places() -> Places:
    return [Place._make(row) for row in db.session.connection().execute(PLACES)]


def _unless_set(kept: Kept, since: Since) -> Kept | None:
    """Keep what is set; the districts are laid down with the programme, by a deed of its own."""
    return kept if since.causes <= OF_ENTRIES else None


def sum_known(quantities: Sequence[int | None]) -> int | None:
    """Add up what is known; None where nothing is."""
    known = [quantity for quantity in quantities if quantity is not None]
    return sum(known) if known else None


@remembered_lately
def _district_lines(
    places: Places,
    goals: Goals,
    totals: Totals,
    *,
    shares: Shares,
    under_way: Mapping[tuple[int, Kind], int],
) -> tuple[DistrictLine, ...]:
    return tuple(
        _district_line(place, goals, totals, shares=shares, under_way=under_way) for place in places
    )


def _district_line(
    place: Place,
    goals: Goals,
    totals: Totals,
    *,
    shares: Shares,
    under_way: Mapping[tuple[int, Kind], int],
) -> DistrictLine:
    id_ = place.id
    return DistrictLine(
        *place,
        counted={
            goal.kind: sum(totals.get((id_, measure), 0) for measure in goal.measures)
            for goal in goals
        },
        allocated={goal.kind: shares.quantities.get((id_, goal.kind)) for goal in goals},
        pipeline={goal.kind: under_way.get((id_, goal.kind), 0) for goal in goals},
        apart={
            measure: totals.get((id_, measure), 0) for goal in goals for measure in _apart(goal)
        },
    )


@remembered_lately
def _goal_lines(
    goals: Goals,
    districts: tuple[DistrictLine, ...],
    totals: Totals,
    *,
    shares: Shares,
    under_way: Mapping[Kind, int],
) -> tuple[GoalLine, ...]:
    return tuple(
        _goal_line(
            goal,
            counted=sum(line.counted[goal.kind] for line in districts),
            pipeline=under_way.get(goal.kind, 0),
            apart=_sum_apart(goal, districts),
            retired=_sum_retired(goal, totals),
            shares_basis=shares.basis_of(goal.kind),
        )
        for goal in goals
    )


@remembered
def _goal_line(
    goal: GoalInForce,
    *,
    counted: int,
    pipeline: int,
    apart: tuple[tuple[Measure, int], ...],
    retired: int,
    shares_basis: Basis | None,
) -> GoalLine:
    return GoalLine(
        kind=goal.kind,
        unit_zh=goal.unit_zh,
        unit_en=goal.unit_en,
        target=goal.target,
        measures=goal.measures,
        counted=counted,
        pipeline=pipeline,
        apart=dict(apart),
        retired=retired,
        milestones=goal.milestones,
        target_basis=goal.target_basis,
        plan_basis=goal.plan_basis,
        shares_basis=shares_basis,
    )


def _sum_apart(
    goal: GoalInForce, districts: Sequence[DistrictLine]
) -> tuple[tuple[Measure, int], ...]:
    """Add up the districts: their sum is the city."""
    return tuple(
        (measure, sum(line.apart[measure] for line in districts)) for measure in _apart(goal)
    )


def _sum_retired(goal: GoalInForce, totals: Totals) -> int:
    retired = RETIRED.get(goal.kind)
    if not retired:
        return 0
    return sum(total for (_place, measure), total in totals.items() if measure in retired)


def _apart(goal: GoalInForce) -> list[Measure]:
    return [measure for measure in APART.get(goal.kind, ()) if measure not in goal.measures]


def to_json(tally: Tally) -> dict[str, Any]:
    """Return the answer for programs; keys may be added, never renamed."""
    return {
        "programme": tally.programme.name_zh,
        "as_of": tally.as_of.isoformat(),
        "known_at": tally.known,
        "sequence": tally.head.sequence,
        "head": tally.head.hash,
        "goals": [
            {
                "kind": goal.kind.value,
                "unit": goal.unit_zh,
                "target": goal.target,
                "counted": goal.counted,
                "pipeline": goal.pipeline,
                "apart": {measure.value: total for measure, total in goal.apart.items()},
                "milestones": [
                    {"on": each.on.isoformat(), "quantity": each.quantity}
                    for each in goal.milestones
                ],
                "source": goal.target_basis.source if goal.target_basis else "",
                "checked": _checked_json(add_checked(tally.checked, goal.measures)),
            }
            for goal in tally.goals
        ],
        "districts": [
            {
                "code": line.code,
                "name": line.name_zh,
                "counted": {kind.value: total for kind, total in line.counted.items()},
                "allocated": {kind.value: share for kind, share in line.allocated.items()},
            }
            for line in tally.districts
        ],
    }


def _checked_json(found: Checked) -> dict[str, int | None]:
    """Return the part that was checked on site; `sequence` is the newest result it rests on."""
    return {
        "quantity": found.checked,
        "in_order": found.in_order,
        "sequence": found.newest or None,
    }


def to_rows(tally: Tally) -> list[list[str]]:
    """Return the answer as a table: a header, the districts in official order, the city."""
    chinese = is_chinese()
    header = [str(_("Code")), str(_("District"))]
    for goal in tally.goals:
        unit = goal.unit_zh if chinese else goal.unit_en
        name = str(KIND_NAMES[goal.kind])
        header += [
            str(_("%(kind)s, counted (%(unit)s)", kind=name, unit=unit)),
            str(_("%(kind)s, allocated (%(unit)s)", kind=name, unit=unit)),
        ]
    rows = [
        [line.code, line.name_zh if chinese else line.name_en]
        + [
            _cell(value)
            for goal in tally.goals
            for value in (line.counted[goal.kind], line.allocated[goal.kind])
        ]
        for line in tally.districts
    ]
    city = ["", str(_("Whole city"))] + [
        _cell(value) for goal in tally.goals for value in (goal.counted, tally.allocated[goal.kind])
    ]
    return [header, *rows, city]


KIND_NAMES = {
    Kind.SMART_FACTORY: _("Smart factories"),
    Kind.SMART_WORKSHOP: _("Smart workshops"),
    Kind.EQUIPMENT_UPGRADE: _("Equipment upgrades"),
    Kind.ROBOT_DEPLOYMENT: _("Robots in use"),
}


def to_csv(tally: Tally) -> str:
    """Return the table as comma-separated text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows(to_rows(tally))
    return text.getvalue()


def _cell(value: int | None) -> str:
    return "" if value is None else str(value)

"""What is asked for and not decided yet, as it stood at a head: shown apart, never added."""

from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar  # a row read by a table's name has no known types

import sqlalchemy as sa

from registry.core.database import db
from registry.core.overlaid import Overlaid
from registry.enterprises.models import Enterprise
from registry.ledger.facts import chunks, firm_named, subject_name
from registry.ledger.growing import DECIDED, OF_ENTRIES, Growing, Since
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Event, Posting
from registry.ledger.timelines import COUNTED_BY_ENTERPRISE
from registry.programme.kinds import Kind

ASKED = "submitted"
UNDER_WAY = ("submitted", "in_review", "returned")
TRANSFERRED = "transferred"
STAGE_AFTER: Mapping[str, str] = {  # of a case that is open
    "submitted": "submitted",
    "claimed": "in_review",
    "released": "submitted",
    "returned": "returned",
    "recalled": "in_review",
}
APPLICATION = sa.table(  # of a higher floor; only read
    "application", *map(sa.column, ("id", "kind", "status", "district_id", "enterprise_id"))
)


@dataclass(frozen=True)
class Pipeline:
    """Open cases in the unit of their goal; `cases` is how many they are, `ids` which."""

    by_kind: Mapping[Kind, int] = field(default_factory=dict)
    by_district: Mapping[tuple[int, Kind], int] = field(default_factory=dict)
    by_stage: Mapping[tuple[str, Kind], int] = field(default_factory=dict)
    cases: Mapping[Kind, int] = field(default_factory=dict)
    ids: Collection[int] = ()


class OpenCase(NamedTuple):
    """One case that was filed and not decided; `stage` as in UNDER_WAY."""

    application_id: int
    kind: Kind
    survivor_id: int
    district_id: int
    quantity: int
    stage: str


Cases = Mapping[Kind, Overlaid[int, OpenCase]]
Nets = Overlaid[str, int]
Counted = Iterable[tuple[OpenCase, int]]
Weighed = Sequence[tuple[OpenCase, int]]
Key = TypeVar("Key")


@dataclass(frozen=True)
class Opened:
    """All open cases by kind and id, and what their enterprises add to the figure already."""

    cases: Cases
    nets: Nets
    pipeline: Pipeline


_opened: Growing[Opened] = Growing()
_then: Growing[Pipeline] = Growing()


def read_pipeline(head: Head) -> Pipeline:
    """Return the open cases as they stood at the head, from the events up to it."""
    newest = read_head()
    if head.sequence < newest.sequence:
        return _then.read(
            head.hash, newest, whole=lambda: _read_whole(head).pipeline, grow=_unless_joined
        )
    return _opened.read(None, head, whole=lambda: _read_whole(head), grow=_grow).pipeline


def _unless_joined(kept: Pipeline, since: Since) -> Pipeline | None:
    """Keep what was open at an earlier head; only which enterprises are one may change it."""
    return kept if since.causes <= OF_ENTRIES - {"join_enterprises"} else None


def _read_whole(head: Head) -> Opened:
    found = _list_open(head)
    by_kind: Mapping[Kind, dict[int, OpenCase]] = {kind: {} for kind in Kind}
    for case in found:
        by_kind[case.kind][case.application_id] = case
    nets = _read_nets(_subjects_of(found), head)
    weighed = _weigh({kind: of_kind.values() for kind, of_kind in by_kind.items()}, nets)
    sums = _add(Pipeline(), weighed, [(case, 1) for case in found])
    cases = {kind: Overlaid(of_kind) for kind, of_kind in by_kind.items()}
    return Opened(cases, Overlaid(nets), replace(sums, ids=_ids_of(cases)))


def _grow(kept: Opened, since: Since) -> Opened | None:
    """Read again the cases that something happened to, and the firms that were counted anew.

    A case weighs by itself or by the other cases of its enterprise: so only these are weighed anew.
    """
    if not since.causes <= OF_ENTRIES or "join_enterprises" in since.causes:
        return None
    posted = _add_posted(kept.nets, since)
    if not since.cases and not posted:
        return kept
    open_still = since.cases - since.decided
    again = _list_open(since.head, ids=open_still) if open_still else []
    gone = [found[id_] for found in kept.cases.values() for id_ in since.cases if id_ in found]
    fresh = {name for name in _subjects_of(again) if name not in kept.nets}
    nets = kept.nets.put({**posted, **_read_nets(fresh, since.head)})
    cases = _replace(kept.cases, gone, again)
    moved = _subjects_of([*gone, *again])
    uncounted = {name for name in moved if not (kept.nets.get(name) and nets[name])}
    firms = set(map(firm_named, uncounted | posted.keys()))
    kinds = {case.kind for case in (*gone, *again)}
    if posted:
        kinds |= COUNTED_BY_ENTERPRISE
    less = _weigh(_beside(kept.cases, kinds, gone, firms=firms), kept.nets)
    more = _weigh(_beside(cases, kinds, again, firms=firms), nets)
    sums = _add(
        kept.pipeline,
        [*((case, -quantity) for case, quantity in less), *more],
        [*((case, -1) for case in gone), *((case, 1) for case in again)],
    )
    return Opened(cases, nets, replace(sums, ids=_ids_of(cases)))


def _ids_of(cases: Cases) -> Collection[int]:
    return ChainMap(*cases.values())  # type: ignore[arg-type]  # only read


def _replace(cases: Cases, gone: Collection[OpenCase], come: Collection[OpenCase]) -> Cases:
    """Return the cases without some and with others; a kind without either stays as it is."""
    new = {
        kind: cases[kind].put(
            {case.application_id: case for case in come if case.kind is kind},
            gone=[case.application_id for case in gone if case.kind is kind],
        )
        for kind in {case.kind for case in (*gone, *come)}
    }
    return {**cases, **new}


def _beside(
    cases: Cases, kinds: AbstractSet[Kind], moved: Collection[OpenCase], *, firms: AbstractSet[int]
) -> Mapping[Kind, Collection[OpenCase]]:
    """Return of each kind the cases that weigh otherwise: those that moved, or all of some firms.

    Only of a kind that is counted by enterprise does one case change what another one weighs; one
    of a firm that was in the figure and still is weighs nothing.
    """
    found: dict[Kind, list[OpenCase]] = {}
    for kind in kinds - COUNTED_BY_ENTERPRISE:
        found[kind] = [case for case in moved if case.kind is kind]
    for kind in kinds & COUNTED_BY_ENTERPRISE if firms else ():
        found[kind] = [case for case in cases[kind].every() if case.survivor_id in firms]
    return found


def _weigh(cases: Mapping[Kind, Collection[OpenCase]], nets: Mapping[str, int]) -> Weighed:
    """Say what each case would count, in the unit of its goal; some count nothing."""
    return [pair for kind, found in cases.items() for pair in UNITS[kind](found, nets)]


def _add(pipeline: Pipeline, weighed: Weighed, cases: Weighed) -> Pipeline:
    """Add to the sums what cases weigh and how many they are; less than nothing takes off.

    Where they weigh nothing the sums stay the very same.
    """
    sizes = _add_up(pipeline.cases, [(case.kind, number) for case, number in cases])
    if not weighed:
        return replace(pipeline, cases=sizes)
    return Pipeline(
        _add_up(pipeline.by_kind, [(case.kind, each) for case, each in weighed]),
        _add_up(
            pipeline.by_district, [((case.district_id, case.kind), each) for case, each in weighed]
        ),
        _add_up(pipeline.by_stage, [((case.stage, case.kind), each) for case, each in weighed]),
        sizes,
    )


def _add_up(sums: Mapping[Key, int], changes: Sequence[tuple[Key, int]]) -> Mapping[Key, int]:
    """Return the sums with some changes; what comes to nothing is left out."""
    new = dict(sums)
    for key, by in changes:
        new[key] = new.get(key, 0) + by
    for key, _by in changes:
        if not new.get(key, 1):
            del new[key]
    return new


def _list_open(head: Head, *, ids: Collection[int] | None = None) -> list[OpenCase]:
    """List the cases whose last filing was not followed by a decision, in their order."""
    asked = {"head": head.sequence, "ids": sorted(ids or ())}
    found = _nearer(head) if ids is None else _SOME_OPEN
    rows = db.session.connection().execute(found, asked)
    places = read_former_places(head)
    cases = (_open_case(tuple(row), places) for row in rows)
    return [case for case in cases if case is not None]


def _select_open(candidates: Any) -> sa.Select[*tuple[Any, ...]]:
    """Select those of the candidates that were open at a head, as they stood there."""
    last = (
        sa.select(Event.application_id, sa.func.max(Event.sequence).label("sequence"))
        .where(Event.type.in_((ASKED, *DECIDED)), Event.sequence <= sa.bindparam("head"))
        .where(Event.application_id.in_(candidates))
        .group_by(Event.application_id)
    )
    filed = last.subquery()
    application = APPLICATION
    survivor = sa.func.coalesce(Enterprise.merged_into_id, Enterprise.id)
    step = sa.orm.aliased(Event)
    last_step = (
        sa.select(step.type)
        .where(step.application_id == filed.c.application_id, step.type.in_(STAGE_AFTER))
        .where(step.sequence <= sa.bindparam("head"))
        .order_by(step.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        sa.select(
            application.c.id,
            application.c.kind,
            survivor,
            application.c.district_id,
            Event.payload,
            last_step,
        )
        .select_from(filed)
        .join(
            Event,
            sa.and_(
                Event.application_id == filed.c.application_id,
                Event.sequence == filed.c.sequence,
                Event.type == ASKED,
            ),
        )
        .join(application, application.c.id == filed.c.application_id)
        .join(Enterprise, Enterprise.id == application.c.enterprise_id)
        .order_by(application.c.id)
    )


TOLD = sa.select(Event.application_id)
_FILED_BY_THEN = _select_open(
    TOLD.where(Event.type == ASKED, Event.sequence <= sa.bindparam("head"))
)
_OPEN_NOW_OR_DECIDED_SINCE = _select_open(
    sa.union(
        sa.select(APPLICATION.c.id).where(APPLICATION.c.status.in_(UNDER_WAY)),
        TOLD.where(Event.type.in_(DECIDED), Event.sequence > sa.bindparam("head")),
    )
)
_SOME_OPEN = _select_open(sa.bindparam("ids", expanding=True))


def _nearer(head: Head) -> sa.Select[*tuple[Any, ...]]:
    """Choose among all cases that may have been open, from the end of the chain nearer to it."""
    is_early = head.sequence < read_head().sequence - head.sequence
    return _FILED_BY_THEN if is_early else _OPEN_NOW_OR_DECIDED_SINCE


def _open_case(row: tuple[Any, ...], places: Mapping[int, int]) -> OpenCase | None:
    """Take the number as filed, and the place as it was then.

    An amendment counts what it would add to what is registered; one that adds nothing is left out.
    """
    application_id, kind, survivor_id, district_id, payload, last_step = row
    filed = json.loads(payload)
    if "amends" in filed and not filed["quantity"]:
        return None
    return OpenCase(
        application_id,
        Kind(kind),
        survivor_id,
        district_id=places.get(application_id, district_id),
        quantity=int(filed.get("quantity") or 1),
        stage=STAGE_AFTER[last_step],
    )


def read_former_places(head: Head) -> dict[int, int]:
    """Return where cases were at the head that have been transferred since, by application.

    All others are where the application says.
    """
    if head.sequence == read_head().sequence:
        return {}
    later = sa.select(Event.application_id, Event.payload).where(
        Event.type == TRANSFERRED, Event.sequence > head.sequence
    )
    rows = db.session.execute(later.order_by(Event.sequence.desc())).all()
    return {
        application_id: int(json.loads(payload)["from"])
        for application_id, payload in rows
        if application_id is not None
    }


def _subjects_of(cases: Iterable[OpenCase]) -> frozenset[str]:
    """Name the enterprises among them that would be counted once."""
    return frozenset(
        subject_name(case.kind, 0, case.survivor_id)
        for case in cases
        if case.kind in COUNTED_BY_ENTERPRISE
    )


def _read_nets(subjects: Collection[str], head: Head) -> dict[str, int]:
    """Return what each of the enterprises adds to the figure: nothing, or one."""
    nets = dict.fromkeys(subjects, 0)
    for names in chunks(sorted(subjects)):
        found = sa.select(Posting.subject, sa.func.sum(Posting.quantity)).where(
            Posting.subject.in_(names), Posting.sequence <= head.sequence
        )
        for subject, net in db.session.execute(found.group_by(Posting.subject)):
            nets[subject] = int(net)
    return nets


def _add_posted(nets: Mapping[str, int], since: Since) -> dict[str, int]:
    """Return what those of the enterprises add now to which something was posted since."""
    changed: dict[str, int] = {}
    for posting in since.postings:
        if posting.subject in nets:
            net = changed.get(posting.subject, nets[posting.subject])
            changed[posting.subject] = net + posting.quantity
    return changed


Unit = Callable[[Iterable[OpenCase], Mapping[str, int]], Counted]


def _each_case(cases: Iterable[OpenCase], _nets: Mapping[str, int]) -> Counted:
    return ((case, 1) for case in cases)


def _each_enterprise(cases: Iterable[OpenCase], nets: Mapping[str, int]) -> Counted:
    """Count a firm that is not in the figure yet once, where its first open case stands."""
    firms = {case.survivor_id: case for case in sorted(cases, key=_number, reverse=True)}
    return (
        (case, 1)
        for case in firms.values()
        if not nets.get(subject_name(case.kind, 0, case.survivor_id))
    )


def _each_row(cases: Iterable[OpenCase], _nets: Mapping[str, int]) -> Counted:
    return ((case, case.quantity) for case in cases)


def _number(case: OpenCase) -> int:
    return case.application_id


UNITS: Mapping[Kind, Unit] = {
    Kind.SMART_FACTORY: _each_case,
    Kind.SMART_WORKSHOP: _each_case,
    Kind.EQUIPMENT_UPGRADE: _each_enterprise,
    Kind.ROBOT_DEPLOYMENT: _each_row,
}

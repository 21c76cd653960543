"""Proof of what the events tell: targets, shares, statuses and filings are as recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any  # rows read through a table's name

import sqlalchemy as sa

from registry.core.database import Base, db
from registry.core.language import Message, _
from registry.ledger.chain import canonical
from registry.ledger.faults import NO_EVENT, NO_ROW, NOT_AS_TOLD, Fault, gone
from registry.ledger.models import Allocation, GoalVersion, PlanVersion
from registry.ledger.streams import stream
from registry.ledger.told import Filed, Stands, read_filed, read_standings, read_told
from registry.programme.models import Goal

UNFILED = "draft"


def prove_records() -> Iterator[Fault]:
    """Yield what differs from the events."""
    yield from _prove_versions("goal_version", _read_targets(), _told_targets())
    yield from _prove_versions("plan_version", _read_plans(), _told_plans())
    yield from _prove_versions("allocation", _read_shares(), _told_shares())
    filings = list(read_filed())
    yield from _prove_applications(filings)
    yield from _prove_filings(filings)


def _prove_versions(
    table: str, rows: Mapping[Any, tuple[Any, ...]], told: Mapping[Any, tuple[Any, ...]]
) -> Iterator[Fault]:
    for key in sorted(rows.keys() | told.keys()):
        sequence, *names = key
        name = " ".join(map(str, names))
        if key not in rows:
            yield Fault(table, NO_ROW, sequence=sequence, key=name)
        elif key not in told:
            yield Fault(table, NO_EVENT, sequence=sequence, key=name)
        elif rows[key] != told[key]:
            yield Fault(table, NOT_AS_TOLD, sequence=sequence, key=name)


def _read_targets() -> dict[tuple[Hashable, ...], tuple[Any, ...]]:
    columns = (GoalVersion.target, GoalVersion.measures, GoalVersion.source)
    return _read_versions(GoalVersion, columns)


def _read_plans() -> dict[tuple[Hashable, ...], tuple[Any, ...]]:
    return _read_versions(PlanVersion, (PlanVersion.milestones, PlanVersion.source))


def _read_versions(
    model: type[GoalVersion | PlanVersion], columns: tuple[Any, ...]
) -> dict[tuple[Hashable, ...], tuple[Any, ...]]:
    found = sa.select(model.sequence, Goal.kind, model.effective_on, *columns).join(
        Goal, Goal.id == model.goal_id
    )
    return {
        (row[0], row[1].value): (row[2].isoformat(), *row[3:]) for row in db.session.execute(found)
    }


def _read_shares() -> dict[tuple[Hashable, ...], tuple[Any, ...]]:
    found = sa.select(
        Allocation.sequence,
        Goal.kind,
        Allocation.district_id,
        Allocation.effective_on,
        Allocation.quantity,
        Allocation.source,
    ).join(Goal, Goal.id == Allocation.goal_id)
    return {
        (row[0], row[1].value, row[2]): (row[3].isoformat(), *row[4:])
        for row in db.session.execute(found)
    }


def _told_targets() -> dict[tuple[Hashable, ...], tuple[Any, ...]]:
    return {
        (sequence, told["goal"]): (
            told["effective_on"],
            told["target"],
            told["measures"],
            told.get("source", ""),
        )
        for sequence, _, told in read_told("target_set")
    }


def _told_plans() -> dict[tuple[Hashable, ...], tuple[Any, ...]]:
    return {
        (sequence, told["goal"]): (told["effective_on"], told["milestones"], told["source"])
        for sequence, _, told in read_told("plan_set")
    }


def _told_shares() -> dict[tuple[Hashable, ...], tuple[Any, ...]]:
    return {
        (sequence, told["goal"], int(place)): (
            told["effective_on"],
            quantity,
            told.get("source", ""),
        )
        for sequence, _, told in read_told("allocated")
        for place, quantity in told["shares"].items()
    }


def _prove_applications(filings: Sequence[Filed]) -> Iterator[Fault]:
    """Each application is what the events make it; without any it is a draft.

    Its status and its entry are those of its last event, its district is where it was transferred
    to last, if it was, and it amends what it was filed for.
    """
    application = Base.metadata.tables["application"]  # of a higher floor; only read
    status = sa.type_coerce(application.c.status, sa.String)
    others = (application.c.entry_id, application.c.district_id, application.c.amends_id)
    found = sa.select(application.c.id, status, *others).order_by(application.c.id)
    left = read_standings()
    places = {id_: (told["to"], sequence) for sequence, id_, told in read_told("transferred")}
    amended = {filed.application_id: (filed.amends, filed.sequence) for filed in filings}
    for id_, status_, entry_id, district_id, amends_id in stream(found):
        told = left.pop(id_, Stands(UNFILED, 0, None))
        if status_ != told.status:
            sentence = _(
                "says %(found)s; its last event (sequence %(sequence)s) makes it %(status)s.",
                found=status_,
                sequence=told.sequence,
                status=told.status,
            )
            yield _of_case(id_, sentence)
        if told.entry_id not in {None, entry_id}:
            sentence = _(
                "is not of the entry that seal %(sequence)s names.", sequence=told.sequence
            )
            yield _of_case(id_, sentence)
        place, sequence = places.get(id_, (district_id, 0))
        if district_id != place:
            sentence = _(
                "is not in the district to which seal %(sequence)s transferred it.",
                sequence=sequence,
            )
            yield _of_case(id_, sentence)
        named, sequence = amended.get(id_, (amends_id, 0))
        if amends_id != named:
            sentence = _(
                "does not amend what seal %(sequence)s recorded that it amends.", sequence=sequence
            )
            yield _of_case(id_, sentence)
    for id_, told in left.items():
        yield _of_case(id_, gone(told.sequence))


def _of_case(id_: int, sentence: Message) -> Fault:
    return Fault("application", sentence, key=str(id_))


def _prove_filings(filings: Sequence[Filed]) -> Iterator[Fault]:
    """Each frozen form has the hash that its event recorded."""
    filing, application = (Base.metadata.tables[name] for name in ("filing", "application"))
    found = sa.select(
        filing.c.application_id,
        filing.c.number,
        application.c.number.label("case_number"),
        filing.c.form,
        filing.c.enterprise,
        filing.c.files,
        filing.c.hash,
    ).join(application, application.c.id == filing.c.application_id)
    left = {(each.application_id, each.number): each for each in filings}
    order = (filing.c.application_id, filing.c.number)
    for row in stream(found.order_by(*order)):
        application_id, number, case_number, form, enterprise, files, hash_ = row
        content = {"form": form, "enterprise": enterprise, "files": files}
        text = canonical({**content, "application": case_number, "filing": number})
        told = left.pop((application_id, number), None)
        again = hashlib.sha256(text.encode()).hexdigest()
        if told is None or not told.hash == again == hash_:
            sentence = _("was changed: its hash is not the one recorded at the filing.")
            yield Fault("filing", sentence, key=f"{case_number} filing {number}")
    for (application_id, number), told in left.items():
        key = f"application {application_id} filing {number}"
        yield Fault("filing", gone(told.sequence), key=key)

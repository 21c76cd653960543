"""The programme that runs here, and what may be applied for today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from registry.core.database import db, once_a_snapshot
from registry.core.errors import NotFound
from registry.programme.kinds import Kind
from registry.programme.models import Programme, Round

FIRST = sa.select(Programme).order_by(Programme.id).limit(1)


def find_programme() -> Programme | None:
    """Return the programme, the first one."""
    return once_a_snapshot("programme", lambda: db.session.scalar(FIRST))


def get_programme() -> Programme:
    """Return the programme; raise NotFound where `registry init` has not been run."""
    programme = find_programme()
    if programme is None:
        raise NotFound
    return programme


def list_rounds(kind: Kind | None = None) -> Sequence[Round]:
    """List the rounds, the newest first."""
    found = sa.select(Round).order_by(Round.opens_on.desc(), Round.id.desc())
    return db.session.scalars(found if kind is None else found.where(Round.kind == kind)).all()


def find_open_round(kind: Kind, *, on: date) -> Round | None:
    """Return the round of a kind that is open on a day, the one that closes first."""
    return db.session.scalar(
        sa.select(Round)
        .where(Round.kind == kind, Round.opens_on <= on, Round.closes_on >= on)
        .order_by(Round.closes_on, Round.id)
        .limit(1)
    )


def is_open(kind: Kind, *, on: date) -> bool:
    """Say whether a kind may be applied for: in an open round, or always where it has no rounds."""
    has_rounds = (
        db.session.scalar(sa.select(Round.id).where(Round.kind == kind).limit(1)) is not None
    )
    return not has_rounds or find_open_round(kind, on=on) is not None

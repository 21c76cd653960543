"""Statements given to the driver as they are: what they give, and what goes wrong with them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from registry.core.prepared import Prepared, read_day, read_moment
from registry.ledger.models import Posting, Seal

MOMENTS = Prepared(
    sa.select(Seal.recorded_at, Seal.cause).where(Seal.sequence == sa.bindparam("n"))
)
DAYS = Prepared(sa.select(sa.literal(date(2025, 2, 1), Posting.effective_on.type)))
WRONG = Prepared(sa.select(sa.literal_column("nothing_of_the_kind")))


def test_values_are_those_that_are_read_otherwise(app: Flask) -> None:
    known = db.session.execute(sa.select(Seal.recorded_at, Seal.cause)).first()
    assert known is not None
    ((moment, cause),) = MOMENTS.fetch(n=1)
    ((day,),) = DAYS.fetch()

    assert (read_moment(moment), cause) == tuple(known)
    assert read_moment(moment).tzinfo is UTC
    assert read_day(day) == date(2025, 2, 1)
    assert MOMENTS.fetch(n=0) == []
    assert isinstance(read_moment(moment), datetime)


def test_what_goes_wrong_is_raised_as_elsewhere(app: Flask) -> None:
    with pytest.raises(sa.exc.DBAPIError) as raised:
        WRONG.fetch()

    assert isinstance(raised.value, sa.exc.OperationalError | sa.exc.ProgrammingError)
    db.session.rollback()
    assert DAYS.fetch()

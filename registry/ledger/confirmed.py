"""What PostgreSQL confirms by itself: it can hash, so not every row need be sent to be hashed.

The bytes are those of chain.py, written in SQL once more. It only confirms: a part of the chain
that it does not confirm is gone along row by row, by the rules themselves.
"""

from __future__ import annotations

from datetime import date
from typing import Any  # columns of any type

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from registry.core.clock import PLACE
from registry.core.database import db, is_sqlite
from registry.ledger.links import (
    EVENT_COLUMNS,
    POSTING_COLUMNS,
    Before,
    Columns,
    Part,
    read_before,
)
from registry.ledger.models import Event, Posting, Seal

Text = sa.ColumnElement[str]
MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
NOTHING = sa.literal_column("''", sa.String)


def is_confirmed(part: Part, *, starts_on: date) -> bool:
    """Say whether a part of the chain is surely whole; where it may not be, or on SQLite, do not.

    Whole is what `prove_seals` finds nothing wrong with: numbers without a gap, times that rise,
    days within the programme and not after the seal, and all hashes.
    """
    if is_sqlite(db.session.connection()):
        return False
    is_whole = _select_whole(part, read_before(part), starts_on=starts_on).subquery()
    found = sa.select(sa.func.count(), sa.func.bool_and(is_whole.c[0]))
    seals, are_whole = db.session.execute(found.select_from(is_whole)).one()
    return are_whole is True and part.last in {None, part.first + seals - 1}


def _select_whole(part: Part, before: Before, *, starts_on: date) -> sa.Select[bool]:
    """Select for each seal whether it is whole, and follows the one before it."""
    heard = _select_rows("e1", Event, EVENT_COLUMNS, part).subquery()
    days = (sa.func.min(Posting.effective_on), sa.func.max(Posting.effective_on))
    posted = _select_rows("p1", Posting, POSTING_COLUMNS, part, *days).subquery()
    first_day, last_day = list(posted.c)[-2:]
    day = sa.cast(sa.func.timezone(PLACE.key, Seal.recorded_at), sa.Date)
    position = sa.func.row_number().over(order_by=Seal.sequence)
    is_whole = sa.and_(
        Seal.sequence == before.sequence + position,
        Seal.previous == _last(Seal.hash, before.hash),
        _or_none(Seal.recorded_at > _last(Seal.recorded_at, before.recorded_at)),
        *(_or_none(rows.c.are_right) for rows in (heard, posted)),
        _or_none(sa.and_(first_day >= starts_on, last_day <= day)),
        Seal.rows == sum(sa.func.coalesce(rows.c.count, 0) for rows in (heard, posted)),
        Seal.hash == _seal_hash(sa.func.concat_ws(",", heard.c.digests, posted.c.digests)),
    )
    return (
        sa.select(sa.func.coalesce(is_whole, sa.false()))
        .outerjoin(heard, heard.c.sequence == Seal.sequence)
        .outerjoin(posted, posted.c.sequence == Seal.sequence)
        .where(part.of(Seal.sequence))
    )


def _select_rows(
    mark: str, model: type[Event | Posting], columns: Columns, part: Part, *others: Any
) -> sa.Select[*tuple[Any, ...]]:
    """Select of each seal how many rows it has, whether they are right, and their digests."""
    words = [_word(column) for column in columns[:-1]]
    count, position = sa.func.count(), model.position
    are_right = (
        sa.func.bool_and(model.digest == _sha256(sa.func.concat_ws("|", mark, *words))),
        sa.func.min(position) == 1,
        sa.func.max(position) == count,
    )
    digests = sa.func.string_agg(model.digest, aggregate_order_by(sa.literal(","), position))
    found = sa.select(
        model.sequence,
        count.label("count"),
        sa.and_(*are_right).label("are_right"),
        digests.label("digests"),
        *others,
    )
    return found.where(part.of(model.sequence)).group_by(model.sequence)


def _seal_hash(digests: Text) -> Text:
    moment = sa.func.to_char(sa.func.timezone("UTC", Seal.recorded_at), MOMENT)
    actor = _word(Seal.actor_id)
    words = (Seal.previous, Seal.sequence, moment, actor, Seal.cause, Seal.rows, digests)
    return _sha256(sa.func.concat_ws("|", "s1", *words))


def _sha256(text: Text) -> Text:
    return sa.func.encode(sa.func.sha256(sa.func.convert_to(text, "UTF8")), "hex")


def _word(column: Any) -> Any:
    """Write what may be nothing as an empty text: else it would be left out, stroke and all."""
    is_never_none = not getattr(column, "nullable", False)
    return column if is_never_none else sa.func.coalesce(sa.cast(column, sa.Text), NOTHING)


def _last(column: Any, before: Any) -> Any:
    """Return the value of the seal before, the first one's being that before the part."""
    return sa.func.coalesce(sa.func.lag(column).over(order_by=Seal.sequence), before)


def _or_none(condition: Any) -> Any:
    """Where there is nothing to look at, nothing is wrong."""
    return sa.func.coalesce(condition, sa.true())

"""Sample checks: draws from the register, what was drawn, and what was found; append-only.

Going back drops what was drawn and found; the events of it stay in the ledger.

Revision: 0007
After: 0006
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any  # what a constraint may be given

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEYS = {
    "draw": ("sequence",),
    "draw_entry": ("draw_sequence", "position"),
    "check_result": ("sequence",),
}
REFUSAL = "is append-only: what was recorded is never changed or deleted"
KINDS = ("smart_factory", "smart_workshop", "equipment_upgrade", "robot_deployment")


def _choice(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _keys(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    """Name the foreign keys as the models do; those to a seal wait for the commit."""
    found = []
    for column, target in targets.items():
        other = target.partition(".")[0]
        waits: dict[str, Any] = (
            {"initially": "DEFERRED", "deferrable": True} if other == "seal" else {}
        )
        name = op.f(f"fk_{table}_{column}_{other}")
        found.append(sa.ForeignKeyConstraint([column], [target], name=name, **waits))
    return found


def upgrade() -> None:
    op.create_table(
        "draw",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("kind", _choice("kind", *KINDS), nullable=False),
        sa.Column("measures", sa.String(length=200), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("asked", sa.String(length=10), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.CheckConstraint("size >= 1 and size <= population", name=op.f("ck_draw_size")),
        *_keys("draw", sequence="seal.sequence", district_id="district.id"),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_draw")),
        sa.UniqueConstraint("number", name=op.f("uq_draw_number")),
    )
    op.create_table(
        "draw_entry",
        sa.Column("draw_sequence", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        *_keys(
            "draw_entry",
            draw_sequence="draw.sequence",
            entry_id="entry.id",
            district_id="district.id",
        ),
        sa.PrimaryKeyConstraint("draw_sequence", "position", name=op.f("pk_draw_entry")),
        sa.UniqueConstraint(
            "draw_sequence", "entry_id", name=op.f("uq_draw_entry_draw_sequence_entry_id")
        ),
    )
    op.create_index(op.f("ix_draw_entry_entry_id"), "draw_entry", ["entry_id"])
    op.create_table(
        "check_result",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("draw_sequence", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("look", sa.Integer(), nullable=False),
        sa.Column(
            "outcome", _choice("outcome", "in_order", "deviation", "not_found"), nullable=False
        ),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("checkers", sa.String(length=100), nullable=False),
        sa.Column("found", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("look >= 1", name=op.f("ck_check_result_look")),
        sa.CheckConstraint("found is null or found >= 0", name=op.f("ck_check_result_found")),
        *_keys(
            "check_result",
            sequence="seal.sequence",
            draw_sequence="draw.sequence",
            entry_id="entry.id",
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_check_result")),
        sa.UniqueConstraint(
            "draw_sequence",
            "entry_id",
            "look",
            name=op.f("uq_check_result_draw_sequence_entry_id_look"),
        ),
    )
    op.create_index(op.f("ix_check_result_entry_id"), "check_result", ["entry_id"])
    protect(KEYS)


def protect(keys: Mapping[str, tuple[str, ...]]) -> None:
    """Let the database refuse to change or delete the rows of these tables."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, key in keys.items():
        for statement in _on_sqlite(table, key) if is_sqlite else _on_postgresql(table):
            op.execute(statement)


def _on_sqlite(table: str, key: tuple[str, ...]) -> list[str]:
    """Refuse all three ways; a REPLACE would delete without firing the trigger on DELETE."""
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} {REFUSAL}'); END"
    exists = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - names of this file
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {exists} {refuse}",
    ]


def _on_postgresql(table: str) -> list[str]:
    refuse = "EXECUTE FUNCTION refuse_change()"
    return [
        (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW {refuse}"
        ),
        (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT {refuse}"
        ),
    ]


def downgrade() -> None:
    for table in ("check_result", "draw_entry", "draw"):
        op.drop_table(table)

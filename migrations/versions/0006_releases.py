"""Named releases: a month's figures under a name, a signer, a day and a head; append-only.

Going back drops what was released; the events of the releases stay in the ledger.

Revision: 0006
After: 0005
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEYS = {"release": ("sequence",)}
REFUSAL = "is append-only: what was recorded is never changed or deleted"


def upgrade() -> None:
    op.create_table(
        "release",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("signer_name", sa.String(length=40), nullable=False),
        sa.Column("signer_office", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("head_sequence", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_release_revision")),
        sa.CheckConstraint(
            "(revision = 1) = (reason = '')", name=op.f("ck_release_again_for_a_reason")
        ),
        sa.CheckConstraint("head_sequence < sequence", name=op.f("ck_release_head_before")),
        sa.ForeignKeyConstraint(
            ["sequence"],
            ["seal.sequence"],
            name=op.f("fk_release_sequence_seal"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_release")),
        sa.UniqueConstraint("month", "revision", name=op.f("uq_release_month_revision")),
    )
    op.create_index(op.f("ix_release_as_of"), "release", ["as_of"])
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
    op.drop_table("release")

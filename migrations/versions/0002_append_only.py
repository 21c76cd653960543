"""The ledger is append-only: the database itself refuses to change or delete what was recorded.

A later revision that rebuilds one of these tables on SQLite must create its triggers again.

Revision: 0002
After: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEYS = {
    "seal": ("sequence",),
    "event": ("sequence", "position"),
    "posting": ("sequence", "position"),
    "goal_version": ("sequence", "goal_id"),
    "allocation": ("sequence", "goal_id", "district_id"),
}
REFUSAL = "is append-only: what was recorded is never changed or deleted"


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(
            """
            CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% is append-only: what was recorded is never changed or deleted',
                    TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
            END $$
            """
        )
    for table, key in KEYS.items():
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
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in KEYS:
        if is_sqlite:
            for what in ("update", "delete", "replace"):
                op.execute(f"DROP TRIGGER {table}_no_{what}")
        else:
            op.execute(f"DROP TRIGGER {table}_no_change ON {table}")
            op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    if not is_sqlite:
        op.execute("DROP FUNCTION refuse_change()")

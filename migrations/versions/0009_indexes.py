"""Indexes for what is asked with every approval and every answer of the tally.

Duplicates of a firm, the cases under way, and the events of a type from a sequence on.

Revision: 0009
After: 0008
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEXES = (
    ("enterprise", ["merged_into_id"]),
    ("application", ["status"]),
    ("event", ["type", "sequence", "application_id"]),
)


def upgrade() -> None:
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def downgrade() -> None:
    for table, columns in reversed(INDEXES):
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)

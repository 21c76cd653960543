"""Amendments: applications that name a registered entry, one open one an entry.

Revision: 0005
After: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IS_OPEN = "status in ('draft', 'submitted', 'in_review', 'returned')"


def upgrade() -> None:
    # In words, because SQLite then adds the column in place: a copy of the table would lose its
    # triggers and checks.
    op.execute(
        "alter table application add column amends_id integer "
        "constraint fk_application_amends_id_entry references entry (id)"
    )
    op.create_index(op.f("ix_application_amends_id"), "application", ["amends_id"])
    op.create_index(
        "uq_application_open_amendment",
        "application",
        ["amends_id"],
        unique=True,
        sqlite_where=sa.text(IS_OPEN),
        postgresql_where=sa.text(IS_OPEN),
    )


def downgrade() -> None:
    op.drop_index("uq_application_open_amendment", table_name="application")
    op.drop_index(op.f("ix_application_amends_id"), table_name="application")
    op.execute("alter table application drop column amends_id")

"""Migrations: they make what the models say, on both databases, there and back again."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

import registry.models  # noqa: F401 - all tables must be known
from registry.accounts.links import make_link
from registry.accounts.models import PendingSignUp, Purpose, TurnedAway
from registry.accounts.records import note
from registry.accounts.roles import Membership, Role
from registry.core import clock
from registry.core.database import Base, db
from registry.core.migrations import downgrade, upgrade
from registry.core.schema import newest_revision, read_revision
from tests.factories import a_user
from tests.releases.factories import a_release
from tests.sampling.factories import NOW, a_draw, a_result, drawn, workshops

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def differences() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def checks_of_models() -> set[str]:
    return {
        str(constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
    }


def checks_of_database() -> set[str]:
    inspector = sa.inspect(db.engine)
    names = inspector.get_table_names()
    return {str(check["name"]) for name in names for check in inspector.get_check_constraints(name)}


def triggers() -> set[str]:
    with db.engine.connect() as connection:
        statement = TRIGGERS[db.engine.dialect.name]
        return set(connection.execute(sa.text(statement)).scalars())


def test_migrations_make_exactly_the_tables_of_the_models(app: Flask) -> None:
    assert differences() == []
    assert checks_of_database() == checks_of_models()


def test_down_to_nothing_and_up_again(app: Flask) -> None:
    before = triggers()

    downgrade(revision="base")
    left, left_triggers = sa.inspect(db.engine).get_table_names(), triggers()
    upgrade()

    assert (left, left_triggers) == (["alembic_version"], set())
    assert differences() == []
    assert triggers() == before
    assert before != set()


def test_a_filled_register_keeps_its_rows_one_step_down_and_up(app: Flask) -> None:
    before, rows = triggers(), _count()

    downgrade(revision="0001")
    between = triggers()
    upgrade()

    assert between == set()
    assert triggers() == before
    assert _count() == rows
    assert rows["goal_version"] > 0
    assert read_revision(db.engine) == newest_revision()


def _count() -> dict[str, int]:
    with db.engine.connect() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in Base.metadata.tables.items()
        }


def test_revisions_are_one_line() -> None:
    files = sorted(Path("migrations/versions").glob("0*.py"))

    assert [file.name[:4] for file in files] == [f"{n:04d}" for n in range(1, len(files) + 1)]


def test_releases_and_checks_go_with_their_tables_and_can_be_made_anew(app: Flask) -> None:
    with clock.set_to(NOW):
        workshops(4)
        a_result(drawn(a_draw("2"))[0])
        a_release()
    db.session.commit()
    db.session.remove()
    before = triggers()

    downgrade(revision="0003")
    left, kept = triggers(), sa.inspect(db.engine).get_table_names()
    upgrade()

    own = {"release", "draw", "draw_entry", "check_result", "plan_version"}  # and what came after
    assert own & set(kept) == set()
    assert {name for name in before - left if name.partition("_no_")[0] in own} == before - left
    assert triggers() == before
    assert differences() == []
    assert {name: count for name, count in _count().items() if name in own} == dict.fromkeys(own, 0)
    with clock.set_to(NOW):
        a_draw("2", at=NOW)
        assert a_release(at=NOW).revision == 1


def test_sign_ups_under_way_and_refusals_are_taken_over(app: Flask) -> None:
    waiting = a_user(Role.MEMBER, membership=Membership.ASKED)
    waiting.email_confirmed_at, waiting.phone = None, "13812345678"
    refused, officer = a_user(Role.MEMBER, membership=Membership.REFUSED), a_user(Role.OFFICER)
    make_link(Purpose.CONFIRM, email=waiting.email, at=NOW)
    note("membership_refused", user_id=refused.id, actor_id=officer.id, at=NOW)
    expected = (
        (waiting.enterprise.uscc if waiting.enterprise else "", waiting.name, "13812345678"),
        (refused.id, refused.enterprise_id, officer.id, NOW),
    )
    db.session.commit()
    db.session.remove()

    downgrade(revision="0009")
    upgrade()

    pending, turned_away = PendingSignUp, TurnedAway
    assert db.session.execute(sa.select(pending.uscc, pending.name, pending.phone)).all() == [
        expected[0]
    ]
    assert db.session.execute(
        sa.select(turned_away.user_id, turned_away.enterprise_id, turned_away.by_id, turned_away.at)
    ).all() == [expected[1]]

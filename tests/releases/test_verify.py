"""What is altered in a release by hand is named by the proof, and refused by the database."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from registry.ledger.chain import canonical
from registry.ledger.service import deed
from registry.ledger.verify import verify
from registry.releases.models import Release
from tests.ledger.test_verify import change, named
from tests.releases.factories import a_history, a_release, later_changes


@pytest.fixture
def release(app: Flask) -> Release:
    """A release with later changes, and a proof that all is well."""
    _, there = a_history()
    release = a_release()
    later_changes(there)
    db.session.commit()
    assert verify().fault is None
    return release


@pytest.mark.parametrize(
    "what",
    [
        "name = '别的名字'",
        "signer_name = '别人'",
        "as_of = '2026-10-30'",
        "head_hash = '0'",
        "head_sequence = head_sequence - 1",
        "figures = replace(figures, '331', '332')",
    ],
)
def test_a_release_changed_by_hand_is_named(release: Release, what: str) -> None:
    sequence = release.sequence

    change(f"update release set {what} where sequence = {sequence}")

    assert named() == f"release, sequence {sequence}"


def test_a_release_taken_out_by_hand_is_missed(release: Release) -> None:
    sequence = release.sequence

    change(f"delete from release where sequence = {sequence}")

    assert named() == f"release, sequence {sequence}"


def test_figures_that_the_ledger_does_not_give_are_named(release: Release) -> None:
    """Row and event agree, and neither is what the postings say."""
    figures = release.frozen
    figures["goals"][0]["counted"] += 1
    told = {
        "month": "2026-09-01",
        "revision": 1,
        "as_of": "2026-09-30",
        "name": "2026年9月月报",
        "signer_name": "周副局长",
        "signer_office": "苏州市工业和信息化局",
        "reason": "",
        "head_sequence": release.head_sequence,
        "head_hash": release.head_hash,
        "figures": figures,
    }
    with deed(by=None, cause="release") as opened:
        opened.record("figures_released", told)
        days = {name: date.fromisoformat(str(told[name])) for name in ("month", "as_of")}
        row = {**told, **days, "figures": canonical(figures)}
        db.session.add(Release(sequence=opened.sequence, **row))

    assert str(verify().fault) == (
        f"release, sequence {opened.sequence}: 所载数字与台账在 #{release.head_sequence} 时"
        "对 2026-09-30 得出的数字不符。"
    )


@pytest.mark.parametrize(
    "statement", ["update release set name = 'x'", "delete from release", "insert or replace"]
)
def test_the_database_refuses_to_change_a_release(release: Release, statement: str) -> None:
    if statement.startswith("insert"):
        if db.engine.dialect.name != "sqlite":
            return
        statement = "insert or replace into release select * from release"

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text(statement))

"""A set-up register has its districts, its programme and its four goals."""

from __future__ import annotations

from flask import Flask

from registry.core.database import db
from registry.districts.queries import list_districts
from registry.ledger.models import Seal
from registry.programme.queries import get_programme


def test_register_starts_with_ten_districts_and_four_sealed_goals(app: Flask) -> None:
    districts = list_districts()

    assert [d.position for d in districts] == list(range(1, 11))
    assert len(get_programme().goals) == 4
    assert db.session.query(Seal).count() == 4


def test_health_is_told_without_signing_in(app: Flask) -> None:
    assert app.test_client().get("/healthz").status_code == 200
    assert app.test_client().get("/readyz").status_code == 200

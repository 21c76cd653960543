"""A browser that leaves the test's own objects readable."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from registry.accounts.models import User
from registry.applications.models import Application
from registry.core.database import db
from tests.conftest import SignedIn


@pytest.fixture
def enter(sign_in: SignedIn) -> SignedIn:
    """Return a function that signs a person in; what the test holds stays as it was before."""

    def open_browser(user: User) -> FlaskClient:
        db.session.commit()
        held = list(db.session)
        for item in held:
            db.session.refresh(item)
        for case in (item for item in held if isinstance(item, Application)):
            _ = (case.enterprise, case.holder, case.district, case.remarks)
            _ = (case.entry, case.amends, case.started_by)
        db.session.expunge_all()
        return sign_in(user)

    return open_browser

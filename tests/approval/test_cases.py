"""The list of all cases: narrowed, taken as a file, cheap whatever its length."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from registry.accounts.roles import Role
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.database import db
from tests.applications.factories import (
    AT,
    a_claimed,
    a_filed,
    act,
    approval_of,
)
from tests.approval.factories import an_officer
from tests.conftest import SignedIn
from tests.factories import a_user
from tests.statements import counted_statements

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.set_to(AT):
        yield


def test_all_cases_can_be_narrowed_and_taken_as_a_file(enter: SignedIn) -> None:
    officer = an_officer()
    approved = a_claimed(officer)
    act(approved, Action.APPROVE, by=officer, given=approval_of(approved))
    waiting = a_filed()
    waiting.enterprise.name = "=公式有限公司"
    browser = enter(officer)

    only = browser.get("/approval/cases?status=approved").text
    file = browser.get("/approval/cases.csv?status=submitted").text

    assert (approved.number in only, waiting.number in only) == (True, False)
    assert (approved.number in file, waiting.number in file) == (False, True)
    assert "'=公式有限公司" in file


def test_a_page_of_cases_needs_the_same_statements_for_one_row_and_for_three(
    app: Flask, enter: SignedIn
) -> None:
    browser = enter(a_user(Role.ADMINISTRATOR))
    counts = []
    for more in (1, 2):
        for _ in range(more):
            a_filed()
        db.session.commit()
        with counted_statements() as statements:
            browser.get("/approval/cases")
        counts.append(len(statements))

    assert counts[0] == counts[1]

"""What was looked at before the lock holds under it, until something is recorded that matters."""

from __future__ import annotations

from flask import Flask

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications.looking import Looked, look
from registry.applications.models import Application
from registry.applications.workflow import Action
from registry.programme.kinds import Kind
from tests.applications.factories import (
    a_claimed,
    a_filed,
    a_member,
    a_robot_row,
    act,
    an_approved,
    approval_of,
    robot_words,
)
from tests.factories import a_user, an_enterprise
from tests.importing.factories import FACTORY, import_lines


def looked_at(case: Application) -> Looked:
    assert case.holder is not None
    found = look(case.id, by=case.holder)
    assert found is not None
    return found


def an_officer() -> User:
    return a_user(Role.OFFICER)


def test_it_holds_while_nothing_is_recorded(app: Flask) -> None:
    case = a_claimed(an_officer())
    assert looked_at(case).holds(case)


def test_it_holds_while_others_are_at_work(app: Flask) -> None:
    officer = an_officer()
    case = a_claimed(officer, words=robot_words(2))
    looked = looked_at(case)
    an_approved(officer, words=robot_words(2))
    a_filed(words=robot_words(2))
    assert looked.holds(case)


def test_it_does_not_hold_for_another_version(app: Flask) -> None:
    officer = an_officer()
    case = a_claimed(officer)
    looked = looked_at(case)
    case.version += 1
    assert not looked.holds(case)


def test_the_same_firm_may_have_made_it_another(app: Flask) -> None:
    officer, firm = an_officer(), an_enterprise()
    case = a_claimed(officer, by=a_member(firm))
    looked = looked_at(case)
    a_filed(by=a_member(firm), words=robot_words(1))
    assert not looked.holds(case)


def test_the_same_serial_may_have_come_elsewhere(app: Flask) -> None:
    officer, row = an_officer(), a_robot_row()
    case = a_claimed(officer, words={**robot_words(1), "rows": [row]})
    looked = looked_at(case)
    other = {**row, "invoice_no": "26320000000000009999"}
    a_filed(words={**robot_words(1), "rows": [other]})
    assert not looked.holds(case)


def test_a_list_may_have_brought_anything(app: Flask) -> None:
    case = a_claimed(an_officer())
    looked = looked_at(case)
    import_lines(FACTORY)
    assert not looked.holds(case)


def test_an_approval_between_look_and_lock_is_seen(app: Flask) -> None:
    officer, firm = an_officer(), an_enterprise()
    one = a_claimed(officer, by=a_member(firm), kind=Kind.SMART_WORKSHOP)
    two = a_claimed(officer, by=a_member(firm), kind=Kind.SMART_WORKSHOP)
    looked = looked_at(two)
    act(one, Action.APPROVE, by=officer, given=approval_of(one))
    assert not looked.holds(two)
    assert [suspicion.code for suspicion in looked.suspicions] == []
    assert [suspicion.code for suspicion in looked_at(two).suspicions] == ["title"]

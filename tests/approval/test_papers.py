"""Papers of a case: who may open which."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from registry.accounts.roles import Role
from registry.applications.queries import list_attachments
from registry.core import clock
from tests.applications.factories import AT, a_claimed
from tests.approval.factories import an_officer
from tests.conftest import SignedIn
from tests.factories import a_user


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.set_to(AT):
        yield


def test_papers_that_name_persons_are_held_back_from_leaders(app: Flask, enter: SignedIn) -> None:
    case = a_claimed(an_officer())
    files = {file.slot: file for file in list_attachments(case.id)}
    for file in files.values():
        store: Path = app.config["SETTINGS"].attachments_dir
        store.mkdir(parents=True, exist_ok=True)
        (store / file.stored_as).write_bytes(b"%PDF-1.7")
    addresses = {
        slot: f"/applications/{case.id}/attachments/{file.id}" for slot, file in files.items()
    }
    browser = enter(a_user(Role.LEADER))

    page = browser.get(f"/approval/cases/{case.id}").text
    answers = {slot: browser.get(address) for slot, address in addresses.items()}

    open_ = {slot for slot, answer in answers.items() if answer.status_code == 200}
    assert open_ == {"licence", "invoice", "nameplate", "photo"}
    assert {answers[slot].status_code for slot in files.keys() - open_} == {404}
    assert {slot for slot, file in files.items() if file.name in page} == open_
    for answer in answers.values():
        answer.close()

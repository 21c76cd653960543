"""GET /api/v1/tally: who may ask, what is answered, and what is refused in a plain sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any  # JSON

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.models import ApiToken, User
from registry.accounts.roles import Role
from registry.accounts.sessions import hash_key
from registry.core.database import db
from registry.districts.queries import list_districts
from registry.ledger.answers import read_tally, to_json
from registry.ledger.goals import allocate
from registry.ledger.heads import parse_as_of, parse_known_at, read_head
from registry.programme.kinds import Kind
from registry.programme.models import Goal
from tests.conftest import STARTS_ON, SignedIn
from tests.factories import AT, a_user
from tests.ledger.register import Register

ADDRESS = "/api/v1/tally"


@pytest.fixture
def register(app: Flask) -> Register:
    register = Register(12)
    for _ in range(12):
        register.act()
    goal = db.session.query(Goal).filter_by(kind=Kind.SMART_FACTORY).one()
    allocate(goal, {register.districts[0]: 2}, effective_on=STARTS_ON, by=None)
    db.session.commit()
    return register


def _token(maker: User, key: str) -> ApiToken:
    token = ApiToken(key_hash=hash_key(key), label="test", made_by_id=maker.id, made_at=AT)
    db.session.add(token)
    db.session.commit()
    return token


def _told(answer: TestResponse) -> dict[str, Any]:
    told = answer.get_json()
    assert isinstance(told, dict)
    return told


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_it_answers_exactly_what_was_promised(register: Register, sign_in: SignedIn) -> None:
    answer = _told(sign_in(a_user(Role.LEADER)).get(f"{ADDRESS}?as_of=2025-01-15"))

    head = read_head()
    counted = register.world.count(parse_as_of("2025-01-15"))
    totals = dict.fromkeys(Kind, 0)
    for (_, measure, _), quantity in counted.items():
        kind = {"robot": Kind.ROBOT_DEPLOYMENT}.get(measure, measure)
        if kind in totals:
            totals[Kind(kind)] += quantity
    assert list(answer) == sorted(answer)
    assert {key: answer[key] for key in ("as_of", "known_at", "sequence", "head")} == {
        "as_of": "2025-01-15",
        "known_at": head.recorded_at.isoformat(),
        "sequence": head.sequence,
        "head": head.hash,
    }
    assert answer["goals"][0] == {
        "kind": "smart_factory",
        "unit": "家",
        "target": 10,
        "counted": totals[Kind.SMART_FACTORY],
        "pipeline": 0,
        "apart": {},
        "milestones": [],
        "source": "苏府办〔2017〕173号",
        "checked": {"quantity": 0, "in_order": 0, "sequence": None},
    }
    assert [goal["counted"] for goal in answer["goals"]] == list(totals.values())
    assert list(answer["goals"][3]["apart"]) == ["mobile_robot"]
    assert [line["code"] for line in answer["districts"]] == [d.code for d in list_districts()]
    assert answer["districts"][0]["allocated"] == {
        "smart_factory": 2,
        "smart_workshop": None,
        "equipment_upgrade": None,
        "robot_deployment": None,
    }
    for goal in answer["goals"]:
        kind = goal["kind"]
        assert sum(line["counted"][kind] for line in answer["districts"]) == goal["counted"]


def test_as_known_earlier_it_answers_what_it_answered_then(
    register: Register, sign_in: SignedIn
) -> None:
    browser = sign_in(a_user(Role.LEADER))
    then = _told(browser.get(f"{ADDRESS}?as_of=2025-01-15&known_at=%238"))
    register.act()

    assert _told(browser.get(f"{ADDRESS}?as_of=2025-01-15&known_at=%238")) == then
    assert then["sequence"] == 8
    assert then["known_at"] == "#8"


def test_a_token_reads_what_its_maker_may_read_until_it_ends(
    register: Register, client: FlaskClient
) -> None:
    maker = a_user(Role.ADMINISTRATOR)
    token_id = _token(maker, "right").id
    assert client.get(ADDRESS, headers=_bearer("right")).status_code == 200
    assert client.get(ADDRESS, headers=_bearer("wrong")).status_code == 401
    assert client.get(ADDRESS, headers={"Authorization": "Basic right"}).status_code == 401

    db.session.get_one(ApiToken, token_id).ended_at = AT
    db.session.commit()
    ended = client.get(ADDRESS, headers=_bearer("right"))

    assert (ended.status_code, ended.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert list(_told(ended)) == ["message", "reference", "status"]


def test_a_token_of_a_closed_account_is_dead(register: Register, client: FlaskClient) -> None:
    maker = a_user(Role.ADMINISTRATOR)
    _token(maker, "right")
    maker.closed_at = AT
    db.session.commit()

    assert client.get(ADDRESS, headers=_bearer("right")).status_code == 401


def test_a_visitor_without_a_token_gets_nothing(register: Register, client: FlaskClient) -> None:
    assert client.get(ADDRESS).status_code == 401


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("as_of=2026-02-30", "YYYY-MM-DD"),
        ("as_of=yesterday", "YYYY-MM-DD"),
        ("as_of=20260101", "YYYY-MM-DD"),
        ("as_of=2099-01-01", "尚未到来"),
        ("as_of=%ED%A0%80", "YYYY-MM-DD"),
        ("known_at=2099-01-01", "今后"),
        ("known_at=2026-01-01T08:00:00", "时区"),
        ("known_at=0001-01-01T00:00:00%2B08:00", "时区"),
        ("known_at=%23999999", "#999999"),
        ("known_at=%23-1", "时区"),
    ],
)
def test_a_bad_date_gets_one_plain_sentence(
    app: Flask, sign_in: SignedIn, query: str, word: str
) -> None:
    answer = sign_in(a_user(Role.LEADER)).get(f"{ADDRESS}?{query}")

    assert answer.status_code == 422
    assert word in _told(answer)["message"]


def test_a_day_of_knowing_includes_its_end_in_suzhou(app: Flask) -> None:
    known_at = parse_known_at("2025-11-22")

    assert known_at is not None
    assert known_at.moment == datetime(2025, 11, 22, 15, 59, 59, 999999, tzinfo=UTC)
    blank = parse_known_at("2025-11-22T08:00:00 08:00")
    assert blank is not None
    assert blank.moment == datetime(2025, 11, 22, tzinfo=UTC)
    answer = to_json(read_tally(parse_as_of("2025-01-01"), parse_known_at("2024-12-31")))
    assert (answer["sequence"], answer["head"], answer["goals"][0]["target"]) == (0, "0" * 64, None)


def test_whatever_is_refused_is_said_in_a_sentence(app: Flask) -> None:
    browser = app.test_client()
    answers = [browser.get("/api/v1/nothing"), browser.get(ADDRESS), browser.put(ADDRESS)]

    told = [(answer.status_code, answer.get_json()["message"]) for answer in answers]

    assert told == [
        (404, "这里没有您能看的内容"),
        (401, "请先登录，或提供有效的令牌（Authorization: Bearer …）。"),
        (405, "这个地址不能这样打开"),
    ]

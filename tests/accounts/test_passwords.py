"""Which passwords are taken, and that every character counts."""

from __future__ import annotations

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from registry.accounts.passwords import check_password, hash_password, is_password
from registry.core.errors import Invalid


@pytest.mark.parametrize(
    "password", ["短小密码只有八个", "1234567890", "abcdefghijkl", "aaaaaaaaaaaa", "x" * 129]
)
def test_weak_ones_are_refused(password: str) -> None:
    with pytest.raises(Invalid):
        check_password(password)


def test_the_most_used_ones_are_refused() -> None:
    taken = []
    for password in list(FREQUENCY_LISTS["passwords"])[:3000]:
        try:
            check_password(password)
        except Invalid:
            continue
        taken.append(password)

    assert taken == []


@pytest.mark.parametrize("password", ["隼茂精密2026", "wang.siyuan@sunmao", "91320583MA0000017T!"])
def test_what_others_know_is_refused(password: str) -> None:
    known = ("隼茂精密", "wang.siyuan@sunmao.example", "wang.siyuan", "91320583MA0000017T")
    with pytest.raises(Invalid):
        check_password(password, known=known)


@pytest.mark.parametrize(
    "password", ["  枫桥夜泊 江枫渔火  ", "🦢🦢🐟🐟 lake swan", "p" + "q r" * 42]
)
def test_any_characters_are_taken_as_typed(password: str) -> None:
    check_password(password)
    stored = hash_password(password)

    assert is_password(password, stored)
    assert not is_password(password.strip() + " ", stored)
    assert not is_password(password + ".", stored)


def test_nobodys_password_is_never_right() -> None:
    assert not is_password("nobody has this password", None)
    assert not is_password("", None)

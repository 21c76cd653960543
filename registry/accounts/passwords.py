"""Passwords: argon2id, equal time for accounts that do not exist, common ones refused off-line."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from registry.core.errors import Invalid
from registry.core.language import _
from registry.core.lazily import lazily

if TYPE_CHECKING:
    from zxcvbn import frequency_lists
else:
    frequency_lists = lazily("zxcvbn.frequency_lists")

LENGTH_MIN, LENGTH_MAX = 10, 128
CONTEXT_MIN = 4
CONTEXT_REST_MIN = 8

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobodys_hash() -> str:
    """Return a hash that no password fits, so that a guess at nobody takes as long."""
    return _hasher.hash("nobody has this password")


@cache
def _common() -> frozenset[str]:
    """Return the 30,000 most used passwords and the words people think of first."""
    return frozenset(word for words in frequency_lists.FREQUENCY_LISTS.values() for word in words)


def hash_password(password: str) -> str:
    """Return what is stored of a password; every character counts as it was typed."""
    return _hasher.hash(password)


def is_password(password: str, stored: str | None) -> bool:
    """Say whether a password is the stored one; nobody's (None) takes as long, is never right."""
    if len(password) > LENGTH_MAX:
        password = ""
    try:
        _hasher.verify(stored or _nobodys_hash(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Say whether a stored hash was made with other costs than today's."""
    return _hasher.check_needs_rehash(stored)


def check_password(password: str, *, known: Iterable[str] = (), field: str = "password") -> None:
    """Raise Invalid where a new password is too short, too long, common or easily derived.

    `known` is what others know of the person: address, name, credit code, name of the firm.
    """
    if len(password) < LENGTH_MIN:
        raise Invalid(
            _("Use at least %(num)s characters; three or four words will do.", num=LENGTH_MIN),
            field=field,
        )
    if len(password) > LENGTH_MAX:
        raise Invalid(_("Use at most %(num)s characters.", num=LENGTH_MAX), field=field)
    plain = password.casefold()
    if plain in _common() or plain.rstrip("0123456789!@#$%.") in _common() or _is_pattern(plain):
        raise Invalid(
            _("This password is among the first that are tried. Choose another."), field=field
        )
    for word in known:
        if _contains(plain, word.casefold()):
            raise Invalid(
                _("This password contains your name, address or code. Choose another."),
                field=field,
            )


def _is_pattern(plain: str) -> bool:
    """Say whether a password repeats a few characters or runs along the alphabet or the digits."""
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    return len(set(plain)) <= 2 or steps in ({1}, {-1})


def _contains(plain: str, word: str) -> bool:
    if len(word) < CONTEXT_MIN or word not in plain:
        return False
    return len(plain.replace(word, "")) < CONTEXT_REST_MIN

"""How accounts write to people: notices stand on a higher floor, so the factory hands them in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from flask_babel import force_locale

SITE = "{site}"  # stands in a letter for the address of this register; delivery fills it in


class Tell(Protocol):
    """Put one mail into the outbox."""

    def __call__(self, *, to: str, subject: str, body: str, at: datetime) -> object: ...


class _Post:
    tell: Tell | None = None


def use(tell: Tell) -> None:
    """Say what puts mails into the outbox; called once, by the factory."""
    _Post.tell = staticmethod(tell)


def write(
    letter: Callable[[], tuple[object, object]], *, to: str, language: str, at: datetime
) -> None:
    """Write one letter in its reader's language; `letter` returns subject and body."""
    if _Post.tell is None:
        raise RuntimeError("no post: the factory has not said how mails are sent")
    with force_locale(language):
        subject, body = (str(text) for text in letter())
    _Post.tell(to=to, subject=subject, body=body, at=at)

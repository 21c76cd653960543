"""Put a mail into the outbox; it is delivered afterwards, never within a request."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from registry.core.database import db
from registry.notices.models import Notice

SUBJECT_MAX = 200


def tell(
    *, to: str, subject: str, body: str, at: datetime, application_id: int | None = None
) -> Notice:
    """Write one mail to one address into the outbox.

    `{site}` in the body becomes the address of this register at delivery. Subject and address are
    one line each, whatever was typed into a name.
    """
    notice = Notice(
        to=_one_line(to),
        subject=_one_line(subject)[:SUBJECT_MAX],
        body=body.replace("\x00", ""),
        application_id=application_id,
        made_at=at,
        send_at=at,
    )
    db.session.add(notice)
    return notice


def _one_line(text: str) -> str:
    plain = "".join(" " if _breaks(character) else character for character in text)
    return " ".join(plain.split())


def _breaks(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}

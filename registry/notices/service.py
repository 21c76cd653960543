"""Put a mail into the outbox; it is delivered afterwards, never within a request."""

from __future__ import annotations

from datetime import datetime

from registry.core.database import db
from registry.notices.models import Notice


def tell(
    *, to: str, subject: str, body: str, at: datetime, application_id: int | None = None
) -> Notice:
    """Write one mail to one address into the outbox."""
    notice = Notice(
        to=to,
        subject=subject[:200],
        body=body,
        application_id=application_id,
        made_at=at,
        send_at=at,
    )
    db.session.add(notice)
    return notice

"""How a desk is doing: what it decided this week, how long that took, how much of it in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import median

from registry.accounts.models import User
from registry.applications.deadlines import DECISION_DAYS, days_left
from registry.applications.models import Application
from registry.applications.queries import visible_to
from registry.applications.status import Status
from registry.core.clock import PLACE, day_of
from registry.core.database import db

BY_THE_DESK = frozenset({Status.APPROVED, Status.REJECTED})


@dataclass(frozen=True)
class Week:
    """Cases decided since Monday; working days the desk had them (median), per cent in time.

    The days while a case was returned do not count, as they do not count against the promise.
    """

    decided: int
    median_days: float | None
    share_in_time: float | None


def figures_of_week(actor: User, *, at: datetime) -> Week:
    """Return the figures of the week in which a moment falls."""
    today = day_of(at)
    monday = today - timedelta(days=today.weekday())
    rows = db.session.execute(
        visible_to(actor)
        .where(Application.status.in_(BY_THE_DESK))
        .where(Application.decided_at >= datetime.combine(monday, time(), tzinfo=PLACE))
        .where(Application.decided_at <= at)
        .with_only_columns(Application.decided_at, Application.due_on)
    ).all()
    left = [days_left(day_of(at_), due_on) for at_, due_on in rows if at_ is not None]
    if not left:
        return Week(0, None, None)
    in_time = 100 * sum(days >= 0 for days in left) / len(left)
    return Week(len(left), median(DECISION_DAYS - days for days in left), in_time)

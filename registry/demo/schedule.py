"""Which cases there are: decided ones through the years, open ones around today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle
from random import Random

from registry.core.working_days import is_working_day
from registry.demo.cases import Plan
from registry.demo.names import Firm
from registry.demo.plan import FACTORY, ROBOTS, SHOWN_DISTRICT, UPGRADE, WORKSHOP
from registry.programme.kinds import Kind

APPROVED = {FACTORY: 2, WORKSHOP: 12, UPGRADE: 36, ROBOTS: 34}
FACTORY_DISTRICTS = ("320583", "320582")
ROBOT_ROWS = (5, 8, 12, 16, 20, 26, 38, 47)
MOBILE_IN_LARGE, LARGE = 3, 30
SHOWN_ROBOTS = 331
DAYS_BACK = (24, 330)
CLAIM_STANDS = timedelta(days=13)

# Open cases by the working days since they were filed, and how far each has come since.
OPEN_SHOWN = (
    (24, "claim"),
    (22, "claim"),
    (21, "new"),
    (20, "claim"),
    (20, "claim"),
    (20, "new"),
    (20, "new"),
    (16, "answered"),
    (15, "answered"),
    (14, "answered"),
    (13, "answered"),
    (9, "returned"),
    (8, "returned"),
    (7, "claim"),
    (6, "new"),
    (5, "new"),
    (4, "new"),
    (3, "new"),
    (3, "new"),
    (2, "new"),
    (1, "new"),
    (1, "draft"),
)
OPEN_ELSEWHERE = (
    (22, "claim"),
    (17, "answered"),
    (11, "returned"),
    (6, "claim"),
    (3, "new"),
    (2, "new"),
)
# Cases decided lately, by the working days since then.
RECENT = (
    (WORKSHOP, 4),
    (UPGRADE, 4),
    (ROBOTS, 3),
    (UPGRADE, 3),
    (WORKSHOP, 2),
    (ROBOTS, 2),
    (UPGRADE, 1),
    (ROBOTS, 1),
)
RECENT_DISTRICTS = (SHOWN_DISTRICT, "320582", "320571", "320509", "320581")
REVIEW_DAYS = (5, 14)
CLOSED = ("reject", "withdraw")
CLOSED_CASES = 12
KINDS_IN_TURN = (ROBOTS, UPGRADE, ROBOTS, WORKSHOP, UPGRADE, ROBOTS, UPGRADE)


def plan_cases(random: Random, firms: Sequence[Firm], *, today: date) -> list[Plan]:
    """Plan all cases; each has a firm of its own."""
    pool = list(firms)
    random.shuffle(pool)
    free = {code: [f for f in pool if f.district == code] for code in {f.district for f in pool}}
    codes = sorted(free)
    shown = free[SHOWN_DISTRICT].pop()
    plans = _shown_cases(random, shown, today=today)
    plans += [
        _open_case(random, free[SHOWN_DISTRICT], kind, case, today=today)
        for case, kind in zip(OPEN_SHOWN, cycle(KINDS_IN_TURN), strict=False)
    ]
    for code in codes:
        if code != SHOWN_DISTRICT:
            for case, kind in zip(OPEN_ELSEWHERE, cycle(KINDS_IN_TURN), strict=False):
                plans.append(_open_case(random, free[code], kind, case, today=today))
    districts = cycle([code for code in codes if code != "320508"])
    for kind, count in APPROVED.items():
        places = cycle(FACTORY_DISTRICTS) if kind is FACTORY else districts
        plans += [
            _decided_case(random, free[next(places)], kind, today=today) for _ in range(count)
        ]
    plans += [
        _closed_case(random, free[next(districts)], end, today=today)
        for end, _ in zip(cycle(CLOSED), range(CLOSED_CASES), strict=False)
    ]
    places = cycle(RECENT_DISTRICTS)
    plans += [
        _recent_case(random, free[next(places)], kind, ago=ago, today=today) for kind, ago in RECENT
    ]
    return plans


def _shown_cases(random: Random, firm: Firm, *, today: date) -> list[Plan]:
    """Plan the cases of the one firm whose account is shown: something of everything."""
    cases = (
        (WORKSHOP, (9, "returned")),
        (ROBOTS, (1, "draft")),
        (ROBOTS, (12, "answered")),
        (UPGRADE, (4, "new")),
    )
    plans = [_open_case(random, [firm], kind, case, today=today) for kind, case in cases]
    plans[1] = replace(plans[1], robots=SHOWN_ROBOTS)
    decided = [_decided_case(random, [firm], kind, today=today) for kind in (WORKSHOP, ROBOTS)]
    return [*plans, *decided, _closed_case(random, [firm], "reject", today=today)]


def reached_by(plans: Sequence[Plan]) -> Counter[tuple[str, Kind]]:
    """Count what the approved cases reach, by district and kind, mobile robots left out."""
    reached: Counter[tuple[str, Kind]] = Counter()
    for plan in plans:
        if plan.steps[-1][1] == "approve":
            mobile = MOBILE_IN_LARGE if plan.robots > LARGE else 0
            reached[plan.firm.district, plan.kind] += (plan.robots - mobile) if plan.robots else 1
    return reached


def _rows(random: Random, kind: Kind) -> int:
    return random.choice(ROBOT_ROWS) if kind is ROBOTS else 0


def _open_case(
    random: Random, firms: list[Firm], kind: Kind, case: tuple[int, str], *, today: date
) -> Plan:
    ago, state = case
    filed = _working_days_ago(today, ago)
    steps = [(filed - timedelta(days=2), "start")]
    if state != "draft":
        steps.append((filed, "submit"))
    if state == "claim":
        steps.append((_working_days_ago(today, max(1, min(7, ago - 2))), "claim"))
    if state in {"answered", "returned"}:
        steps.append((_working_days_ago(today, ago - 3), "claim"))
        steps.append((_working_days_ago(today, ago - 5), "return"))
    if state == "answered":
        steps.append((_working_days_ago(today, max(1, ago - 11)), "answer"))
    return Plan(kind, firms.pop(), tuple(steps), _rows(random, kind), random.randint(0, 1))


def _decided_case(random: Random, firms: list[Firm], kind: Kind, *, today: date) -> Plan:
    start = today - timedelta(days=random.randint(*DAYS_BACK))
    filed = _next_working_day(start + timedelta(days=1))
    claimed = _next_working_day(filed + timedelta(days=random.randint(1, 4)))
    steps = [(start, "start"), (filed, "submit"), (claimed, "claim")]
    if random.random() < 0.3:
        returned = _next_working_day(claimed + timedelta(days=1))
        answered = _next_working_day(returned + timedelta(days=random.randint(2, 6)))
        again = _next_working_day(answered + timedelta(days=1))
        steps += [(returned, "return"), (answered, "answer"), (again, "claim")]
    held_from = steps[-1][0]
    decided = _next_working_day(held_from + timedelta(days=random.randint(2, 8)))
    decided = min(decided, held_from + CLAIM_STANDS)
    steps.append((decided, "approve"))
    return Plan(kind, firms.pop(), tuple(steps), _rows(random, kind), random.randint(0, 1))


def _recent_case(random: Random, firms: list[Firm], kind: Kind, *, ago: int, today: date) -> Plan:
    """Plan a case that was approved so many working days ago."""
    filed = _working_days_ago(today, ago + random.randint(*REVIEW_DAYS))
    steps = (
        (filed - timedelta(days=1), "start"),
        (filed, "submit"),
        (_working_days_ago(today, ago + 2), "claim"),
        (_working_days_ago(today, ago), "approve"),
    )
    return Plan(kind, firms.pop(), steps, _rows(random, kind), random.randint(0, 1))


def _closed_case(random: Random, firms: list[Firm], end: str, *, today: date) -> Plan:
    plan = _decided_case(random, firms, random.choice((UPGRADE, ROBOTS)), today=today)
    decided = plan.steps[-1][0]
    return Plan(plan.kind, plan.firm, (*plan.steps[:-1], (decided, end)), plan.robots, plan.officer)


def _working_days_ago(day: date, count: int) -> date:
    while count > 0:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day


def _next_working_day(day: date) -> date:
    while not is_working_day(day):
        day += timedelta(days=1)
    return day

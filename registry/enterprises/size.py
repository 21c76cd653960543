"""The size of an industrial enterprise (统计上大中小微型企业划分办法, 2017)."""

from __future__ import annotations

from decimal import Decimal

from registry.enterprises.models import Size

LINES = (
    (Size.LARGE, 1_000, Decimal(40_000)),
    (Size.MEDIUM, 300, Decimal(2_000)),
    (Size.SMALL, 20, Decimal(300)),
)


def compute_size(employees: int | None, revenue_wan: Decimal | None) -> Size | None:
    """Return the highest class of which both lines are met; None where a figure is missing.

    `employees` in persons, `revenue_wan` of the last year in 万元.
    """
    if employees is None or revenue_wan is None:
        return None
    for size, least_employees, least_revenue in LINES:
        if employees >= least_employees and revenue_wan >= least_revenue:
            return size
    return Size.MICRO

"""The size of an enterprise: both lines must be met."""

from __future__ import annotations

from decimal import Decimal

import pytest

from registry.enterprises.models import Size
from registry.enterprises.size import compute_size


@pytest.mark.parametrize(
    ("employees", "revenue", "size"),
    [
        (1_000, "40000", Size.LARGE),
        (999, "40000", Size.MEDIUM),
        (1_000, "39999.99", Size.MEDIUM),
        (300, "2000", Size.MEDIUM),
        (299, "50000", Size.SMALL),
        (20, "300", Size.SMALL),
        (19, "300", Size.MICRO),
        (5_000, "0", Size.MICRO),
        (0, "0", Size.MICRO),
    ],
)
def test_both_lines_must_be_met(employees: int, revenue: str, size: Size) -> None:
    assert compute_size(employees, Decimal(revenue)) is size


def test_size_is_unknown_while_a_figure_is() -> None:
    assert compute_size(None, Decimal(1)) is None
    assert compute_size(1, None) is None

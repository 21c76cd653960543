"""The lines of the trends and the squares of the map; no database."""

from __future__ import annotations

from datetime import date

import pytest

from registry.programme.plan import Milestone
from registry.start import DISTRICTS
from registry.tally.geometry import Lines, draw_lines, end_of_month, level_of, list_places


def a_drawing(
    totals: list[tuple[date, int]], *, as_of: date, target: int = 100, counted: int = 0
) -> Lines:
    return draw_lines(
        totals,
        target=target,
        counted=counted,
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 12, 31),
        as_of=as_of,
    )


def test_line_starts_at_nothing_and_ends_on_the_day_asked_for() -> None:
    months = [(date(2025, 1, 1), 30), (date(2025, 2, 1), 50)]

    lines = a_drawing(months, as_of=date(2025, 3, 14), counted=61)

    top = 100 * 1.22
    assert lines.points == (
        (0.0, 0.0),
        (round(31 / 365, 4), round(30 / top, 4)),
        (round(59 / 365, 4), round(50 / top, 4)),
        (round(73 / 365, 4), round(61 / top, 4)),
    )
    assert lines.plan == ((0.0, 0.0), (1.0, round(100 / top, 4)))
    assert [text for _, text in lines.grid] == ["50", "100"]


def test_before_the_start_there_is_no_line() -> None:
    lines = a_drawing([], as_of=date(2024, 5, 1))

    assert (lines.points, lines.now) == ((), None)


def test_after_the_end_the_axis_goes_on_and_the_plan_line_stops_at_the_end() -> None:
    lines = a_drawing([], as_of=date(2026, 12, 31), counted=90)

    assert lines.plan[-1][0] == 0.5
    assert lines.points[-1][0] == 1.0


def test_plan_line_bends_at_the_milestones() -> None:
    lines = draw_lines(
        [],
        target=100,
        counted=0,
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 12, 31),
        as_of=date(2025, 6, 1),
        milestones=[Milestone(date(2025, 3, 14), 61)],
    )

    top = 100 * 1.22
    bend = (round(73 / 365, 4), round(61 / top, 4))
    assert lines.plan == ((0.0, 0.0), bend, (1.0, round(100 / top, 4)))


def test_more_than_the_target_stays_within_the_chart() -> None:
    lines = a_drawing([(date(2025, 1, 1), 250)], as_of=date(2025, 6, 1), counted=240)

    assert max(y for _, y in lines.points) <= 1.0


def test_without_a_target_there_is_no_grid() -> None:
    assert a_drawing([], as_of=date(2025, 6, 1), target=0).grid == ()


def test_many_years_bear_few_numbers() -> None:
    lines = draw_lines(
        [],
        target=10,
        counted=1,
        starts_on=date(2012, 1, 1),
        ends_on=date(2026, 12, 31),
        as_of=date(2020, 12, 31),
    )

    assert len(lines.periods) == 15
    assert [text for _, _, text in lines.periods if text] == [
        "2012",
        "2015",
        "2018",
        "2021",
        "2024",
    ]


@pytest.mark.parametrize(
    ("day", "last"),
    [(date(2025, 2, 3), date(2025, 2, 28)), (date(2025, 12, 31), date(2025, 12, 31))],
)
def test_month_ends_on_its_last_day(day: date, last: date) -> None:
    assert end_of_month(day) == last


@pytest.mark.parametrize(
    ("share", "level"), [(None, 0), (0, 1), (25, 2), (49.9, 2), (50, 3), (75, 4), (180, 4)]
)
def test_fill_says_how_far(share: float | None, level: int) -> None:
    assert level_of(share) == level


def test_every_district_has_a_square_of_its_own() -> None:
    codes = {line.split(",")[1] for line in DISTRICTS.read_text("utf-8").splitlines()[1:]}
    places = [place for place in list_places() if place.code]

    assert {place.code for place in places} == codes
    assert len({(place.x, place.y) for place in places}) == len(codes)

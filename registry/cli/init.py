"""registry init: schema, districts, programme and goals."""

from __future__ import annotations

from datetime import date, datetime

import click

from registry.cli.context import opened
from registry.core import clock
from registry.core.language import _
from registry.start import init_register

DAY = click.DateTime(["%Y-%m-%d"])
YEARS_AFTER = 2


@click.command()
@click.option(
    "--starts", type=DAY, help="First day of the programme; default: 1 January of this year."
)
@click.option("--ends", type=DAY, help="Last day; default: 31 December two years later.")
def init(starts: datetime | None, ends: datetime | None) -> None:
    """Set up the register: schema, districts, programme and goals."""
    year = clock.today().year
    starts_on = starts.date() if starts else date(year, 1, 1)
    ends_on = ends.date() if ends else date(starts_on.year + YEARS_AFTER, 12, 31)
    with opened(writes=True, sets_up=True):
        is_new = init_register(starts_on=starts_on, ends_on=ends_on)
        done = _("Set up.") if is_new else _("Already set up with these dates; nothing to do.")
        click.echo(done, err=True)

"""registry serve: the real register, in production."""

from __future__ import annotations

from datetime import date

import click

from registry.accounts.links import first_administrator_link
from registry.cli.context import opened
from registry.cli.init import YEARS_AFTER
from registry.config import Settings, check_safe_to_serve, read_settings
from registry.core import clock
from registry.core.database import db
from registry.core.language import _, say
from registry.core.migrations import upgrade
from registry.programme.queries import find_programme
from registry.server import run
from registry.start import init_register


@click.command()
def serve() -> None:
    """Bring the database up to date and serve the register at BIND."""
    settings = read_settings()
    check_safe_to_serve(settings)
    prepare(settings)
    click.echo(say(_("Serving at %(url)s", url=settings.public_url)), err=True)
    run(settings)


def prepare(settings: Settings) -> None:
    """Bring the schema up to date; on an empty database set up, and print the first link."""
    with opened(settings, writes=True, sets_up=True):
        upgrade()
        is_new = find_programme() is None
        db.session.rollback()  # setting up opens a transaction of its own
        if is_new:
            year = clock.today().year
            init_register(starts_on=date(year, 1, 1), ends_on=date(year + YEARS_AFTER, 12, 31))
        link = first_administrator_link(at=clock.now())
        db.session.commit()
    if link:
        words = _(
            "Create the city administrator here within 72 hours: %(url)s",
            url=f"{settings.public_url}{link}",
        )
        click.echo(say(words))

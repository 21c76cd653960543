"""Fill the demonstration; loaded only where it is not filled yet."""

from __future__ import annotations

import shutil
from datetime import date, datetime, time
from pathlib import Path

import click

from registry.cli.context import opened
from registry.cli.demo import LOCK
from registry.config import Settings
from registry.core import clock
from registry.core.language import _
from registry.demo.fill import fill
from registry.demo.people import write_sign_ins
from registry.start import init_register

KEPT = frozenset({"secret-key", LOCK})


def fill_demonstration(settings: Settings) -> None:
    """Fill it from nothing: what an earlier run left that was cut off is cleared away."""
    _clear(settings.data_dir)
    year = clock.today().year
    with opened(settings, writes=True, sets_up=True):
        starts_on = date(year - 1, 1, 1)
        with clock.set_to(datetime.combine(starts_on, time(8), tzinfo=clock.PLACE)):
            init_register(starts_on=starts_on, ends_on=date(year + 1, 12, 31))
        sign_ins = fill(attachments=settings.attachments_dir, tell=_tell)
    click.echo("", err=True)
    write_sign_ins(sign_ins, settings.data_dir)


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name in KEPT:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _tell(done: int, all_: int) -> None:
    if done == all_ or done % 20 == 0:
        words = _("Filling the demonstration: %(done)s of %(all)s steps", done=done, all=all_)
        click.echo(f"\r{words}", nl=False, err=True)

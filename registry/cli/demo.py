"""registry demo: a filled demonstration, on this machine only."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import date, datetime, time
from pathlib import Path

import click

from registry.cli.context import opened
from registry.config import Settings, check_safe_to_serve, read_settings
from registry.core import clock
from registry.demo.fill import fill
from registry.demo.people import SIGN_INS, write_sign_ins
from registry.server import run
from registry.start import init_register

READY = "ready"


@click.command()
def demo() -> None:
    """Fill a demonstration with invented enterprises, and serve it to this machine only."""
    settings = read_settings(demonstration=True)
    check_safe_to_serve(settings)
    if not (settings.data_dir / READY).exists():
        _fill(settings)
    click.echo(f"\nThe demonstration is at {settings.public_url}\n")
    for sign_in in json.loads((settings.data_dir / SIGN_INS).read_text(encoding="utf-8")):
        click.echo(f"  {sign_in['label']}\n    {sign_in['email']}   {sign_in['password']}")
    click.echo("")
    sys.stdout.flush()
    run(settings)


def _fill(settings: Settings) -> None:
    """Begin anew where an earlier run was cut off, and mark the end of filling."""
    _clear(settings.data_dir)
    year = clock.today().year
    with opened(settings, writes=True, sets_up=True):
        starts_on = date(year - 1, 1, 1)
        with clock.set_to(datetime.combine(starts_on, time(8), tzinfo=clock.PLACE)):
            init_register(starts_on=starts_on, ends_on=date(year + 1, 12, 31))
        sign_ins = fill(attachments=settings.attachments_dir, tell=_tell)
    click.echo("", err=True)
    write_sign_ins(sign_ins, settings.data_dir)
    (settings.data_dir / READY).touch()


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name == "secret-key":
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _tell(done: int, all_: int) -> None:
    if done == all_ or done % 20 == 0:
        click.echo(f"\rFilling the demonstration: {done} of {all_} steps", nl=False, err=True)

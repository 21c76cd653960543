"""registry demo: a filled demonstration, on this machine only."""

from __future__ import annotations

import fcntl
import json
import sys
from typing import IO, TYPE_CHECKING

import click

from registry.config import Settings, check_safe_to_serve, read_settings
from registry.core.language import _, say
from registry.core.lazily import Later
from registry.core.schema import newest_revision
from registry.demo.people import SIGN_INS
from registry.server import run

if TYPE_CHECKING:
    from registry.cli import filling
else:
    filling = Later("registry.cli.filling")

READY, LOCK = "ready", "lock"


@click.command()
def demo() -> None:
    """Serve a demonstration, filled with invented enterprises.

    It has a database of its own and is served to this machine only.
    """
    settings = read_settings(demonstration=True)
    check_safe_to_serve(settings)
    _make_ready(settings)
    place = _("The demonstration is at %(url)s", url=settings.public_url)
    click.echo(f"\n{say(place)}\n")
    for sign_in in json.loads((settings.data_dir / SIGN_INS).read_text(encoding="utf-8")):
        click.echo(f"  {sign_in['label']}\n    {sign_in['email']}   {sign_in['password']}")
    click.echo("")
    sys.stdout.flush()
    run(settings)


def _make_ready(settings: Settings) -> None:
    """Fill it where that was never done to the end, or for an older version of the register.

    The mark of a filled one is written last and names the schema. Two that start side by side fill
    it once: the second waits for the first.
    """
    ready, wanted = settings.data_dir / READY, newest_revision()
    with (settings.data_dir / LOCK).open("a") as lock:
        _take(lock)
        if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
            filling.fill_demonstration(settings)
            ready.write_text(wanted, encoding="utf-8")


def _take(lock: IO[str]) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        wait = _("Another process is filling the demonstration; waiting for it …")
        click.echo(say(wait), err=True)
        fcntl.flock(lock, fcntl.LOCK_EX)

"""registry add-user: invite an officer, supervisor, leader or administrator by a one-time link."""

from __future__ import annotations

import click

from registry.accounts.invitations import INVITED, invite
from registry.accounts.roles import Role
from registry.cli.context import opened
from registry.config import read_settings
from registry.core import clock
from registry.core.database import db
from registry.core.language import _

ROLES = click.Choice([role.value for role in INVITED])


@click.command("add-user")
@click.option("--role", required=True, type=ROLES, help="What the person will be.")
@click.option("--email", required=True, help="The address of the person.")
@click.option("--district", default="", help="Code or name; officers and supervisors need one.")
def add_user(role: str, email: str, district: str) -> None:
    """Print a one-time link that creates an account.

    No password is given on the command line.
    """
    settings = read_settings()
    with opened(settings, writes=True):
        path = invite(email, role=Role(role), district=district, at=clock.now())
        db.session.commit()
        click.echo(settings.public_url + path)
        click.echo(_("The link works once, for 72 hours."), err=True)

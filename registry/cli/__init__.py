"""The command line: what was asked for goes to standard output, all else to standard error.

Exit 0 done, 1 refused or not equal, 2 wrong usage. Bad input gets one plain sentence and changes
nothing.
"""

from __future__ import annotations

import sqlite3
import sys
from importlib import import_module

import click
from sqlalchemy.exc import DBAPIError

from registry.config import SettingsError
from registry.core.errors import RegistryError

COMMANDS = {
    "add-user": "users:add_user",
    "backup": "archive:backup",
    "demo": "demo:demo",
    "import": "lists:import_file",
    "init": "init:init",
    "restore": "archive:restore",
    "serve": "serve:serve",
    "tally": "ledger:tally",
    "undo-import": "lists:undo",
    "verify": "ledger:verify_command",
}


class Commands(click.Group):
    """The commands by name; each is loaded when it is asked for, so that starting is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own hook
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's own hook
        if cmd_name not in COMMANDS:
            return None
        module, _colon, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"registry.cli.{module}"), name)
        return command


@click.group(cls=Commands)
def registry() -> None:
    """The register of a city's smart-manufacturing programme."""


def main() -> None:
    """Run one command and end with its exit code."""
    try:
        registry()
    except RegistryError as error:
        refuse(str(error.message))
    except SettingsError as error:
        refuse(str(error))
    except (DBAPIError, sqlite3.Error) as error:
        refuse(f"The database does not answer: {_first_line(error)}")
    except OSError as error:
        refuse(f"{error.filename or 'The file'} cannot be used: {error.strerror or error}.")


def _first_line(error: DBAPIError | sqlite3.Error) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).strip().partition("\n")[0]


def refuse(sentence: str) -> None:
    """Say why not, and end with 1."""
    click.echo(sentence, err=True)
    sys.exit(1)

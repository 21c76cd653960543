"""The command line: what was asked for goes to standard output, all else to standard error.

Exit 0 done, 1 refused or not equal, 2 wrong usage. Bad input gets one plain sentence and changes
nothing.
"""

from __future__ import annotations

import sqlite3
import sys

import click
from sqlalchemy.exc import DBAPIError

from registry.cli.archive import backup, restore
from registry.cli.demo import demo
from registry.cli.init import init
from registry.cli.ledger import tally, verify_command
from registry.cli.lists import import_file, undo
from registry.cli.serve import serve
from registry.cli.users import add_user
from registry.config import SettingsError
from registry.core.errors import RegistryError

COMMANDS = (init, import_file, undo, tally, verify_command, backup, restore, serve, demo, add_user)


@click.group()
def registry() -> None:
    """The register of a city's smart-manufacturing programme."""


for command in COMMANDS:
    registry.add_command(command)


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

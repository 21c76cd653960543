"""What every command stands in: settings read, the application made, the database open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from registry.app import create_app
from registry.config import Settings, read_settings
from registry.core.database import db, reading
from registry.core.errors import Invalid, RegistryError
from registry.core.language import _
from registry.core.schema import is_known, newest_revision, read_revision
from registry.programme.queries import find_programme


@contextmanager
def opened(
    settings: Settings | None = None, *, writes: bool, sets_up: bool = False
) -> Iterator[None]:
    """Open the register of these settings; the caller commits what it writes.

    Raise Invalid where there is none yet, or one of another version; a command that `sets_up`
    finds an empty or an older database good enough.
    """
    app = create_app(settings or read_settings())
    with app.test_request_context():
        try:
            if writes:
                _check_schema(sets_up=sets_up)
                yield
            else:
                with reading():
                    _check_schema(sets_up=sets_up)
                    yield
        except RegistryError as error:
            error.message = str(error.message)  # in the language of the register, while it is open
            raise
        finally:
            db.session.remove()
            db.engine.dispose()


def _check_schema(*, sets_up: bool) -> None:
    revision = read_revision(db.engine)
    if revision is not None and not is_known(revision):
        raise Invalid(
            _("A newer version of the register made this database. Please install that version.")
        )
    if sets_up:
        return
    if revision not in {None, newest_revision()}:
        raise Invalid(
            _("This database is of an older version. Starting the register brings it up to date.")
        )
    if revision is None or find_programme() is None:
        raise Invalid(_("This register is not set up yet. Run registry init first."))

"""What every command stands in: settings read, the application made, the database open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from registry.app import create_app
from registry.config import Settings, read_settings
from registry.core.database import db, reading
from registry.core.errors import RegistryError


@contextmanager
def opened(settings: Settings | None = None, *, writes: bool) -> Iterator[None]:
    """Open the register of these settings; the caller commits what it writes."""
    app = create_app(settings or read_settings())
    with app.test_request_context():
        try:
            if writes:
                yield
            else:
                with reading():
                    yield
        except RegistryError as error:
            error.message = str(error.message)  # in the language of the register, while it is open
            raise
        finally:
            db.session.remove()
            db.engine.dispose()

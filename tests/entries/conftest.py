"""What the tests of entries share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel, force_locale


@pytest.fixture
def english() -> Iterator[None]:
    """Speak English for this test, without a database."""
    app = Flask("words")
    Babel(app)
    with app.test_request_context(), force_locale("en"):
        yield

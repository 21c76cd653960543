"""Sentences are compared in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import force_locale


@pytest.fixture
def english(app: Flask) -> Iterator[None]:
    """Let this test read English."""
    with force_locale("en"):
        yield

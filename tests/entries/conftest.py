"""What the tests of entries share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from registry.core.language import init_app

TRANSLATIONS = Path(__file__).parents[2] / "registry" / "translations"


def speak(language: str) -> Iterator[None]:
    app = Flask("words")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    init_app(app, select=lambda: language)
    with app.test_request_context():
        yield


@pytest.fixture
def english() -> Iterator[None]:
    """Speak English for this test, without a database."""
    yield from speak("en")


@pytest.fixture
def chinese() -> Iterator[None]:
    """Speak Chinese for this test, without a database."""
    yield from speak("zh_CN")

"""Filters and globals of the templates; an unknown name is an error, not a blank."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any  # what a template's module holds

from flask import Flask, current_app
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from registry.core.clock import PLACE, day_of
from registry.core.deeds import new_key
from registry.core.language import agree

HASH_LETTERS = 10
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def init_app(app: Flask) -> None:
    """Make our filters and globals known to the templates of an application."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters.update(day=day, moment=moment, grouped=grouped, wan=wan, share=share)
    app.jinja_env.filters.update(local=local, day_of=day_of, agree=agree, unbroken=unbroken)
    app.jinja_env.globals.update(new_key=new_key, write_figure=write_figure, parts_of=parts_of)
    app.url_defaults(lambda endpoint, values: _version_static(app, endpoint, values))


def parts_of(template: str) -> Any:
    """Return the macros of a template, by their names."""
    return current_app.jinja_env.get_template(template).module


def day(value: date | None) -> str:
    """Write a date as 2026-11-22."""
    return value.isoformat() if value else ""


def unbroken(text: object) -> Markup:
    """Keep each day that a text names on one line; a browser would part it after a stroke."""
    written = str(escape(text))
    return Markup(DAY.sub(r'<time class="nw">\g<0></time>', written))  # noqa: S704 - escaped


def moment(value: datetime | None) -> str:
    """Write a moment as it is read in Asia/Shanghai, to the minute."""
    return value.astimezone(PLACE).strftime("%Y-%m-%d %H:%M") if value else ""


def local(value: datetime) -> datetime:
    """Return a moment in the time of the place, for components that write it themselves."""
    return value.astimezone(PLACE)


def write_figure(value: float | Decimal, sign: bool = False) -> Markup:
    """Write a number with thousands apart and a true minus; `sign` puts a plus before it."""
    written = f"{value:+,}" if sign and value else f"{value:,}"
    return Markup(written.replace("-", "−"))  # noqa: S704 - digits only


def grouped(value: int | Decimal) -> str:
    """Write a number with thousands apart."""
    return f"{value:,}"


def wan(value: Decimal | None) -> Markup:
    """Write an amount of 万元 with two places."""
    return Markup("") if value is None else Markup(f"{value:,.2f}")  # noqa: S704 - digits only


def share(part: int, whole: int | None) -> str:
    """Write a share in per cent with one place; nothing where there is no whole."""
    return f"{100 * part / whole:.1f}%" if whole else ""


def _version_static(app: Flask, endpoint: str, values: dict[str, str]) -> None:
    if endpoint == "static" and "filename" in values and app.static_folder:
        values["v"] = _hash(app.static_folder, values["filename"])


@lru_cache(maxsize=512)
def _hash(folder: str, name: str) -> str:
    path = Path(folder) / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:HASH_LETTERS] if path.is_file() else ""

"""Pages that a browser keeps, and asks for again only to hear that nothing changed.

A page's tag is made before the page is: from all that its bytes depend on. What belongs to its
frame (who looks, in which language and session, on which day, of which version of the software) is
put in here; what belongs to the page is given by its view. A page that shows a message once is
never kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, g, make_response, request, session
from flask.typing import ResponseReturnValue

from registry.core.transactions import FLASHES

Key = Sequence[object]
NAME = "registry_frame"
OK, NOT_MODIFIED = 200, 304
TAG_LETTERS = 32
CODE = (("registry", "*.py"), ("registry", "*.mo"), ("templates", "*.html"), ("static", "*.?s*"))


def init_app(app: Flask, *, frame: Callable[[], Key]) -> None:
    """Let pages be kept; `frame` names all that stands around every page."""
    app.extensions[NAME] = frame


def send_unless_kept(make: Callable[[], ResponseReturnValue], *, key: Key) -> Response:
    """Answer with the page that `make` makes, or that the browser's own is still right.

    `key`: all that the page depends on beside its address and its frame.
    """
    frame = name_frame()
    if frame is None:
        return make_response(make())
    tag = _make_tag(frame, key)
    if request.if_none_match.contains_weak(tag):
        return _allow_to_keep(make_response("", NOT_MODIFIED), tag)
    page = make_response(make())
    return _allow_to_keep(page, tag) if page.status_code == OK else page


def _allow_to_keep(page: Response, tag: str) -> Response:
    """Let the browser of this person alone keep the page, and ask each time."""
    page.headers["ETag"] = f'W/"{tag}"'
    page.headers["Cache-Control"] = "private, no-cache"
    page.vary.add("Cookie")
    return page


def name_frame() -> tuple[object, ...] | None:
    """Name all that stands around the page of this request; None where it shows something once."""
    if FLASHES in session:
        return None
    named: tuple[object, ...] | None = g.get(NAME)
    if named is None:
        asked = request.script_root, request.full_path
        of_session = session.get("csrf_token"), session.get("language")
        named = (*asked, *of_session, *current_app.extensions[NAME]())
        setattr(g, NAME, named)
    return named


def _make_tag(frame: Key, key: Key) -> str:
    whole = _read_version(current_app.root_path), frame, tuple(key)
    return hashlib.sha256(repr(whole).encode()).hexdigest()[:TAG_LETTERS]


@cache
def _read_version(package: str) -> str:
    """Return a hash of the software: pages kept by an older one are asked for anew."""
    found, root = hashlib.sha256(), Path(package).parent
    for folder, pattern in CODE:
        for path in sorted((root / folder).rglob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()

"""The frame of a page of sections: head, navigation and foot, kept for who looks at it.

It is told apart by what a browser's own page would be told apart by (`core/unchanged.py`: person,
session, language, day, programme, address) and by all that its template is given. So a template
that is rendered here uses nothing else: no clock, no query.
"""

from __future__ import annotations

from typing import Any  # what a template is given

from flask import render_template, session

from registry.core.kept import NotPlain, Parts, values_of
from registry.core.sections import Frame
from registry.core.unchanged import name_frame

FRAMES_MOST = 200

frames: Parts[Frame] = Parts(FRAMES_MOST)


def render_frame(template: str, **words: Any) -> Frame:
    """Return a page with the places of its sections; made anew where it must not be kept."""
    key = _name(template, words)
    found = frames.find(key) if key else None
    if found is None:
        found = Frame(render_template(template, **words))
        if key:
            frames.keep(key, found)
    return found


def _name(template: str, words: dict[str, Any]) -> tuple[object, ...] | None:
    """Return what the frame is told apart by; None where it holds what is shown once."""
    around = name_frame()
    if around is None or not session.get("csrf_token"):  # made with the page
        return None
    try:
        return template, around, values_of(words)
    except NotPlain:
        return None

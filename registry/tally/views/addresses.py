"""The addresses that lead on from pages of figures."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any  # the words of an address are text or lists of it

from flask import current_app, request, url_for
from flask_login import current_user

from registry.accounts.roles import DESK, Role
from registry.programme.kinds import Kind, Measure
from registry.tally.links import write_query
from registry.tally.parts import NARROWING
from registry.tally.questions import Question
from registry.tally.spans import SpanAsked

CHECK_READERS = frozenset({*DESK, Role.LEADER, Role.ADMINISTRATOR})
PATHS = "paths of pages of figures"
FILES = {
    "tally.index": "tally.download",
    "tally.charts": "tally.download",
    "tally.behind": "tally.download_behind",
}


class Addresses:
    """The addresses that lead on from a page; those of figures ask for exactly what is shown."""

    def __init__(self, question: Question, *, head: str) -> None:
        self.pinned: dict[str, Any] = {"as_of": question.day.isoformat(), "known_at": head}
        self._note_key()

    def entries(
        self, *, kind: Kind | None = None, measures: Collection[Measure] = (), district: str = ""
    ) -> str:
        names = [measure.value for measure in measures] or None
        return self.pin("tally.behind", kind=kind, measure=names, district=district or None)

    def changes(self, *, since: date, kind: Kind | None = None, district: str = "") -> str:
        words: dict[str, Any] = {"kind": kind, "district": district or None}
        return self.pin("tally.changes", since=since.isoformat(), **words)

    def again(self, **changes: str) -> str:
        asked = {**request.args.to_dict(flat=False), **changes}
        kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
        query = write_query(kept)
        path = self._path(request.endpoint or "tally.index")
        return f"{path}?{query}" if query else path

    def kept(self, *names: str) -> dict[str, str]:
        return {name: request.args[name] for name in names if request.args.get(name)}

    def file(self) -> str:
        """Return the address of this page's figures as a file."""
        asked = request.args.to_dict(flat=False)
        names = ("kind", "measure", "district", "by", *NARROWING)
        words: dict[str, Any] = {name: asked.get(name) for name in names}
        return self.pin(FILES[request.endpoint or ""], **words)

    def workbook(self) -> str:
        """Return the address of the whole tally as a workbook."""
        return self.pin("tally.workbook")

    def briefing(self) -> str:
        """Return the address of the page to sign."""
        return self.pin("tally.briefing")

    def checks(self) -> str:
        """Return the address of the sample checks, for whom there are such."""
        role = current_user.role if current_user.is_authenticated else None
        return self._path("sampling.index") if role in CHECK_READERS else ""

    def tally(self) -> str:
        return self.pin("tally.index")

    def charts(self) -> str:
        """Return the address of the charts by the same days."""
        return self.pin("tally.charts")

    def picture(self, name: str, form: str) -> str:
        """Return the address of one chart as a picture."""
        return url_for("tally.chart", name=name, form=form, **self.pinned)

    def pin(self, endpoint: str, **words: Any) -> str:
        """Return what `url_for` would, for a page of two hundred addresses."""
        return f"{self._path(endpoint)}?{write_query({**words, **self.pinned})}"

    def _path(self, endpoint: str) -> str:
        """Return the path of a page that needs no words; the same in every request."""
        if self.root:
            return url_for(endpoint)
        if endpoint not in self._paths:
            self._paths[endpoint] = url_for(endpoint)
        return self._paths[endpoint]

    def _note_key(self, *further: object) -> None:
        """Note all that an address depends on, so that equal ones lead to the same places."""
        role = current_user.role if current_user.is_authenticated else None
        asked = tuple(request.args.items(multi=True))
        pinned = (*self.pinned.values(), *further)
        self.root = request.script_root
        self.key = (type(self), self.root, request.endpoint, asked, role, *pinned)
        self._hash = hash(self.key)
        self._paths: dict[str, str] = current_app.extensions.setdefault(PATHS, {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Addresses) and self.key == other.key

    def __hash__(self) -> int:
        return self._hash


class ChangeAddresses(Addresses):
    """The addresses that lead on from a page of changes."""

    def __init__(self, asked: SpanAsked) -> None:
        self.pinned = {"as_of": asked.span.as_of.isoformat(), "known_at": asked.pinned["known_at"]}
        self.span: dict[str, Any] = dict(asked.pinned)
        self._note_key(*self.span.values())

    def file(self) -> str:
        words: dict[str, Any] = {name: request.args.get(name) for name in ("kind", "district")}
        return url_for("tally.download_changes", **words, **self.span)

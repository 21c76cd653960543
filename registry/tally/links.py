"""What leads on from a page of figures; the view knows the addresses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol
from urllib.parse import urlencode

from registry.core.kept import Settled
from registry.programme.kinds import Kind, Measure


@dataclass(frozen=True, eq=False)
class Choice(Settled):
    """One way to look at the same thing."""

    label: object
    url: str
    current: bool


class Links(Protocol):
    """What leads on from a page of figures."""

    def entries(
        self,
        *,
        kind: Kind | None = None,
        measures: Collection[Measure] = (),
        district: str = "",
    ) -> str:
        """Return the address of the entries behind a figure."""

    def changes(self, *, since: date, kind: Kind | None = None, district: str = "") -> str:
        """Return the address of what changed since a day."""

    def again(self, **changes: str) -> str:
        """Return the address of this page, asked a little differently."""

    def kept(self, *names: str) -> Mapping[str, str]:
        """Return of the words of this address those that a form must send on."""

    def file(self) -> str:
        """Return the address of these figures as a file."""

    def workbook(self) -> str:
        """Return the address of the whole tally as a workbook."""

    def briefing(self) -> str:
        """Return the address of the page to sign."""

    def checks(self) -> str:
        """Return the address of the sample checks; '' for who may not see them."""

    def tally(self) -> str:
        """Return the address of the tally by the same days."""

    def charts(self) -> str:
        """Return the address of the charts by the same days."""


def write_query(words: Mapping[str, str | list[str] | None]) -> str:
    """Write the words of an address as werkzeug does, for a page that has two hundred of them."""
    pairs = [
        (name, word)
        for name, value in words.items()
        if value is not None
        for word in (value if isinstance(value, list) else (value,))
    ]
    return _quote(tuple(pairs))


@lru_cache(maxsize=2_000)
def _quote(pairs: tuple[tuple[str, str], ...]) -> str:
    return urlencode(pairs, safe="!$'()*,/:;?@")

"""Pages of administration: the programme, its people, doubled enterprises, the pattern page."""

from __future__ import annotations

from registry.administration.views import (
    accounts,
    duplicates,
    goals,
    index,
    patterns,
    rounds,
    tokens,
)
from registry.administration.views.blueprint import administration

__all__ = [
    "accounts",
    "administration",
    "duplicates",
    "goals",
    "index",
    "patterns",
    "rounds",
    "tokens",
]

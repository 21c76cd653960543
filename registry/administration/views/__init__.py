"""Pages of administration: the programme, its people, doubled enterprises, the pattern page."""

from __future__ import annotations

from registry.administration.views.blueprint import administration

__all__ = ["administration"]

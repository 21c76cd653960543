"""Releases for programs; keys may be added, never renamed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any  # JSON

from registry.ledger.differences import Line
from registry.releases.queries import Recorded
from registry.releases.shown import read_since


def describe_all(found: Iterable[Recorded]) -> dict[str, Any]:
    """Return the releases without their figures."""
    return {"releases": [_about(recorded) for recorded in found]}


def describe(recorded: Recorded) -> dict[str, Any]:
    """Return a release with its figures, what they are now, and the lines between."""
    since = read_since(recorded.release, limit=None)
    return {
        **_about(recorded),
        "figures": recorded.release.frozen,
        "now": {"sequence": since.newest.sequence, "head": since.newest.hash, "figures": since.now},
        "revisions": [_line(line) for line in since.found.differences.lines],
    }


def _about(recorded: Recorded) -> dict[str, Any]:
    release = recorded.release
    return {
        "id": release.sequence,
        "month": f"{release.month:%Y-%m}",
        "revision": release.revision,
        "name": release.name,
        "signer": {"name": release.signer_name, "office": release.signer_office},
        "reason": release.reason,
        "as_of": release.as_of.isoformat(),
        "released_at": recorded.recorded_at.isoformat(),
        "sequence": release.head_sequence,
        "head": release.head_hash,
        "superseded_by": recorded.newer.sequence if recorded.newer else None,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "sequence": line.sequence,
        "recorded_at": line.recorded_at.isoformat(),
        "cause": line.cause,
        "is_new": bool(line.is_new),
        "effective_on": line.effective_on.isoformat(),
        "measure": line.measure.value,
        "quantity": line.quantity,
        "district": line.district_zh,
        "number": line.number,
        "enterprise": line.enterprise_name,
        "title": line.title,
    }

"""What the tally page says where the day that it shows was released."""

from __future__ import annotations

from dataclasses import dataclass

from registry.core.language import _
from registry.releases.models import Release
from registry.releases.queries import find_of_day
from registry.tally.page import Page
from registry.tally.words import join, signed


@dataclass(frozen=True)
class Note:
    """The release of a day, and one sentence on what the page shows beside it."""

    sequence: int
    name: str
    says: object


def note_release(page: Page) -> Note | None:
    """Return what to say beside the figures of a page; None where its day was not released."""
    release = find_of_day(page.as_of)
    return _note(release, page) if release is not None else None


def _note(release: Release, page: Page) -> Note:
    words: dict[str, object] = {"name": release.name, "sequence": f"{release.head_sequence:,}"}
    if page.sequence < release.head_sequence:
        says = _("Released later as “%(name)s”, as known at #%(sequence)s.", **words)
        return Note(release.sequence, release.name, says)
    released = {goal["kind"]: goal["counted"] for goal in release.frozen["goals"]}
    changes = [
        f"{goal.name} {signed(goal.counted - released[goal.kind], goal.unit)}"
        for goal in page.goals
        if goal.counted != released.get(goal.kind, goal.counted)
    ]
    if changes:
        says = _(
            "Released as “%(name)s”, as known at #%(sequence)s; since then %(changes)s.",
            changes=join(changes),
            **words,
        )
    elif page.sequence == release.head_sequence:
        says = _("These are the figures released as “%(name)s”, #%(sequence)s.", **words)
    else:
        says = _(
            "Released as “%(name)s”, as known at #%(sequence)s; the four figures are the same.",
            **words,
        )
    return Note(release.sequence, release.name, says)

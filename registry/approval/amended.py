"""An amendment at the desk: what it changes, what its approval would post, what stops it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.applications.amending import check_standing
from registry.applications.models import Application
from registry.applications.summary import Line, count_rows, summarise
from registry.approval.outlook import Effect, effects_of
from registry.approval.shown import CaseView
from registry.core import clock
from registry.core.errors import WrongState


@dataclass(frozen=True)
class ShownAmendment:
    """What the page of a case says of an amendment.

    `left` and `struck`: how many units leave the stock, and how many never counted. `refusal` says
    why it cannot be approved as the register stands now.
    """

    lines: Sequence[Line]
    effects: Sequence[Effect]
    is_correction: bool
    left: int
    struck: int
    refusal: object = ""

    @property
    def blockers(self) -> list[object]:
        return [self.refusal] if self.refusal else []


def show_amendment(
    application: Application, view: CaseView, *, is_open: bool
) -> ShownAmendment | None:
    """Return an amendment as the officer reads it; its effects by the rows ticked as last kept."""
    amendment = view.amendment
    if amendment is None:
        return None
    refusal = _refusal(application) if is_open else ""
    effects: Sequence[Effect] = []
    if is_open and not refusal:
        effects = effects_of(
            application,
            amendment,
            verified=view.notes.verified,
            lots=view.notes.words.get("lots", ""),
            on=clock.today(),
        )
    counts = count_rows(amendment)
    return ShownAmendment(
        lines=summarise(amendment),
        effects=effects,
        is_correction=amendment.is_correction,
        left=counts["left"],
        struck=counts["struck"],
        refusal=refusal,
    )


def _refusal(application: Application) -> object:
    try:
        check_standing(application)
    except WrongState as found:
        return found.message
    return ""

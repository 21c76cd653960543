"""What a person gives with a step, and what the step led to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from registry.applications.models import Application
from registry.core.errors import Invalid
from registry.entries.columns import Fault


@dataclass(frozen=True)
class Given:
    """What came with a step; each step reads what it needs (`workflow.Need`).

    `remarks`: (place, words). `answers`: words by the id of a remark. `checks`: names of the ticked
    points of the checklist. `verified`: positions of the rows that the officer saw, from 1. `lots`:
    "replace" or "on_top", where the enterprise has robots of an old list without serial numbers.
    `district`: the code of where a transfer leads to. `transfer_id`: the transfer to be settled.
    """

    reason: str = ""
    reason_code: str = ""
    note: str = ""
    remarks: Sequence[tuple[str, str]] = ()
    answers: Mapping[int, str] = field(default_factory=dict)
    pledged: bool = False
    checks: Sequence[str] = ()
    verified: Sequence[int] = ()
    answer_by: date | None = None
    document: str = ""
    lots: str = ""
    district: str = ""
    transfer_id: int = 0


@dataclass(frozen=True)
class Outcome:
    """What a step led to. `is_repeated`: the same request came before and led to `location`."""

    application: Application
    event: str
    sequence: int = 0
    is_repeated: bool = False
    location: str = ""


class Incomplete(Invalid):
    """A step lacks something; `faults` names all of it at once, each with its place."""

    def __init__(self, message: object, faults: Sequence[Fault]) -> None:
        super().__init__(message)
        self.faults = list(faults)

"""Where an application stands, and the groups that pages and rules speak of."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """One of seven; revoked is the standing of an entry, not a status."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


PIPELINE = frozenset({Status.SUBMITTED, Status.IN_REVIEW, Status.RETURNED})
EDITABLE = frozenset({Status.DRAFT, Status.RETURNED})
OPEN = PIPELINE | {Status.DRAFT}
DECIDED = frozenset({Status.APPROVED, Status.REJECTED, Status.WITHDRAWN})

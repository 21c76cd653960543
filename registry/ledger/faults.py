"""What a proof finds: the row that breaks a rule, and which rule, in one plain sentence.

The row is named as the database names it, in every language: table, sequence, position, keys.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.core.language import Message, _

NO_EVENT = _("has no event.")
NO_ROW = _("is missing; its event is there.")
NOT_AS_TOLD = _("was changed: its event says otherwise.")


@dataclass(frozen=True)
class Fault:
    """One wrong row: its table; its place in the ledger or else its own key; what is wrong."""

    table: str
    sentence: Message
    sequence: int | None = None
    position: int | None = None
    key: str = ""

    def __str__(self) -> str:
        words = [self.table]
        if self.key:
            words.append(self.key)
        if self.sequence is not None:
            words.append(f"sequence {self.sequence}")
        if self.position is not None:
            words.append(f"position {self.position}")
        return f"{', '.join(words)}: {self.sentence}"


def gone(sequence: object) -> Message:
    """Say that a row is not there that a seal recorded."""
    return _("is gone; seal %(sequence)s recorded it.", sequence=sequence)

"""Which letters may stand in a register, whoever typed, pasted or sent them."""

from __future__ import annotations

import re
import unicodedata

from registry.core.errors import Invalid
from registry.core.language import _
from registry.core.wire import UNREADABLE

STRANGE = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe00-\ufe0f]")


def refuse_strange(word: str) -> None:
    """Raise Invalid for what cannot stand in a register: unreadable characters, emoji."""
    if word.isascii():
        return
    if UNREADABLE in word:
        raise Invalid(_("One character could not be read. Please type it again."))
    if STRANGE.search(word):
        raise Invalid(_("Emoji and ornaments cannot be registered. Please delete them."))
    if any(unicodedata.category(c) in {"Co", "Cn", "Cf"} for c in word):
        raise Invalid(_("One character could not be read. Please type it again."))

"""The unified spelling of a name, by which an enterprise without a code is found."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

BRACKETS = str.maketrans("〔〕【】[]{}〈〉《》", "()()()()()()")


@lru_cache(maxsize=65_536)
def name_key(name: str) -> str:
    """Unify brackets, width, case and blanks: 苏州 （新区）某某 and 苏州(新区)某某 are one name."""
    wide = unicodedata.normalize("NFKC", name).translate(BRACKETS)
    return "".join(wide.split()).casefold()

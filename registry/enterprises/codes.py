"""The unified social credit code (GB 32100-2015): one spelling, and a sentence for each fault."""

from __future__ import annotations

import unicodedata

from stdnum.cn import uscc

from registry.core.errors import Invalid
from registry.core.language import _

LENGTH = 18
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
NEVER_USED = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}
OF_ENTERPRISES = frozenset({"91", "92", "93"})
PROVINCES = frozenset(
    str(number)
    for numbers in (
        range(10, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82),
    )
    for number in numbers
)


def unified_code(text: str) -> str:
    """Return a code in its one spelling: half-width capitals, no blanks, no dashes."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in plain if not c.isspace() and c not in "-‐‑‒–—―_.·")


def check_code(text: str) -> str:
    """Return the unified code; raise Invalid naming the group of characters that is wrong."""
    code = unified_code(text)
    if len(code) != LENGTH:
        raise Invalid(_("A code has 18 characters, this one has %(found)s.", found=len(code)))
    _check_characters(code)
    _check_groups(code)
    return code


def _check_characters(code: str) -> None:
    for position, character in enumerate(code, start=1):
        if character in NEVER_USED:
            raise Invalid(
                _(
                    "Character %(position)s is the letter %(letter)s, which these codes never "
                    "use. It is probably %(likely)s.",
                    position=position,
                    letter=character,
                    likely=NEVER_USED[character],
                )
            )
        if character not in LETTERS:
            raise Invalid(
                _(
                    "Character %(position)s is “%(character)s”, which cannot stand in a code.",
                    position=position,
                    character=character,
                )
            )


def _check_groups(code: str) -> None:
    authority, region, organisation = code[:2], code[2:8], code[8:17]
    if authority not in OF_ENTERPRISES:
        raise Invalid(
            _(
                "Characters 1 and 2 (authority and type) are %(found)s; "
                "an enterprise has 91, 92 or 93.",
                found=authority,
            )
        )
    if not region.isdecimal() or region[:2] not in PROVINCES:
        raise Invalid(
            _(
                "Characters 3 to 8 (region) are %(found)s; "
                "they should be the six digits of a region.",
                found=region,
            )
        )
    if len(set(organisation)) == 1:
        raise Invalid(
            _(
                "Characters 9 to 17 (organisation code) are %(found)s; "
                "no organisation has this code.",
                found=organisation,
            )
        )
    if code[-1] != uscc.calc_check_digit(code):
        raise Invalid(
            _(
                "Character 18 (check character) does not fit the other 17, so one of the 18 is "
                "mistyped. Compare them with the licence."
            )
        )

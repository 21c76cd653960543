"""The cells of a list, one reader each: a value, or Unfit with what is wrong and how to mend it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from stdnum.cn import uscc as code_rules
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from registry.core.language import _
from registry.enterprises.names import name_key
from registry.entries.keys import serial_key
from registry.entries.models import RobotType
from registry.importing.columns import KINDS, LEVELS, ROBOT_TYPES, word_key
from registry.importing.faults import Unfit
from registry.importing.reading import Cell, text_of
from registry.programme.kinds import Kind, Level

NAME_SHORTEST, NAME_LONGEST = 2, 100
TITLE_LONGEST = 200
WORD_LONGEST = 100
SERIAL_LONGEST = 60
QUANTITY_MOST = 1_000_000
WHOLE = re.compile(r"\d+|\d{1,3}(?:,\d{3})+")
Meaning = TypeVar("Meaning")


@dataclass(frozen=True)
class Serial:
    """One robot of a list: its brand, its number, and the key by which it is known again."""

    brand: str
    serial_no: str
    key: str


def parse_kind(cell: Cell) -> Kind:
    """Read a kind by its code or Chinese name."""
    return _meaning(
        cell,
        KINDS,
        missing=_("The kind is missing."),
        wrong=_("This is not one of the four kinds."),
        mend=_(
            "Write smart_factory (智能工厂), smart_workshop (智能车间), equipment_upgrade"
            " (智能装备升级) or robot_deployment (机器人应用), or take the row out."
        ),
    )


def parse_name(cell: Cell) -> str:
    """Read the name of an enterprise."""
    name = text_of(cell)
    if not name:
        raise Unfit(
            _("The name of the enterprise is missing."),
            _("Write the full name as in the business licence."),
        )
    key = name_key(name)
    if len(key) < NAME_SHORTEST or len(name) > NAME_LONGEST or len(key) > NAME_LONGEST:
        raise Unfit(
            _(
                "A name has %(least)s to %(most)s characters.",
                least=NAME_SHORTEST,
                most=NAME_LONGEST,
            ),
            _("Write the full name as in the business licence, one enterprise a row."),
        )
    strange = next((c for c in name if unicodedata.category(c) == "So"), "")
    if strange:
        raise Unfit(
            _("The sign %(sign)s does not belong into a name.", sign=strange), _("Delete it.")
        )
    return name


@lru_cache(maxsize=65_536)
def parse_code(cell: Cell) -> str | None:
    """Read a unified social credit code (GB 32100); an empty cell is None."""
    code = code_rules.compact(unicodedata.normalize("NFKC", text_of(cell))).upper()
    if not code:
        return None
    if isinstance(cell, float):
        raise Unfit(
            _("Excel has turned this code into a number and rounded it."),
            _("Format the column as text and write the code again."),
        )
    try:
        code_rules.validate(code)
    except InvalidLength as error:
        raise Unfit(
            _("A credit code has 18 characters, this one has %(count)s.", count=len(code)),
            _("Compare it with the business licence."),
        ) from error
    except InvalidChecksum as error:
        raise Unfit(
            _("The last character, the check digit, does not fit the other seventeen."),
            _("Compare it with the business licence, or leave it empty if it is not known."),
        ) from error
    except ValidationError as error:
        raise Unfit(
            _("The code has a character that cannot stand where it stands."),
            _(
                "It has digits and capital letters, never I, O, S, V or Z. Compare it with the"
                " business licence."
            ),
        ) from error
    return code


def parse_district(cell: Cell, districts: Mapping[str, int]) -> int:
    """Find the district by code, name or old name."""
    return _meaning(
        cell,
        districts,
        missing=_("The district is missing."),
        wrong=_("This is not one of the ten districts."),
        mend=_("Write the district in which the project stands, by name or code."),
    )


def parse_title(cell: Cell) -> str:
    """Read the name of a project, which may be empty."""
    return _word(cell, TITLE_LONGEST)


def parse_word(cell: Cell) -> str | None:
    """Read a word that may be missing."""
    return _word(cell, WORD_LONGEST) or None


def parse_level(cell: Cell) -> Level | None:
    """Read who gave a title; an empty cell is None."""
    if not text_of(cell):
        return None
    return _meaning(
        cell,
        LEVELS,
        missing="",
        wrong=_("This is not a level."),
        mend=_(
            "Write national (国家级), provincial (省级), city (市级) or district (区级), or"
            " leave it empty."
        ),
    )


def parse_robot_type(cell: Cell) -> RobotType | None:
    """Read a type of robot; an empty cell is None."""
    if not text_of(cell):
        return None
    return _meaning(
        cell,
        ROBOT_TYPES,
        missing="",
        wrong=_("This is not a type of robot."),
        mend=_("Write agv or 移动机器人 for mobile robots; leave it empty for industrial robots."),
    )


def parse_quantity(cell: Cell) -> int | None:
    """Read a number of robots; an empty cell is None."""
    text = "".join(unicodedata.normalize("NFKC", text_of(cell)).split())
    if not text:
        return None
    if not WHOLE.fullmatch(text):
        raise Unfit(
            _("This is not a whole number."),
            _(
                "Write exactly how many robots, in digits; what is not known exactly cannot be"
                " counted."
            ),
        )
    digits = text.replace(",", "").lstrip("0")
    if not digits:
        raise Unfit(
            _("The quantity must be at least 1."), _("Leave out the row, or correct the number.")
        )
    if len(digits) > len(str(QUANTITY_MOST)) or int(digits) > QUANTITY_MOST:
        raise Unfit(
            _("More than %(most)s robots in one row cannot be right.", most=f"{QUANTITY_MOST:,}"),
            _("Compare the number with the document."),
        )
    return int(digits)


def parse_serials(cell: Cell) -> tuple[Serial, ...]:
    """Read `brand:serial; brand:serial`; full-width signs do as well."""
    text = text_of(cell)
    if not text:
        return ()
    pieces = [piece.strip() for piece in text.replace("；", ";").replace("：", ":").split(";")]
    serials = [_serial(piece) for piece in pieces if piece]
    seen: set[str] = set()
    for serial in serials:
        if serial.key in seen:
            raise Unfit(
                _(
                    "The serial number %(serial)s stands twice in this cell.",
                    serial=f"{serial.brand}:{serial.serial_no}",
                ),
                _("Leave it once; each robot has its own number."),
            )
        seen.add(serial.key)
    return tuple(serials)


def _serial(piece: str) -> Serial:
    brand, _colon, number = (part.strip() for part in piece.partition(":"))
    key = serial_key(brand, number)
    if key.startswith(":") or key.endswith(":"):
        raise Unfit(
            _("“%(piece)s” is not a brand and a serial number.", piece=piece[:WORD_LONGEST]),
            _("Write brand:number, and a semicolon between two robots."),
        )
    if max(len(brand), len(number)) > SERIAL_LONGEST:
        raise Unfit(
            _("A brand or a serial number has at most %(most)s characters.", most=SERIAL_LONGEST),
            _("Write brand:number, and a semicolon between two robots."),
        )
    return Serial(brand, number, key)


def _word(cell: Cell, longest: int) -> str:
    word = text_of(cell)
    if len(word) > longest:
        raise Unfit(
            _("This has %(count)s characters.", count=len(word)),
            _("Shorten it to at most %(most)s characters.", most=longest),
        )
    return word


def _meaning(
    cell: Cell, words: Mapping[str, Meaning], *, missing: object, wrong: object, mend: object
) -> Meaning:
    key = word_key(text_of(cell))
    if not key:
        raise Unfit(missing, mend)
    if key not in words:
        raise Unfit(wrong, mend)
    return words[key]

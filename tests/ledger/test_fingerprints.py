"""The bytes of a fingerprint stand for ever: they are sealed."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest

from registry.ledger.fingerprints import COLUMNS, fingerprint_of, first_form_of

PLAIN = (
    *(17, "smart_factory", 4, 2, "测试项目17", "registered", "2025-03-04", "day", 9, None),
    *("ZN-2025-0017", "B17", None),
)
OTHERS = (
    (*PLAIN[:9], "2025-06-07", None, None, 12),
    (*PLAIN[:4], "长" * 300, *PLAIN[5:]),
    (*PLAIN[:4], '1:|"\\\t\n\x1f\x7f\u2028😀', "void", "2025-03-04", "month", 0, None, "", "", 0),
    (*PLAIN[:8], None, *PLAIN[9:]),
)


def _written_plainly(row: tuple[object, ...]) -> str:
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"f2{text}".encode()).hexdigest()[:32]


def test_the_bytes_stay_what_they_were() -> None:
    assert len(PLAIN) == len(COLUMNS)
    assert fingerprint_of(PLAIN) == "49d11cd2e3eea1eebe5d6b4778cbccb5"
    assert first_form_of(PLAIN) == "3c39abb8793cd7188fc31d5c449e4cf8"


@pytest.mark.parametrize("row", [PLAIN, *OTHERS])
def test_the_values_stand_as_json(row: tuple[object, ...]) -> None:
    assert fingerprint_of(row) == _written_plainly(row)


@pytest.mark.parametrize("row", [PLAIN, *OTHERS])
def test_at_first_each_value_stood_with_its_length(row: tuple[object, ...]) -> None:
    texts = ["" if value is None else str(value) for value in row]
    words = "|".join([text and f"{len(text)}:{text}" for text in texts])
    assert first_form_of(row) == hashlib.sha256(f"f1|{words}".encode()).hexdigest()[:32]


def test_what_json_has_not_is_written_as_a_text() -> None:
    assert fingerprint_of((*PLAIN[:6], date(2025, 3, 4), *PLAIN[7:])) == fingerprint_of(PLAIN)
    by_hand = (*PLAIN[:4], b"\xff", *PLAIN[5:])
    assert fingerprint_of(by_hand) == fingerprint_of((*PLAIN[:4], str(b"\xff"), *PLAIN[5:]))

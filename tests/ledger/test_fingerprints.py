"""The bytes of a fingerprint stand for ever: they are sealed."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from registry.ledger import fingerprints
from registry.ledger.fingerprints import COLUMNS, fingerprint_of

PLAIN = (
    *(17, "smart_factory", 4, 2, "测试项目17", "registered", "2025-03-04", "day", 9, None),
    *("ZN-2025-0017", "B17", None),
)
OTHERS = (
    (*PLAIN[:6], date(2025, 3, 4), *PLAIN[7:]),
    (*PLAIN[:9], "2025-06-07", None, None, 12),
    (*PLAIN[:4], "长" * 300, *PLAIN[5:]),
    (*PLAIN[:4], "1:|", "void", "2025-03-04", "month", 0, None, "", "", 0),
    (*PLAIN[:8], None, *PLAIN[9:]),
)


def _written_plainly(row: tuple[object, ...]) -> str:
    texts = ["" if value is None else str(value) for value in row]
    words = "|".join([text and f"{len(text)}:{text}" for text in texts])
    return hashlib.sha256(f"f1|{words}".encode()).hexdigest()[:32]


def test_the_bytes_stay_what_they_were() -> None:
    assert len(PLAIN) == len(COLUMNS)
    assert fingerprint_of(PLAIN) == "3c39abb8793cd7188fc31d5c449e4cf8"


@pytest.mark.parametrize("row", [PLAIN, *OTHERS])
def test_each_value_stands_with_its_length(row: tuple[object, ...]) -> None:
    assert fingerprint_of(row) == _written_plainly(row)


def test_values_that_were_met_before_are_forgotten_when_they_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fingerprints, "WORDS_MOST", 5)
    monkeypatch.setattr(fingerprints, "_words", fingerprints._Words())
    for batch in range(20):
        row = (*PLAIN[:12], batch)
        assert fingerprint_of(row) == _written_plainly(row)
        assert len(fingerprints._words) <= 12

"""A mapping with changes laid over it is what a copy with these changes would be."""

from __future__ import annotations

import random

import pytest

from registry.core.overlaid import CHANGES_MOST, Overlaid

STEPS = 3 * CHANGES_MOST


@pytest.mark.parametrize("seed", range(3))
def test_it_is_what_a_changed_copy_is_and_what_was_stays(seed: int) -> None:
    chance = random.Random(seed)
    plain: dict[int, int] = {number: number for number in range(50)}
    laid: Overlaid[int, int] = Overlaid(dict(plain))
    for step in range(STEPS):
        before, plain_before = laid, dict(plain)
        gone = chance.sample(range(80), k=chance.choice([0, 1, 2]))
        come = {chance.randrange(80): step for _ in range(chance.choice([0, 1, 2]))}
        plain = {key: value for key, value in plain.items() if key not in gone} | come
        laid = laid.put(come, gone=gone)

        assert dict(laid) == plain, step
        assert len(laid) == len(plain)
        assert laid.every() == list(laid.values())
        assert [laid.get(key) for key in range(80)] == [plain.get(key) for key in range(80)]
        assert [key in laid for key in range(80)] == [key in plain for key in range(80)]
        assert dict(before) == plain_before


def test_what_it_does_not_have_is_missing() -> None:
    laid = Overlaid({1: "a"}).put({}, gone=[1])

    with pytest.raises(KeyError):
        laid[1]
    with pytest.raises(KeyError):
        laid[2]

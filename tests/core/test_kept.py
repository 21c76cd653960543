"""What is kept is told apart by all that it was made of, and sent with what is put in last."""

from __future__ import annotations

from typing import Any  # what a template's module holds

from flask import Flask

from registry.core import kept
from registry.core.sections import (
    IN_ADDRESSES,
    IN_WORDS,
    Frame,
    kept_each,
    kept_section,
    new_section,
    section,
)


def test_a_collection_is_told_apart_by_being_the_same_thing() -> None:
    asked: list[object] = []

    @kept.remembered_lately
    def make(totals: dict[str, int], names: list[str], *, at: int) -> object:
        asked.append((totals, names, at))
        return kept.Settled()

    totals, names = {"a": 1}, ["b"]
    first = make(totals, names, at=1)

    assert make(totals, names, at=1) is first
    others = [make(dict(totals), names, at=1), make(totals, list(names), at=1)]
    assert first not in [*others, make(totals, names, at=2)]
    assert len(asked) == 4


def test_sections_are_told_apart_by_all_that_they_show_and_filled_with_the_head(app: Flask) -> None:
    source = "{% macro say(items, word) %}{{ items | join }}{{ word }}{% endmacro %}"
    say = app.jinja_env.from_string(source).module.say  # type: ignore[attr-defined]  # made by it
    asked = (
        ([1], "年"),
        ([2], "年"),
        ([1], IN_WORDS),
        ([1], IN_ADDRESSES),
        ([1], "年"),
    )

    made = {name: kept_section(say, *words) for name, words in zip("abcde", asked, strict=True)}
    page = Frame(f"<{'–'.join(map(section, 'abcde'))} {IN_ADDRESSES}>")
    first = page.fill(made, address="%237", number="7,000")
    second = Frame(section("c")).fill(made, address="%238", number="8,000")

    assert first.decode() == "<1年–2年–17,000–1%237–1年 %237>"
    assert second.decode() == "18,000"


def test_a_section_that_is_not_kept_is_made_each_time(app: Flask) -> None:
    source = "{% macro say(items) %}{{ items.pop() }}{% endmacro %}"
    say = app.jinja_env.from_string(source).module.say  # type: ignore[attr-defined]  # made by it
    items, page = ["乙", IN_WORDS], Frame(f"<{section('a')}>")

    sent = [page.fill({"a": new_section(say, items)}, address="", number="7") for _ in range(2)]

    assert [words.decode() for words in sent] == ["<7>", "<乙>"]


def test_rows_are_kept_for_themselves_and_put_into_their_section(app: Flask) -> None:
    source = """
    {%- macro row(item, word) %}<{{ item }}{{ word }}>{{ kept_each(cell, item) }}{% endmacro %}
    {%- macro cell(letter) %}.{{ letter }}{% endmacro %}
    {%- macro inner(items) %}[{{ kept_each(cell, items) }}]{% endmacro %}
    {%- macro all(items, word) %}{{ kept_each(row, items, word) }}|{{ kept(inner, items) }}|
    {{- kept_each(cell, []) }}{{ kept_each(cell, items) }}{% endmacro %}"""
    module: Any = app.jinja_env.from_string(source).module
    asked = ((["ab", "c"], IN_WORDS), (["ab", "d"], IN_WORDS), (["ab", "d"], IN_ADDRESSES))

    made = {
        name: kept_section(module.all, *words) for name, words in zip("abc", asked, strict=True)
    }
    page = Frame("–".join(map(section, "abc")))
    sent = page.fill(made, address="%237", number="7").decode()

    first = "<ab7>.a.b<c7>.c|[.ab.c]|.ab.c"
    second = first.replace("c", "d")
    assert sent == f"{first}–{second}–{second.replace('7', '%237')}"
    assert kept_each(module.cell, ["x", "<"]) == ".x.&lt;"

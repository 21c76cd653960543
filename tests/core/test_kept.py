"""What is kept is told apart by all that it was made of, and sent with what is put in last."""

from __future__ import annotations

from typing import Any  # what a template's module holds

from flask import Flask
from markupsafe import Markup

from registry.core import kept, sections
from registry.core.sections import IN_ADDRESSES, IN_WORDS


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

    page = "–".join(sections.kept_section(say, *words) for words in asked)
    first = sections.fill(f"<{page} {IN_ADDRESSES}>", address="%237", number="7,000")
    page = sections.kept_section(say, *asked[2])
    second = sections.fill(page, address="%238", number="8,000")

    assert first.decode() == "<1年–2年–17,000–1%237–1年 %237>"
    assert second.decode() == "18,000"


def test_rows_are_kept_for_themselves_and_put_into_their_section(app: Flask) -> None:
    source = """
    {%- macro row(item, word) %}<{{ item }}{{ word }}>{{ kept_each(cell, item) }}{% endmacro %}
    {%- macro cell(letter) %}.{{ letter }}{% endmacro %}
    {%- macro inner(items) %}[{{ kept_each(cell, items) }}]{% endmacro %}
    {%- macro all(items, word) %}{{ kept_each(row, items, word) }}|{{ kept(inner, items) }}|
    {{- kept_each(cell, []) }}{{ kept_each(cell, items) }}{% endmacro %}"""
    module: Any = app.jinja_env.from_string(source).module
    asked = ((["ab", "c"], IN_WORDS), (["ab", "d"], IN_WORDS), (["ab", "d"], IN_ADDRESSES))

    page = Markup("–").join(sections.kept_section(module.all, *words) for words in asked)
    sent = sections.fill(page, address="%237", number="7").decode()

    first = "<ab7>.a.b<c7>.c|[.ab.c]|.ab.c"
    second = first.replace("c", "d")
    assert sent == f"{first}–{second}–{second.replace('7', '%237')}"
    assert sections.kept_each(module.cell, ["x", "<"]) == ".x.&lt;"

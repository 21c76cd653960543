"""The templates: nothing that the content policy would refuse, no shape that is not drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
SYMBOLS = (TEMPLATES / "layout" / "_symbols.html").read_text(encoding="utf-8")
DRAWN = set(re.findall(r'<symbol id="sym-([a-z]+)"', SYMBOLS))


def place(template: Path) -> str:
    return template.relative_to(TEMPLATES).as_posix()


@pytest.mark.parametrize("template", PAGES, ids=place)
def test_no_style_and_no_script_stands_in_a_page(template: Path) -> None:
    text = re.sub(r"\{[{%].*?[%}]\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert re.findall(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", text) == []


@pytest.mark.parametrize("template", PAGES, ids=place)
def test_every_shape_is_drawn(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    assert set(re.findall(r'href="#sym-([a-z]+)"', text)) <= DRAWN
    assert set(re.findall(r'"shape": "([a-z]+)"', text)) <= DRAWN


@pytest.mark.parametrize("template", PAGES, ids=place)
def test_a_component_says_no_words_while_it_is_loaded(template: Path) -> None:
    """Macros are kept between requests: words made at their top would keep one language."""
    if template.parent.name != "components":
        return
    text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    outside = re.sub(r"\{%-? macro .*?\{%-? endmacro %\}", "", text, flags=re.DOTALL)

    assert re.findall(r"\b(?:n|p|np)?gettext\(|\b_\(", outside) == []

"""The style sheets: colours have names, the names can be read, nothing needs a looser policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CSS = ROOT / "static" / "css"
SHEETS = sorted(CSS.rglob("*.css"))
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")

# Paper is printed black on white; the wall shades its tiles; white stands on the accent.
COLOURS_ELSEWHERE = {
    "components/paper.css": {"#000", "#333", "#777"},
    "components/control.css": {"#fff"},
    "components/chart.css": {"#fff"},
    "wall.css": {"#08222a", "#237483", "#184c58", "#14323c"},
}
TEXT = ("ink", "ink-2", "ink-3", "accent", "accent-deep", "late", "heed", "good")
GROUNDS = {
    "late": "late-1",
    "heed": "heed-1",
    "good": "good-1",
    "ink": "accent-1",
    "ink-2": "paper-2",
}


def tokens_of(surface: str) -> dict[str, str]:
    """Return the colours that a surface sets."""
    selector = ":root {" if surface == "paper" else f'[data-surface="{surface}"] {{'
    start = TOKENS.index(selector)
    block = TOKENS[start : TOKENS.index("\n}", start)]
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("surface", ["paper", "wall"])
@pytest.mark.parametrize("name", TEXT)
def test_text_can_be_read(surface: str, name: str) -> None:
    colours = tokens_of(surface)

    assert contrast(colours[name], colours["paper"]) >= 4.5


@pytest.mark.parametrize("surface", ["paper", "wall"])
@pytest.mark.parametrize(("name", "ground"), GROUNDS.items())
def test_text_can_be_read_on_its_tint(surface: str, name: str, ground: str) -> None:
    colours = tokens_of(surface)

    assert contrast(colours[name], colours[ground]) >= 4.5


@pytest.mark.parametrize("surface", ["paper", "wall"])
def test_the_edge_of_a_control_can_be_seen(surface: str) -> None:
    colours = tokens_of(surface)

    assert contrast(colours["edge"], colours["paper"]) >= 3


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_a_sheet_fetches_nothing_but_its_own_pictures(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    addresses = [address.strip("\"'") for address in re.findall(r"url\(([^)]*)\)", text)]
    pictures = [(sheet.parent / address) for address in addresses if not address.startswith("#")]

    assert "@import" not in text
    assert [picture for picture in pictures if not picture.is_file()] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_colours_have_names(sheet: Path) -> None:
    name = sheet.relative_to(CSS).as_posix()
    text = re.sub(r"url\([^)]*\)", "", sheet.read_text(encoding="utf-8"))
    used = set(re.findall(r"#[0-9a-f]{3,8}\b(?=[;, )])", text))

    if name != "tokens.css":
        assert used == COLOURS_ELSEWHERE.get(name, set())


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_every_name_is_a_token(sheet: Path) -> None:
    known = set(re.findall(r"(--[a-z0-9-]+):", TOKENS))
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", sheet.read_text(encoding="utf-8")))

    assert used <= known


def test_pages_link_every_sheet() -> None:
    linked = (ROOT / "templates" / "layout" / "_styles.html").read_text(encoding="utf-8")
    names = {sheet.relative_to(CSS).with_suffix("").as_posix() for sheet in SHEETS}

    assert set(re.findall(r'"((?:components/)?[a-z]+)"', linked)) - {"stylesheet"} == names - {
        "wall"
    }

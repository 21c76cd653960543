"""Proofs to attach: small real PDF and PNG files that say that they are examples."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

PAGE = (595, 842)
PHOTO = (320, 240)
INK, PAPER = (20, 32, 42), (233, 237, 236)


@cache
def make_pdf(words: str) -> bytes:
    """Make a page of paper with one line on it."""
    page = Image.new("RGB", PAGE, "white")
    ImageDraw.Draw(page).text((60, 80), f"EXAMPLE / {words}", fill=INK)
    file = BytesIO()
    page.save(file, "PDF")
    return file.getvalue()


@cache
def make_photo(number: int) -> bytes:
    """Make a picture with a number on it."""
    picture = Image.new("RGB", PHOTO, PAPER)
    ImageDraw.Draw(picture).text((20, 20), f"EXAMPLE {number}", fill=INK)
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()

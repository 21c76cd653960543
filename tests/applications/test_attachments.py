"""Files: what is taken, what is refused, what is swept."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from registry.applications.attachments import attach, sweep
from registry.applications.files import LARGEST, clean_name
from registry.core import clock
from registry.core.errors import Invalid
from tests.applications.factories import AT, a_draft, a_member

PDF = b"%PDF-1.4\n%%EOF\n"


def a_zip(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def a_png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("合同.pdf", PDF),
        ("铭牌.png", a_png()),
        ("铭牌.zip", a_zip("E21-1.jpg")),
        ("表.xlsx", a_zip("xl/workbook.xml")),
        ("说明.docx", a_zip("word/document.xml")),
    ],
)
def test_what_is_taken(app: Flask, tmp_path: Path, name: str, content: bytes) -> None:
    member = a_member()
    draft = a_draft(member, with_files=False)
    file = attach(
        draft, io.BytesIO(content), slot="photo", name=name, by=member, at=AT, folder=tmp_path
    )
    assert (file.name, file.size) == (name, len(content))
    assert (tmp_path / file.stored_as).read_bytes() == content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.png", PDF),
        ("照片.jpg", a_png()),
        ("材料.zip", a_zip("setup.exe")),
        ("表.xlsx", a_zip("readme.txt")),
        ("表.xlsx", a_zip("xl/workbook.xml", "xl/vbaProject.bin")),
        ("页.html", b"<script>"),
        ("大.pdf", PDF + b"\0" * LARGEST),
    ],
)
def test_what_is_refused(app: Flask, tmp_path: Path, name: str, content: bytes) -> None:
    member = a_member()
    draft = a_draft(member, with_files=False)
    with pytest.raises(Invalid):
        attach(
            draft, io.BytesIO(content), slot="photo", name=name, by=member, at=AT, folder=tmp_path
        )
    assert list(tmp_path.iterdir()) == []


def test_names_lose_folders_and_signs() -> None:
    names = [clean_name(name) for name in ("../../etc/passwd", 'C:\\a\\合"同.pdf', "a\x00b.pdf")]
    assert names == ["passwd", "合同.pdf", "ab.pdf"]


def test_files_without_a_row_are_swept(app: Flask, tmp_path: Path) -> None:
    member = a_member()
    draft = a_draft(member, with_files=False)
    kept = attach(
        draft, io.BytesIO(PDF), slot="photo", name="a.pdf", by=member, at=AT, folder=tmp_path
    )
    (tmp_path / "orphan").write_bytes(b"x")
    (tmp_path / "fresh").write_bytes(b"x")
    old = (clock.now() - timedelta(days=2)).timestamp()
    for name in ("orphan", kept.stored_as):
        os.utime(tmp_path / name, (old, old))
    assert sweep(tmp_path, at=clock.now()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["fresh", kept.stored_as])

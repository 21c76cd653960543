"""What a file is: its content is looked at and must be what its name says."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import filetype

from registry.core.errors import Invalid
from registry.core.language import _
from registry.core.lazily import lazily

if TYPE_CHECKING:
    from PIL import Image
else:
    Image = lazily("PIL.Image")

MEBIBYTE = 1024 * 1024
LARGEST = 20 * MEBIBYTE
FILES_MOST = 20
NAME_LONGEST = 120
MEMBERS_MOST = 5_000
UNPACKED_MOST = 1024 * MEBIBYTE
PIXELS_MOST = 100_000_000
PROGRAM_ENDINGS = frozenset(
    {"exe", "dll", "com", "scr", "msi", "bat", "cmd", "ps1", "vbs", "js", "jse", "wsf", "hta"}
    | {"lnk", "jar", "apk", "app", "dmg", "sh", "elf"}
)


@dataclass(frozen=True)
class FileType:
    """One kind of file that is taken: its endings, its content type, and how it is proven."""

    endings: tuple[str, ...]
    content_type: str
    is_proven: Callable[[Path], bool]


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        return b"%PDF-" in file.read(1024)


def _is_image(path: Path, wanted: str) -> bool:
    found = filetype.guess(str(path))
    if found is None or found.mime != f"image/{wanted}":
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=(wanted.upper(),)) as image:
                if image.width * image.height > PIXELS_MOST:
                    return False
                image.verify()
                return True
    except (OSError, SyntaxError, ValueError, Warning):
        return False


def _is_jpeg(path: Path) -> bool:
    return _is_image(path, "jpeg")


def _is_png(path: Path) -> bool:
    return _is_image(path, "png")


def _members(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def _is_zip(path: Path) -> bool:
    members = _members(path)
    if not members or len(members) > MEMBERS_MOST:
        return False
    if sum(member.file_size for member in members) > UNPACKED_MOST:
        return False
    return not any(_ending(member.filename) in PROGRAM_ENDINGS for member in members)


def _holds(name: str) -> Callable[[Path], bool]:
    def is_proven(path: Path) -> bool:
        names = {member.filename for member in _members(path)}
        has_macros = any(member.endswith("vbaProject.bin") for member in names)
        return _is_zip(path) and name in names and not has_macros

    return is_proven


TYPES = (
    FileType(("pdf",), "application/pdf", _is_pdf),
    FileType(("jpg", "jpeg"), "image/jpeg", _is_jpeg),
    FileType(("png",), "image/png", _is_png),
    FileType(("zip",), "application/zip", _is_zip),
    FileType(
        ("xlsx",),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _holds("xl/workbook.xml"),
    ),
    FileType(
        ("docx",),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _holds("word/document.xml"),
    ),
)
BY_ENDING: Mapping[str, FileType] = {ending: kind for kind in TYPES for ending in kind.endings}
ACCEPT = ",".join(f".{ending}" for ending in BY_ENDING)


def type_of(name: str) -> FileType:
    """Return the type a name claims; raise Invalid for one that is not taken."""
    kind = BY_ENDING.get(_ending(name))
    if kind is None:
        raise Invalid(
            _("%(name)s was not taken. Please send PDF, JPG, PNG, ZIP, XLSX or DOCX.", name=name)
        )
    return kind


def check_content(path: Path, name: str) -> FileType:
    """Return the type of a file whose content is what its name says; else raise Invalid."""
    kind = type_of(name)
    if kind.is_proven(path):
        return kind
    ending = _ending(name)
    if _is_program(path):
        message = _(
            "%(name)s was not taken: it is called %(ending)s, but it is a program. "
            "Please send the original document or photo.",
            name=name,
            ending=ending,
        )
    else:
        message = _(
            "%(name)s was not taken: it is called %(ending)s, but its content is something else, "
            "is damaged, or holds programs. Please open it, save it anew and send that.",
            name=name,
            ending=ending,
        )
    raise Invalid(message)


def clean_name(name: str) -> str:
    """Return a file's name as it is shown and saved: no folders, no control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*').strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        return kept[:NAME_LONGEST] or "file"
    return f"{stem[: NAME_LONGEST - len(ending) - 1] or 'file'}.{ending}"


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _is_program(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(4)
    return start[:2] in {b"MZ", b"#!"} or start == b"\x7fELF"

"""Files made for one answer: written to disk without a name, sent, gone.

Memory holds a part of such a file, and the database is left before the first byte goes out, however
slowly it is fetched.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from flask import Response, current_app

Write = Callable[[BinaryIO], None]
BLOCK = 64 * 1024


def send_written(write: Write, *, name: str, content_type: str) -> Response:
    """Answer with a file that `write` writes; `name` is plain ASCII."""
    file = tempfile.TemporaryFile(dir=folder())  # noqa: SIM115 - closed when it was sent
    try:
        write(file)
        length = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    answer = Response(_read(file), content_type=content_type)
    answer.content_length = length
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.call_on_close(file.close)
    return answer


def _read(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block


def folder() -> Path:
    """Return where such files are written: beside the data, which has room for them."""
    found: Path = current_app.config["SETTINGS"].data_dir
    return found

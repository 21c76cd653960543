"""The blueprint that the pages of sample checks share."""

from __future__ import annotations

from flask import Blueprint, Response

sampling = Blueprint("sampling", __name__)
OK, BAD_INPUT, CONFLICT = 200, 422, 409


def csv_file(content: bytes, name: str) -> Response:
    """Give a file that spreadsheets open as it is."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(content, content_type="text/csv; charset=utf-8", headers=headers)

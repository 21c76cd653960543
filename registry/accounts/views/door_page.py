"""The sign-in page itself, shown when asked for and when a form is cut off."""

from __future__ import annotations

import json
from typing import Any  # what the demonstration wrote is any JSON

from flask import current_app, render_template

from registry.accounts.forms import SignInForm
from registry.core.language import is_chinese

SIGN_INS = "sign-ins.json"


def sign_in_page(form: SignInForm, *, had_files: bool = False) -> str:
    """Return the sign-in page, with the fields of a form that was cut off, if any."""
    return render_template(
        "accounts/sign_in.html",
        form=form,
        cut_off=bool(form.carried_to.data),
        had_files=had_files,
        sign_ins=_list_sign_ins(),
    )


def _list_sign_ins() -> list[dict[str, Any]]:
    """List the sign-ins of the demonstration; there are none anywhere else."""
    settings = current_app.config["SETTINGS"]
    path = settings.data_dir / SIGN_INS
    if not settings.demonstration or not path.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    name = "label" if is_chinese() else "label_en"
    return [{**person, "label": person.get(name, person["label"])} for person in found]

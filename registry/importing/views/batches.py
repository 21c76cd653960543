"""An import that was made: what it brought, and taking it back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.deeds import claim_key, keep_location
from registry.core.forms import DeedForm
from registry.core.language import _
from registry.entries.catalogue import kind_label
from registry.entries.register import place_name
from registry.importing.effects import effects_of_undoing
from registry.importing.queries import (
    PAGE_ROWS,
    count_entries,
    describe_undoing,
    get_batch,
    get_importer,
    list_rows,
)
from registry.importing.service import undo_import
from registry.importing.views.blueprint import importing
from registry.importing.words import change_label, effect_lines


@importing.get("/<int:batch_id>")
@requires(Role.ADMINISTRATOR)
def batch(batch_id: int) -> ResponseReturnValue:
    """Show what an import brought, and what taking it back would do."""
    found = get_batch(batch_id)
    is_standing = found.undone_at is None
    effects = effects_of_undoing(batch_id) if is_standing else []
    after = request.args.get("after", "")
    rows = list_rows(batch_id, after=int(after) if after.isdecimal() and len(after) < 10 else 0)
    more = len(rows) > PAGE_ROWS
    return render_template(
        "importing/batch.html",
        batch=found,
        importer=get_importer(found),
        counts=[(kind_label(kind), count) for kind, count in count_entries(batch_id).items()],
        undoing=describe_undoing(batch_id) if is_standing else None,
        effects=effect_lines([effect.to_json() for effect in effects if effect.is_shown]),
        rows=[
            (row, entry, kind_label(entry.kind) if entry else "") for row, entry in rows[:PAGE_ROWS]
        ],
        next_url=url_for("importing.batch", batch_id=batch_id, after=rows[PAGE_ROWS - 1][0].row)
        if more
        else "",
        previous_url=url_for("importing.batch", batch_id=batch_id) if after else "",
        change_label=change_label,
        place_name=place_name,
    )


@importing.post("/<int:batch_id>/undo")
@requires(Role.ADMINISTRATOR)
def undo(batch_id: int) -> ResponseReturnValue:
    """Take an import back, once, however often it is sent."""
    form, actor = DeedForm(), get_actor()
    here = url_for("importing.batch", batch_id=batch_id)
    if not form.validate_on_submit():
        return redirect(here, 303)
    key = form.key.data or ""
    if claim_key(key, user_id=actor.id, at=clock.now()) is not None:
        return redirect(here, 303)
    undone = undo_import(batch_id, by=actor, at=clock.now())
    keep_location(key, here)
    flash(
        _("Taken back: %(count)s entries were never registered.", count=f"{undone.entries:,}"),
        "good",
    )
    return redirect(here, 303)

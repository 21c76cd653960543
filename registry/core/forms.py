"""The base of every form: CSRF; in each deed the version seen and an idempotency key."""

from __future__ import annotations

import unicodedata

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

from registry.core.deeds import new_key
from registry.core.wire import read_number


def clean_text(text: object) -> object:
    """Trim and unify a line of text: NFC, no control characters, one space for many."""
    if not isinstance(text, str):
        return text
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or is_printable(c))
    return " ".join(kept.split())


def is_printable(character: str) -> bool:
    """Say whether a character may stand in a line of text."""
    return unicodedata.category(character) not in {"Cc", "Cs", "Cn", "Co", "Cf"}


class RegistryForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A form of the registry; lines of text are cleaned as they come in."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # flask-wtf ships no types
        def bind_field(self, form, unbound_field, options):  # type: ignore[no-untyped-def]  # wtforms' own hook
            if unbound_field.field_class is StringField:
                filters = [*unbound_field.kwargs.get("filters", []), clean_text]
                options = {**options, "filters": filters}
            return unbound_field.bind(form=form, **options)


class DeedForm(RegistryForm):
    """A form that does something to a case: what was seen, and a key so that it acts once."""

    seen = HiddenField()
    key = HiddenField(default=new_key)

    def seen_version(self) -> int:
        """Return the version the person saw; 0, never current, where it is no number."""
        return read_number(self.seen.data)

"""The form in which a list is sent in."""

from __future__ import annotations

from wtforms import FileField, StringField

from registry.core.forms import RegistryForm
from registry.core.language import _


class ListForm(RegistryForm):
    """A list and whose it is."""

    file = FileField(_("List"))
    source = StringField(_("Source"))

"""Forms of accounts."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField, StringField

from registry.core.forms import RegistryForm
from registry.core.language import _


class SignInForm(RegistryForm):
    """Address and password; where to go on; the fields of a form that was cut off."""

    email = StringField(_("E-mail"))
    password = PasswordField(_("Password"))
    next = HiddenField()
    carried = HiddenField()
    carried_to = HiddenField()

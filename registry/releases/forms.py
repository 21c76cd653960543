"""The form of a release."""

from __future__ import annotations

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from registry.core.forms import DeedForm
from registry.core.language import _
from registry.releases.service import (
    NAME_LONGEST,
    OFFICE_LONGEST,
    REASON_LONGEST,
    SIGNER_LONGEST,
    Signed,
)

NEEDED = DataRequired(_("Please fill this in."))


def _longest(most: int) -> Length:
    return Length(max=most, message=_("No more than %(most)s characters, please.", most=most))


class ReleaseForm(DeedForm):
    """Under which name, and who signs; why, where the month was released before."""

    name = StringField(_("Name of the release"), [NEEDED, _longest(NAME_LONGEST)])
    signer_name = StringField(_("Who signs"), [NEEDED, _longest(SIGNER_LONGEST)])
    signer_office = StringField(_("Office of who signs"), [NEEDED, _longest(OFFICE_LONGEST)])
    reason = TextAreaField(
        _("Why it is released once more"), [Optional(), _longest(REASON_LONGEST)]
    )

    def signed(self) -> Signed:
        """Return what was typed."""
        return Signed(
            name=self.name.data or "",
            signer_name=self.signer_name.data or "",
            signer_office=self.signer_office.data or "",
            reason=self.reason.data or "",
        )

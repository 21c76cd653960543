"""Forms of what is done to a registered entry."""

from __future__ import annotations

from typing import Any  # what wtforms hands on

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from registry.accounts.forms import TypedDateField
from registry.core.forms import DeedForm
from registry.core.language import _, is_chinese, p_
from registry.districts.queries import list_districts
from registry.entries.models import Entry
from registry.standing import words
from registry.standing.models import Act
from registry.standing.service import DOCUMENT_LONGEST, REASON_LONGEST

NEEDED = DataRequired(_("Please fill this in."))
CHOSEN = DataRequired(_("Please choose one."))
FILLED = InputRequired(_("Please fill this in."))


def _longest(most: int) -> Length:
    return Length(max=most, message=_("No more than %(most)s characters, please.", most=most))


def _first(label: object = "") -> tuple[str, str]:
    return ("", str(label or _("Please choose")))


class ProposeForm(DeedForm):
    """Why, in words and by which document."""

    act: Act
    reason_code = SelectField(_("Reason"), [CHOSEN])
    reason = TextAreaField(_("The reason in words"), [NEEDED, _longest(REASON_LONGEST)])
    document = StringField(_("Number of the document"), [NEEDED, _longest(DOCUMENT_LONGEST)])

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        reasons = [(code, str(label)) for code, label in words.REASONS[self.act].items()]
        self.reason_code.choices = [_first(), *reasons]


class RevokeForm(ProposeForm):
    """From which day an entry no longer counts."""

    act = Act.REVOKE
    effective_on = TypedDateField(_("In force from"), [FILLED])


class RelocateForm(ProposeForm):
    """Where an entry stands, and since when."""

    act = Act.RELOCATE
    district = SelectField(_("New district"), [CHOSEN])
    effective_on = TypedDateField(_("Moved on"), [Optional()])

    def __init__(self, *arguments: Any, entry: Entry, **named: Any) -> None:
        super().__init__(*arguments, **named)
        places = [
            (str(place.id), place.name_zh if is_chinese() else place.name_en)
            for place in list_districts()
            if place.id != entry.district_id
        ]
        self.district.choices = [_first(), *places]


class RetireForm(DeedForm):
    """How and when robots left; which ones is ticked in the list beside."""

    way = SelectField(_("What became of them"), [CHOSEN])
    effective_on = TypedDateField(p_("robots", "Left on"), [FILLED])
    reason = TextAreaField(_("What the enterprise reported"), [NEEDED, _longest(REASON_LONGEST)])
    document = StringField(_("Number of the document"), [Optional(), _longest(DOCUMENT_LONGEST)])

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.way.choices = [_first(), *((way.value, str(text)) for way, text in words.WAYS.items())]


class DecideForm(DeedForm):
    """A decision on a proposal, with words where it is refused."""

    decision = StringField()
    note = TextAreaField(p_("refusal", "Why it is refused"), [_longest(REASON_LONGEST)])

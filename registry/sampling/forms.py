"""The forms of a draw and of a result."""

from __future__ import annotations

from typing import Any  # what wtforms hands on

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from registry.accounts.forms import TypedDateField
from registry.accounts.models import User
from registry.core.errors import Invalid
from registry.core.forms import DeedForm
from registry.core.language import _, p_
from registry.core.wire import read_number
from registry.districts.queries import list_districts
from registry.entries.catalogue import CATALOGUE
from registry.entries.register import place_name
from registry.programme.kinds import Kind
from registry.sampling import policy
from registry.sampling.models import Outcome
from registry.sampling.service import (
    CHECKERS_LONGEST,
    PURPOSE_LONGEST,
    WORDS_LONGEST,
    Seen,
    Wanted,
)
from registry.sampling.words import COUNTS_FOUND, OUTCOMES

NEEDED = DataRequired(_("Please fill this in."))
CHOSEN = DataRequired(_("Please choose one."))
CITY = "city"


def _longest(most: int) -> Length:
    return Length(max=most, message=_("No more than %(most)s characters, please.", most=most))


class DrawForm(DeedForm):
    """What is drawn, from where, how many, and why."""

    purpose = StringField(p_("draw", "What it is for"), [NEEDED, _longest(PURPOSE_LONGEST)])
    kind = SelectField(_("Kind"), [CHOSEN])
    district = SelectField(_("District"), [CHOSEN])
    since = TypedDateField(p_("draw", "Counted from"), [Optional()])
    until = TypedDateField(p_("draw", "Counted to"), [Optional()])
    size = StringField(p_("draw", "How many"), [NEEDED])

    def __init__(self, *arguments: Any, actor: User, **named: Any) -> None:
        super().__init__(*arguments, **named)
        first = ("", str(_("Please choose")))
        self.kind.choices = [first, *((kind.value, str(CATALOGUE[kind].label)) for kind in Kind)]
        places = [
            (str(place.id), place_name(place))
            for place in list_districts()
            if policy.may_draw(actor, district_id=place.id)
        ]
        city = [(CITY, str(_("Whole city")))] if policy.may_draw(actor, district_id=None) else []
        self.district.choices = [*city, *places]

    def wanted(self) -> Wanted:
        """Return what was asked for."""
        place = self.district.data
        return Wanted(
            purpose=self.purpose.data or "",
            kind=Kind(self.kind.data),
            size=self.size.data or "",
            district_id=None if place == CITY else int(place),
            since=self.since.data,
            until=self.until.data,
        )


class ResultForm(DeedForm):
    """What was found at an entry, when and by whom; robots are counted."""

    outcome = RadioField(p_("check", "What was found"), [CHOSEN], validate_choice=False)
    checked_on = TypedDateField(p_("check", "Checked on"), [InputRequired(NEEDED.message)])
    checkers = StringField(p_("check", "Checked by"), [NEEDED, _longest(CHECKERS_LONGEST)])
    found = StringField(p_("check", "Robots found on site"))
    words = TextAreaField(p_("check", "In words"), [Optional(), _longest(WORDS_LONGEST)])

    def __init__(self, *arguments: Any, kind: Kind, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.outcome.choices = [(outcome.value, str(text)) for outcome, text in OUTCOMES.items()]
        if kind not in COUNTS_FOUND:
            del self.found

    def result(self) -> Seen:
        """Return what was typed; raise Invalid for what is no outcome or no number."""
        if self.outcome.data not in set(Outcome):
            raise Invalid(CHOSEN.message, field="outcome")
        if self.checked_on.data is None:
            raise Invalid(NEEDED.message, field="checked_on")
        return Seen(
            outcome=Outcome(self.outcome.data),
            checked_on=self.checked_on.data,
            checkers=self.checkers.data or "",
            found=self._read_found(),
            words=self.words.data or "",
        )

    def _read_found(self) -> int | None:
        text = (self.found.data or "").strip() if "found" in self else ""
        if not text:
            return None
        number = read_number(text)
        if not number and text.strip("0"):
            raise Invalid(_("Write a whole number in digits."), field="found")
        return number

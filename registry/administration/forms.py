"""Forms of administration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any  # what wtforms hands on

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional

from registry.accounts.forms import (
    CHOSEN,
    EMAIL_MAX,
    NEEDED,
    TypedDateField,
    WholeField,
    is_email,
    no_longer_than,
)
from registry.accounts.invitations import INVITED
from registry.accounts.roles import Role
from registry.accounts.words import ROLES
from registry.administration.service import Window
from registry.administration.words import MEASURES
from registry.core.errors import Invalid
from registry.core.forms import DeedForm, RegistryForm, clean_text
from registry.core.language import _, is_chinese, p_
from registry.districts.models import District
from registry.districts.queries import list_districts
from registry.entries.catalogue import CATALOGUE
from registry.programme.kinds import Kind, Measure
from registry.programme.plan import Milestone

FILLED = InputRequired(_("Please fill this in."))
NAME_MAX, CONTACT_MAX, ROUND_MAX, LABEL_MAX = 100, 200, 60, 100
SOURCE_MAX, LICENCE_MAX = 200, 400
COUNT_MAX = 10_000_000
WORDS = ("name_zh", "name_en", "city_zh", "city_en", "contact_zh", "contact_en")
OPEN_DATA = ("has_open_data", "licence_zh", "licence_en")
COLUMNS = (*WORDS, "starts_on", "ends_on", "is_public", *OPEN_DATA)


def _count() -> NumberRange:
    return NumberRange(0, COUNT_MAX, _("That is more than can be counted here."))


def list_places(blank: object) -> list[tuple[str, str]]:
    """List the districts as a field offers them, a blank first."""
    named = [(place.code, district_name(place)) for place in list_districts()]
    return [("", str(blank)), *named]


def district_name(district: District) -> str:
    """Return the name of a district in the language of the page."""
    return district.name_zh if is_chinese() else district.name_en


class ProgrammeForm(DeedForm):
    """Words, dates and public pages of the programme."""

    name_zh = StringField(_("Name in Chinese"), [NEEDED, no_longer_than(NAME_MAX)])
    name_en = StringField(_("Name in English"), [NEEDED, no_longer_than(NAME_MAX)])
    city_zh = StringField(_("Second line in Chinese"), [NEEDED, no_longer_than(NAME_MAX)])
    city_en = StringField(_("Second line in English"), [NEEDED, no_longer_than(NAME_MAX)])
    contact_zh = TextAreaField(
        _("Contact in Chinese"), [no_longer_than(CONTACT_MAX)], filters=[clean_text]
    )
    contact_en = TextAreaField(
        _("Contact in English"), [no_longer_than(CONTACT_MAX)], filters=[clean_text]
    )
    starts_on = TypedDateField(_("First day"), [FILLED])
    ends_on = TypedDateField(_("Last day"), [FILLED])
    is_public = BooleanField(_("Show tally and register to everybody"))
    has_open_data = BooleanField(_("Give the open data files to everybody"))
    licence_zh = TextAreaField(
        _("Licence of the open data in Chinese"),
        [no_longer_than(LICENCE_MAX)],
        filters=[clean_text],
    )
    licence_en = TextAreaField(
        _("Licence of the open data in English"),
        [no_longer_than(LICENCE_MAX)],
        filters=[clean_text],
    )

    def given(self) -> dict[str, Any]:
        """Return what was given, by column of the programme."""
        return {name: self[name].data for name in COLUMNS if name in self}


class VersionForm(DeedForm):
    """A new version, from a day on; two of them stand on one page, so each names its own day."""

    day_name = ""

    @property
    def day_field(self) -> TypedDateField:
        """Return the field of the day from which the version holds."""
        found: TypedDateField = self[self.day_name]
        return found

    @property
    def day(self) -> date:
        """Return the day; for a form that was found valid."""
        return _given(self.day_field)


def _given(field: TypedDateField) -> date:
    if field.data is None:
        raise Invalid(_("Please fill this in."), field=field.name)
    return field.data


def _source() -> StringField:
    return StringField(
        _("Document"),
        [no_longer_than(SOURCE_MAX)],
        description=_("By which it was decided; it stands beside the figure."),
    )


class TargetForm(VersionForm):
    """A new target of a goal, and what joins it."""

    day_name = "target_from"
    target = WholeField(_("Target"), [FILLED, _count()])
    target_from = TypedDateField(_("In force from"), [FILLED])
    target_source = _source()


class MilestonesForm(VersionForm):
    """The milestones of a plan line; their rows stand in the class made for so many of them."""

    day_name = "plan_from"
    rows = 0
    plan_from = TypedDateField(_("In force from"), [FILLED])
    plan_source = _source()

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a quantity without its day; a day without a quantity is no milestone."""
        good = super().validate(extra_validators)
        for place in range(self.rows):
            if self[f"quantity_{place}"].data is not None and not self[f"on_{place}"].raw_data[0]:
                self[f"on_{place}"].errors = [str(_("By which day is it to stand?"))]
                good = False
        return bool(good)

    def milestones(self) -> list[tuple[int, Milestone]]:
        """Return what was given, each with its row; for a form that was found valid."""
        given = [
            (place, self[f"on_{place}"].data, self[f"quantity_{place}"].data)
            for place in range(self.rows)
        ]
        return [
            (place, Milestone(on, quantity))
            for place, on, quantity in given
            if on is not None and quantity is not None
        ]


class AllocationForm(VersionForm):
    """The day from which shares hold; the shares stand in the class made for the districts."""

    day_name = "shares_from"
    shares_from = TypedDateField(_("In force from"), [FILLED])
    shares_source = _source()

    def shares(self, districts: Sequence[District]) -> dict[int, int | None]:
        """Return the share of each district by its id; None where none is given."""
        return {place.id: self[f"share_{place.code}"].data for place in districts}


def target_form(kind: Kind) -> type[TargetForm]:
    """Return the form of a kind's target: each further measure can join its goal."""
    joins = {
        f"with_{measure.value}": BooleanField(str(MEASURES[measure]))
        for measure in CATALOGUE[kind].measures[1:]
    }
    return type("KindTargetForm", (TargetForm,), joins)


def measures_of(kind: Kind, form: TargetForm) -> tuple[Measure, ...]:
    """Return what the goal adds up: the first measure of its kind, and those that join it."""
    first, *others = CATALOGUE[kind].measures
    return (first, *(other for other in others if form[f"with_{other.value}"].data))


def allocation_form(districts: Sequence[District]) -> type[AllocationForm]:
    """Return the form with a field for the share of each district."""
    fields = {
        f"share_{place.code}": WholeField(district_name(place), [Optional(), _count()])
        for place in districts
    }
    return type("DistrictsAllocationForm", (AllocationForm,), fields)


def milestones_form(rows: int) -> type[MilestonesForm]:
    """Return the form with so many rows of a day and a quantity."""
    fields: dict[str, Any] = {"rows": rows}
    for place in range(rows):
        fields[f"on_{place}"] = TypedDateField(
            _("Milestone %(number)s, by the end of", number=place + 1), [Optional()]
        )
        fields[f"quantity_{place}"] = WholeField(
            _("Milestone %(number)s, how many", number=place + 1), [Optional(), _count()]
        )
    return type("RowsMilestonesForm", (MilestonesForm,), fields)


class RoundForm(DeedForm):
    """Name and days of a round."""

    name = StringField(
        p_("round", "Name"),
        [NEEDED, no_longer_than(ROUND_MAX)],
        description=_("For example: 2026, 1st round"),
    )
    opens_on = TypedDateField(_("First day"), [FILLED])
    closes_on = TypedDateField(_("Last day"), [FILLED])

    @property
    def window(self) -> Window:
        """Return name and days; for a form that was found valid."""
        return Window(self.name.data or "", _given(self.opens_on), _given(self.closes_on))


class NewRoundForm(RoundForm):
    """The same with the kind, which stays as it is."""

    kind = SelectField(_("Kind"), [CHOSEN])

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        kinds = [(kind.value, str(facts.label)) for kind, facts in CATALOGUE.items()]
        self.kind.choices = [("", str(_("Please choose"))), *kinds]


class InviteForm(DeedForm):
    """Who is invited, to what, and where."""

    email = StringField(_("E-mail"), [NEEDED, no_longer_than(EMAIL_MAX), is_email])
    role = SelectField(_("Role"), [CHOSEN])
    district = SelectField(_("District"), [Optional()])

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        roles = [(role.value, str(ROLES[role])) for role in INVITED]
        self.role.choices = [("", str(_("Please choose"))), *roles]
        self.district.choices = list_places(_("none: the whole city"))


class MoveForm(RegistryForm):
    """Another role or district of a person."""

    role = SelectField(_("Role"), [CHOSEN])
    district = SelectField(_("District"), [Optional()])

    def __init__(self, *arguments: Any, roles: Sequence[Role], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.role.choices = [(role.value, str(ROLES[role])) for role in roles]
        self.district.choices = list_places(_("none: the whole city"))


class TokenForm(DeedForm):
    """What a token is for."""

    label = StringField(
        _("What it is for"),
        [NEEDED, no_longer_than(LABEL_MAX)],
        description=_("For example: city data centre, daily figures"),
    )

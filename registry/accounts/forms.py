"""Forms of accounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any  # what wtforms hands to a validator

from email_validator import EmailNotValidError, validate_email
from wtforms import (
    DateField,
    DecimalField,
    Field,
    Form,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    Optional,
    Regexp,
    ValidationError,
)

from registry.accounts.passwords import check_password
from registry.accounts.roles import Right
from registry.accounts.words import RIGHTS
from registry.core import clock
from registry.core.errors import Invalid
from registry.core.forms import RegistryForm
from registry.core.language import _
from registry.core.letters import refuse_strange
from registry.enterprises.codes import check_code
from registry.enterprises.industries import list_choices
from registry.enterprises.models import Ownership
from registry.enterprises.words import OWNERSHIPS

EMAIL_MAX, NAME_MAX, ENTERPRISE_MAX = 254, 60, 100
AMOUNT = re.compile(r"[0-9]{1,11}(\.[0-9]{1,2})?")
PHONE = r"^(1\d{10}|0\d{2,3}[- ]?\d{7,8}([- ]\d{1,6})?)$"
EMPLOYEES_MAX = 10_000_000
REVENUE_MAX = Decimal("99999999999.99")
NEEDED = DataRequired(_("Please fill this in."))
CHOSEN = DataRequired(_("Please choose one."))
FIRST_YEAR = 1850


def _choices(pairs: Iterable[tuple[str, object]], *, blank: object = "") -> list[Any]:
    """Return what a field offers, first of all nothing."""
    first = SelectChoice("", str(blank or _("Please choose")))
    return [first, *(SelectChoice(str(value), str(label)) for value, label in pairs)]


def no_longer_than(most: int) -> Length:
    """Refuse what the column could not hold."""
    return Length(max=most, message=_("At most %(max)d characters, please."))


def up_to(most: int | Decimal, message: object) -> Callable[[Form, Field], None]:
    """Refuse a number below 0 or above the most; an unreadable one has its fault already."""

    def check(_form: Form, field: Field) -> None:
        if field.data is not None and not 0 <= field.data <= most:
            raise ValidationError(str(message))

    return check


def is_email(_form: Form, field: Field) -> None:
    """Unify a mail address; refuse what is none."""
    try:
        found = validate_email(field.data or "", check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValidationError(
            str(_("This is not an e-mail address. It looks like name@company.cn."))
        ) from None
    field.data = found.normalized.lower()


def is_code(_form: Form, field: Field) -> None:
    """Unify a credit code; name the group of characters that is wrong."""
    try:
        field.data = check_code(field.data or "")
    except Invalid as fault:
        raise ValidationError(str(fault.message)) from None


def is_readable(_form: Form, field: Field) -> None:
    """Refuse a name with characters that nobody can read, and emoji."""
    try:
        refuse_strange(field.data or "")
    except Invalid as fault:
        raise ValidationError(str(fault.message)) from None


def is_phone() -> Regexp:
    """Refuse what is neither a mobile number nor a land line with its area code."""
    return Regexp(PHONE, message=_("A mobile number has 11 digits, a land line is 0512-65220000."))


class SignInForm(RegistryForm):
    """Address and password; where to go on; the fields of a form that was cut off."""

    email = StringField(_("E-mail"))
    password = PasswordField(_("Password"))
    next = HiddenField()
    carried = HiddenField()
    carried_to = HiddenField()


def password_field(label: Any) -> PasswordField:
    """Return the field of a new password; it stands last in its form."""
    return PasswordField(
        label,
        [InputRequired(_("Please choose a password."))],
        description=_("At least 10 characters of any kind; three or four words will do."),
    )


class ChoosesPassword(RegistryForm):
    """A form with a new password; `known` is what others know of the person."""

    def __init__(self, *arguments: Any, known: tuple[str, ...] = (), **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.known = known

    def validate_password(self, field: Field) -> None:
        try:
            check_password(field.data or "", known=[*self.known, *self.known_here()])
        except Invalid as fault:
            raise ValidationError(str(fault.message)) from None

    def known_here(self) -> list[str]:
        """Return what this very form tells of the person."""
        return [
            part
            for name in ("email", "name", "enterprise", "uscc")
            if name in self
            for part in [self[name].data or "", (self[name].data or "").partition("@")[0]]
        ]


class PasswordForm(ChoosesPassword):
    """A new password by a link."""

    password = password_field(_("New password"))


class FirstPasswordForm(ChoosesPassword):
    """The password of a new account, chosen behind the link that was mailed."""

    password = password_field(_("Password"))


class FirmForm(RegistryForm):
    """The enterprise that a person signs up for, or asks to join."""

    uscc = StringField(
        _("Unified social credit code"),
        [NEEDED, is_code],
        description=_("18 characters, on the business licence. Blanks and small letters are fine."),
    )
    enterprise = StringField(
        _("Name of the enterprise"),
        [NEEDED, no_longer_than(ENTERPRISE_MAX), is_readable],
        description=_("As on the business licence."),
    )
    district = SelectField(_("District of the seat"), [CHOSEN])
    industry = SelectField(_("Industry"), [CHOSEN])

    def __init__(self, *arguments: Any, districts: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.district.choices = _choices(districts)
        self.industry.choices = _choices(list_choices())


class SignUpForm(FirmForm):
    """An enterprise and its first, or a further, person; the password comes with the link."""

    name = StringField(_("Your name"), [NEEDED, no_longer_than(NAME_MAX), is_readable])
    phone = StringField(
        _("Telephone"),
        [NEEDED, is_phone()],
        description=_("Seen by the officers of your district only."),
    )
    email = StringField(
        _("E-mail"),
        [NEEDED, no_longer_than(EMAIL_MAX), is_email],
        description=_("You sign in with it. We send a link, behind which you choose a password."),
    )


class InvitationForm(ChoosesPassword):
    """What an invited person adds: name and password, and the address where none is known yet."""

    email = StringField(_("E-mail"), [NEEDED, no_longer_than(EMAIL_MAX), is_email])
    name = StringField(_("Your name"), [NEEDED, no_longer_than(NAME_MAX), is_readable])
    password = password_field(_("Password"))


class ForgotForm(RegistryForm):
    """The address to which a link is sent."""

    email = StringField(_("E-mail"), [NEEDED, no_longer_than(EMAIL_MAX), is_email])


class AccountForm(RegistryForm):
    """What a person changes of the own account."""

    name = StringField(_("Your name"), [NEEDED, no_longer_than(NAME_MAX), is_readable])
    phone = StringField(_("Telephone"), [Optional(), is_phone()])
    language = RadioField(
        _("Language"), choices=[SelectChoice("zh_CN", "中文"), SelectChoice("en", "English")]
    )


class NewPasswordForm(ChoosesPassword):
    """The old password and a new one."""

    old = PasswordField(_("Present password"), [InputRequired(_("Enter your present password."))])
    password = password_field(_("New password"))


class RightForm(RegistryForm):
    """What a member may do."""

    right = SelectField(
        _("Right"), choices=[SelectChoice(right.value, words) for right, words in RIGHTS.items()]
    )

    @property
    def chosen(self) -> Right:
        """Return the right chosen; for a form that was found valid."""
        return Right(self.right.data)


class TypedDateField(DateField):
    """A date as it is typed: 2026-11-22, 2026/11/22 or 2026年11月22日."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip()
        if not text:
            self.data = None
            return
        parts = text.translate(str.maketrans("年月/.", "----")).rstrip("日").split("-")
        try:
            self.data = date(*(int(part) for part in parts))
        except (ValueError, TypeError, OverflowError):
            self.data = None
            raise ValueError(str(_("Write the date as 2026-11-22."))) from None


class WanField(DecimalField):
    """An amount of 万元, with or without thousands apart."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").replace(",", "").replace("，", "").strip()
        if not text:
            self.data = None
            return
        self.data = Decimal(text) if AMOUNT.fullmatch(text) else None
        if self.data is None:
            raise ValueError(str(_("Write an amount in digits, at most 11 before the point.")))


class WholeField(IntegerField):
    """A whole number, with or without thousands apart."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").replace(",", "").strip()
        self.data = None
        if not text:
            return
        if not text.isdecimal() or len(text) > len(str(EMPLOYEES_MAX)):
            raise ValueError(str(_("Write a whole number in digits.")))
        self.data = int(text)


class EnterpriseForm(RegistryForm):
    """The common record of an enterprise: typed once, used by all its applications."""

    address = StringField(_("Address"), [NEEDED, no_longer_than(200), is_readable])
    district = SelectField(_("District of the seat"), [CHOSEN])
    industry = SelectField(_("Industry"), [CHOSEN])
    employees = WholeField(
        _("Employees"),
        [
            InputRequired(_("Please fill this in.")),
            up_to(EMPLOYEES_MAX, _("That is more people than an enterprise can have.")),
        ],
    )
    revenue_wan = WanField(
        _("Revenue of last year"),
        [
            InputRequired(_("Please fill this in.")),
            up_to(REVENUE_MAX, _("An amount from 0 to 99,999,999,999.99, please.")),
        ],
    )
    founded_on = TypedDateField(_("Founded on"), [InputRequired(_("Please fill this in."))])
    ownership = SelectField(_("Ownership"), [Optional()])
    legal_representative = StringField(
        _("Legal representative"), [NEEDED, no_longer_than(NAME_MAX), is_readable]
    )
    contact_name = StringField(_("Contact"), [NEEDED, no_longer_than(NAME_MAX), is_readable])
    contact_phone = StringField(_("Telephone of the contact"), [NEEDED, is_phone()])

    def __init__(self, *arguments: Any, districts: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.district.choices = _choices(districts)
        self.industry.choices = _choices(list_choices())
        self.ownership.choices = _choices(OWNERSHIPS.items(), blank=_("not stated"))

    def validate_founded_on(self, field: Field) -> None:
        if field.data is None:
            return
        if field.data > clock.today():
            raise ValidationError(str(_("This day has not come yet.")))
        if field.data.year < FIRST_YEAR:
            raise ValidationError(str(_("Please check the year.")))

    @property
    def chosen_ownership(self) -> Ownership | None:
        """Return the ownership chosen; for a form that was found valid."""
        return Ownership(self.ownership.data) if self.ownership.data else None

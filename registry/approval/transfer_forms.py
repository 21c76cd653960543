"""Forms of a transfer: where to and why; and the other side's answer."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from registry.applications.steps import REASON_LONGEST
from registry.core.errors import Invalid
from registry.core.forms import DeedForm
from registry.core.language import _, is_chinese, p_
from registry.districts.models import District
from registry.entries.values import clean_word

SHORT_ENOUGH = Length(
    max=REASON_LONGEST,
    message=_("No more than %(most)s characters, please.", most=REASON_LONGEST),
)


def _clean(words: str | None) -> str:
    return clean_word(words or "")


class TransferForm(DeedForm):
    """To which district a case goes, and why."""

    district = SelectField(
        p_("transfer", "To the district"), [DataRequired(_("Please choose one."))]
    )
    reason = TextAreaField(
        p_("transfer", "Why it belongs there"),
        [DataRequired(_("Please fill this in.")), SHORT_ENOUGH],
        filters=[_clean],
    )

    def offer(self, districts: Iterable[District], *, but: int) -> None:
        """Offer all districts but the one where the case is."""
        places = [
            (place.code, place.name_zh if is_chinese() else place.name_en)
            for place in districts
            if place.id != but
        ]
        self.district.choices = [("", str(_("Please choose"))), *places]


class AnswerForm(DeedForm):
    """An answer to a transfer, with words where it is refused."""

    answer = StringField()
    reason = TextAreaField(p_("transfer", "Why it is refused"), [SHORT_ENOUGH], filters=[_clean])


def put_fault(form: DeedForm, fault: Invalid) -> None:
    """Put what is wrong on its field."""
    if fault.field in form:
        form[fault.field].errors = [str(fault.message)]
    else:
        form.form_errors.append(str(fault.message))

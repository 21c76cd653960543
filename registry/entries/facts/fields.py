"""Form fields that read words by the parsers of the cells, and keep them as typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any  # WTForms hands over what it likes

from markupsafe import Markup
from wtforms import Form, SelectMultipleField, ValidationError
from wtforms.fields import Field
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.widgets import (
    CheckboxInput,
    DateInput,
    ListWidget,
    NumberInput,
    TextArea,
    TextInput,
    html_params,
)

from registry.core.errors import Invalid
from registry.core.language import _
from registry.entries.values import Choice, Option, Text, Value, YesNo, clean_word


class ChoiceBox:
    """One of a few words, as a box to choose from."""

    multiple = False

    def __call__(self, field: WordField, **attributes: Any) -> Markup:
        if field.flags.required:
            attributes.setdefault("required", True)
        options = Markup("").join(
            Markup("<option {}>{}</option>").format(
                Markup(html_params(value=code, selected=chosen)),  # noqa: S704 - escaped by WTForms
                str(label),
            )
            for code, label, chosen in field.list_options()
        )
        box = Markup(html_params(name=field.name, id=field.id, **attributes))  # noqa: S704 - the same
        return Markup("<select {}>{}</select>").format(box, options)


WIDGETS: dict[str, Any] = {
    "text": TextInput(),
    "whole": NumberInput(),
    "decimal": NumberInput(),
    "day": DateInput(),
    "choice": ChoiceBox(),
}
ITEMS_MAX = 50
ITEM_LENGTH = 100


class FactsForm(Form):
    """The fields of one kind; bound to words, never to a request. `today` bounds the dates."""

    today: date

    def __init__(self, words: Mapping[str, object], *, today: date) -> None:
        self.today = today
        super().__init__(formdata=_FormWords(words))


class _FormWords:
    """Words of the fields, in the shape WTForms asks for."""

    def __init__(self, words: Mapping[str, object]) -> None:
        self.words = {name: _listed(word) for name, word in words.items()}

    def __contains__(self, name: object) -> bool:
        return name in self.words

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __len__(self) -> int:
        return len(self.words)

    def getlist(self, name: str) -> list[str]:
        return self.words[name]


def _listed(word: object) -> list[str]:
    words = word if isinstance(word, list | tuple) else [word]
    return [clean_word(item) for item in words]


class WordField(Field):
    """A field read by one of our parsers; `data` is the typed value, None where blank or wrong."""

    def __init__(
        self,
        label: object,
        value: Value,
        *,
        required: bool = False,
        unit: object = "",
        hint: object = "",
        width: str = "",
        **rest: Any,
    ) -> None:
        self.value, self.unit, self.width = value, unit, width
        self.is_required = required
        self.word = ""
        rest.setdefault("widget", _widget_of(value))
        super().__init__(label, description=hint, **rest)  # type: ignore[arg-type]  # lazy words
        if required:
            self.flags.required = True

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.word = "\n".join(valuelist).strip() if valuelist else ""
        self.data = None

    def pre_validate(self, form: Any) -> None:
        if not self.word:
            if self.is_required:
                raise ValidationError(_("Please fill this in."))
            return
        try:
            self.data = self.value.parse(self.word, today=form.today)
        except Invalid as fault:
            raise ValidationError(str(fault.message)) from None

    def _value(self) -> str:
        return self.value.write(self.word)

    def list_options(self) -> Sequence[tuple[str, object, bool]]:
        """List (code, label, chosen); a word that is none of the choices stays, to be mended."""
        chosen = self._value()
        pairs = [("", ""), *getattr(self.value, "pairs", [])]
        if chosen not in [code for code, _label in pairs]:
            pairs.append((chosen, chosen))
        return [(code, label, code == chosen) for code, label in pairs]

    def offer(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Let it be chosen from (code, name) pairs that only the database knows."""
        self.value = Choice(tuple(Option(code, name, (name,)) for code, name in pairs))
        self.widget = WIDGETS["choice"]

    @property
    def shown(self) -> object:
        """Return the word as pages read it out: labels for codes."""
        word = self.value.write(self.word)
        return self.value.label_of(word) if isinstance(self.value, Choice | YesNo) else word


def _widget_of(value: Value) -> Any:
    return TextArea() if isinstance(value, Text) and value.lines else WIDGETS[value.kind]


class ManyField(SelectMultipleField):
    """Several words of a choice, as ticks."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(
        self,
        label: object,
        value: Choice,
        *,
        required: bool = False,
        hint: object = "",
        **rest: Any,
    ) -> None:
        self.value, self.is_required, self.unit, self.width = value, required, "", "wide"
        choices = [SelectChoice(code, label) for code, label in value.pairs]
        rest.update(choices=choices, validate_choice=False, description=hint)
        super().__init__(label, **rest)  # type: ignore[arg-type]  # lazy words
        if required:
            self.flags.required = True

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' own call
        if self.is_required and not self.data:
            raise ValidationError(_("Please choose at least one."))
        known = {code for code, _label in self.value.pairs}
        if unknown := [word for word in self.data or () if word not in known]:
            raise ValidationError(_("“%(word)s” is not one of the choices.", word=unknown[0]))

    @property
    def shown(self) -> object:
        return [self.value.label_of(code) for code in self.data or ()]


class LinesField(WordField):
    """Several things of one's own words, one a line; `data` is a list."""

    def __init__(self, label: object, *, required: bool = False, **rest: Any) -> None:
        value = Text(ITEMS_MAX * ITEM_LENGTH, lines=True)
        super().__init__(label, value, required=required, **rest)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        lines = (self.data or "").splitlines()
        self.data = [line for line in lines if line]
        if len(self.data) > ITEMS_MAX or any(len(line) > ITEM_LENGTH for line in self.data):
            raise ValidationError(
                _(
                    "At most %(items)s lines of %(length)s characters each.",
                    items=ITEMS_MAX,
                    length=ITEM_LENGTH,
                )
            )

    @property
    def shown(self) -> object:
        return self.word.splitlines()

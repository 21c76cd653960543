"""Words for people: English in the code, both languages in the catalogues. No request is needed.

`_` is lazy, so a message can be made in any room and is put into words when a page shows it.
"""

from collections.abc import Callable
from contextvars import ContextVar
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context
from flask.globals import _cv_app  # asked a thousand times a page; the public proxy takes longer
from flask_babel import Babel, Domain, get_locale
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

LANGUAGES = ("zh_CN", "en")
FOLDER = Path(__file__).parent.parent / "translations"


class Catalogues(Domain):  # type: ignore[misc]  # flask-babel ships no types
    """The catalogues by our own names: Babel looks for zh_CN in a folder zh_Hans_CN."""

    def get_translations(self) -> Translations:
        """Return the catalogue of the language this page is written in."""
        return self.of(LANGUAGES[0] if is_chinese() else LANGUAGES[1])

    def of(self, name: str) -> Translations:
        """Return the catalogue of a language."""
        if name not in self.cache:
            self.cache[name] = Translations.load(self.translation_directories[0], [name])
        found: Translations = self.cache[name]
        return found


_catalogues = Catalogues(str(FOLDER))
_unspoken = NullTranslations()
_is_said: ContextVar[bool] = ContextVar("is_said", default=False)


def _spoken() -> NullTranslations:
    """Return the catalogue in use, asked for directly: a page puts a thousand messages in words."""
    if _cv_app.get(None) is None:
        return _catalogues.of(LANGUAGES[0]) if _is_said.get() else _unspoken
    return _catalogues.get_translations()


class Message(LazyString):  # type: ignore[misc]  # flask-babel ships no types
    """A message that is put into words late. On a page it is text: what was typed is no markup.

    The library's own says of itself that it is markup, whatever words were put into it.
    """

    def __html__(self) -> str:
        return str(escape(str(self)))


@lru_cache(maxsize=8_192)
def _find_words(message: str, name: str) -> str:
    return str(_catalogues.of(name).ugettext(message))


def _words_of(message: str) -> str:
    """Put a message into the words of this page; catalogues never change while they are in use."""
    if _cv_app.get(None) is None:
        return _find_words(message, LANGUAGES[0]) if _is_said.get() else message
    return _find_words(message, LANGUAGES[0] if is_chinese() else LANGUAGES[1])


def _single(message: str, **variables: object) -> str:
    text = _words_of(message)
    return text % variables if variables else text


def _plural(singular: str, plural: str, num: int, **variables: object) -> str:
    text: str = _spoken().ungettext(singular, plural, num)
    return text % {"num": num, **variables}


def _of_context(context: str, message: str, **variables: object) -> str:
    text: str = _spoken().upgettext(context, message)
    return text % variables if variables else text


def _(message: str, **variables: object) -> Message:
    """Return a message, put into words when it is shown."""
    return Message(_single, message, **variables)


def n_(singular: str, plural: str, num: int, **variables: object) -> Message:
    """Return a message that counts."""
    return Message(_plural, singular, plural, num, **variables)


def p_(context: str, message: str, **variables: object) -> Message:
    """Return a message whose words depend on where it stands."""
    return Message(_of_context, context, message, **variables)


def say(message: Message) -> str:
    """Put a message into words where no application is open: in Chinese."""
    token = _is_said.set(True)
    try:
        return str(message)
    finally:
        _is_said.reset(token)


class _Babel(Babel):  # type: ignore[misc]  # flask-babel ships no types
    @property
    def domain_instance(self) -> Catalogues:
        return _catalogues


def init_app(app: Flask, *, select: Callable[[], str]) -> None:
    """Let an application speak the language that `select` names for each request, else Chinese."""
    _Babel(app, locale_selector=lambda: select() if has_request_context() else LANGUAGES[0])
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of jinja's extension
        _words_of,
        lambda singular, plural, num: _spoken().ungettext(singular, plural, num),
        newstyle=True,
        pgettext=lambda context, message: _spoken().upgettext(context, message),
        npgettext=lambda *words: _spoken().unpgettext(*words),
    )
    app.jinja_env.globals["_"] = _say


def _say(message: str, **variables: object) -> Markup:
    """Put a message of a template into words, as Jinja's own `_` does at three times the cost."""
    words = _words_of(message)
    if not variables:
        return Markup(words % variables)  # noqa: S704 - our own catalogue
    return Markup(words) % variables  # noqa: S704 - our own catalogue; the variables are escaped


def is_chinese() -> bool:
    """Say whether the page is written in Chinese; outside of a request it is."""
    context = _cv_app.get(None)
    if context is None:
        return True
    try:
        locale = context.g._flask_babel.babel_locale  # noqa: SLF001 - what flask-babel found
    except AttributeError:
        locale = None
    if locale is None:
        locale = get_locale()
    return locale is None or locale.language == "zh"


def agree(unit: object, value: object) -> str:
    """Return the unit of one thing or of many; English units are set as plurals."""
    words = str(unit)
    if is_chinese() or not isinstance(value, int | float | Decimal) or abs(value) != 1:
        return words
    return f"{words[:-3]}y" if words.endswith("ies") else words.removesuffix("s")


__all__ = ["LANGUAGES", "_", "agree", "init_app", "is_chinese", "n_", "p_", "say"]

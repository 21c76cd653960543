"""Words for people: English in the code, both languages in the catalogues. No request is needed.

`_` is lazy, so a message can be made in any room and is put into words when a page shows it.
"""

from collections.abc import Callable
from functools import partial

from babel.support import Translations
from flask import Flask
from flask_babel import Babel, Domain, get_locale, gettext, ngettext, pgettext
from flask_babel.speaklater import LazyString
from markupsafe import escape


class Message(LazyString):  # type: ignore[misc]  # flask-babel ships no types
    """A message that is put into words late. On a page it is text: what was typed is no markup.

    The library's own says of itself that it is markup, whatever words were put into it.
    """

    def __html__(self) -> str:
        return str(escape(str(self)))


_ = partial(Message, gettext)
n_ = partial(Message, ngettext)
p_ = partial(Message, pgettext)

LANGUAGES = ("zh_CN", "en")


class Catalogues(Domain):  # type: ignore[misc]  # flask-babel ships no types
    """The catalogues by our own names: Babel looks for zh_CN in a folder zh_Hans_CN."""

    def get_translations(self) -> Translations:
        """Return the catalogue of the language this page is written in."""
        name = LANGUAGES[0] if is_chinese() else LANGUAGES[1]
        if name not in self.cache:
            self.cache[name] = Translations.load(self.translation_directories[0], [name])
        found: Translations = self.cache[name]
        return found


_catalogues = Catalogues()


class _Babel(Babel):  # type: ignore[misc]  # flask-babel ships no types
    @property
    def domain_instance(self) -> Catalogues:
        return _catalogues


def init_app(app: Flask, *, select: Callable[[], str]) -> None:
    """Let an application speak the language that `select` names for each request."""
    _Babel(app, locale_selector=select)


def is_chinese() -> bool:
    """Say whether the page is written in Chinese; outside of a request it is."""
    locale = get_locale()
    return locale is None or locale.language == "zh"


__all__ = ["LANGUAGES", "_", "init_app", "is_chinese", "n_", "p_"]

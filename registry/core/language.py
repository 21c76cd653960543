"""Words for people: English in the code, both languages in the catalogues. No request is needed.

`_` is lazy, so a message can be made in any room and is put into words when a page shows it.
"""

from flask_babel import get_locale, lazy_gettext, lazy_ngettext, lazy_pgettext

_ = lazy_gettext
n_ = lazy_ngettext
p_ = lazy_pgettext

LANGUAGES = ("zh_CN", "en")


def is_chinese() -> bool:
    """Say whether the page is written in Chinese; outside of a request it is."""
    locale = get_locale()
    return locale is None or locale.language == "zh"


__all__ = ["LANGUAGES", "_", "is_chinese", "n_", "p_"]

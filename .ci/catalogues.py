"""Gathers the messages of code and templates into both catalogues; run it with `make catalogues`.

What is translated stays, what nobody says any more goes, what is new waits empty in Chinese; in
English, which the code is written in, a message is its own translation. With --check nothing is
written: exit 1 says that a catalogue is behind or a message waits.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "registry" / "translations"
SOURCE_LANGUAGE = "en"
LANGUAGES = ("zh_CN", SOURCE_LANGUAGE)

METHODS = {
    "registry": [("**.py", "python")],
    "templates": [("**.html", "jinja2")],
}
OPTIONS = {"**.html": {"encoding": "utf-8", "silent": "false", "trimmed": "true"}}
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "n_": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "p_": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def gather() -> Catalog:
    """Collect every message of the code and the templates."""
    template = Catalog(project="registry", charset="utf-8")
    for folder, methods in METHODS.items():
        found = extract_from_dir(
            ROOT / folder, method_map=methods, options_map=OPTIONS, keywords=KEYWORDS
        )
        for _file, _line, message, _comments, context in found:
            template.add(message, context=context)
    return template


def path_of(language: str) -> Path:
    """Say where the catalogue of a language lies."""
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


def current(language: str) -> Catalog:
    """Read the catalogue of a language, an empty one when there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, project="registry", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, template: Catalog) -> bytes:
    """Write the catalogue of a language as it should be."""
    catalogue = current(language)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    for message in catalogue:
        message.auto_comments.clear()
        if message.id and language == SOURCE_LANGUAGE:
            message.string = message.id
    lines = BytesIO()
    lines.write(HEADER.format(language=language, plural=catalogue.plural_forms).encode())
    write_po(
        lines, catalogue, width=100, no_location=True, omit_header=True,
        sort_output=True, ignore_obsolete=True,
    )  # fmt: skip
    return lines.getvalue()


def is_waiting(message: Message) -> bool:
    """Say whether a message, or one of its plural forms, has no translation."""
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    return bool(message.id) and not all(forms)


def count_waiting(content: bytes) -> int:
    """Count the messages without a translation."""
    return sum(1 for message in read_po(BytesIO(content)) if is_waiting(message))


def main() -> int:
    """Bring both catalogues up to date, or only say whether they are."""
    only_check = "--check" in sys.argv[1:]
    template = gather()
    behind = 0
    for language in LANGUAGES:
        path, content = path_of(language), updated(language, template)
        changed = not path.exists() or path.read_bytes() != content
        waiting = count_waiting(content)
        if changed and not only_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        print(f"{language}: {len(template)} messages, {waiting} wait for a translation")
        behind += only_check and (changed or waiting > 0)
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main())

"""The words of both languages: all there, none twice, none empty, filled with the same names."""

from __future__ import annotations

import pytest

from tests.look.catalogues import (
    forms_of,
    left_in_english,
    list_messages,
    load_tool,
    placeholders_of,
    read_catalogue,
)

LANGUAGES = ("zh_CN", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_exactly_what_is_said(language: str) -> None:
    said = {(message.context, message.id) for message in load_tool().gather() if message.id}

    kept = {(message.context, message.id) for message in list_messages(language)}

    assert sorted(map(str, said - kept)) == []
    assert sorted(map(str, kept - said)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_waits_for_its_words(language: str) -> None:
    waiting = [
        message.id
        for message in list_messages(language)
        if message.fuzzy or not all(map(str.strip, forms_of(message.string) or ("",)))
    ]

    assert waiting == []
    assert read_catalogue(language).obsolete == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_filled_with_the_same_names(language: str) -> None:
    wrong = []
    for message in list_messages(language):
        names = set().union(*map(placeholders_of, forms_of(message.id)))
        for text in forms_of(message.string):
            given = placeholders_of(text)
            if given != names and not (len(forms_of(message.id)) > 1 and given >= names - {"num"}):
                wrong.append(message.id)

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_can_be_compiled(language: str) -> None:
    faults = [str(fault) for _, found in read_catalogue(language).check() for fault in found]

    assert faults == []


def test_the_english_catalogue_says_what_the_code_says() -> None:
    differing = [
        message.id
        for message in list_messages("en")
        if forms_of(message.string) != forms_of(message.id)
    ]

    assert differing == []


def test_chinese_sentences_end_as_chinese_does() -> None:
    wrong = [
        text
        for message in list_messages("zh_CN")
        for text in forms_of(message.string)
        if any("一" <= mark <= "鿿" for mark in text)
        and (text.rstrip()[-1] in ".;,:?!" or "..." in text)
    ]

    assert wrong == []


def test_english_on_a_chinese_page_is_found() -> None:
    assert left_in_english(["Sign in", "登录", "3 cases, the newest filing first", "SCARA"]) == [
        "3 cases, the newest filing first",
        "Sign in",
    ]

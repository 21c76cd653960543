"""The way back from an error page: to the page of our own on which the person was."""

from __future__ import annotations

import re

import pytest
from flask import Flask

BACK = re.compile(r'<a class="btn btn--main" href="([^"]*)">')


@pytest.mark.parametrize(
    ("came", "back"),
    [
        ("http://localhost/register?q=a&page=2", ["/register?q=a&amp;page=2"]),
        ("http://localhost/nothing-here", []),
        ("http://elsewhere.example/register", []),
        ("https://localhost/register", []),
        ("http://localhost//elsewhere.example", []),
        ("http://localhost/\\elsewhere.example", []),
        ("javascript:alert(1)", []),
        ("", []),
    ],
)
def test_only_a_page_of_our_own_is_the_way_back(app: Flask, came: str, back: list[str]) -> None:
    answer = app.test_client().get("/nothing-here", headers={"Referer": came})

    assert (answer.status_code, BACK.findall(answer.text)) == (404, back)


def test_from_a_form_the_way_back_is_the_page_that_it_stood_on(app: Flask) -> None:
    came = {"Referer": "http://localhost/sign-up"}

    answer = app.test_client().post("/sign-up", data=b"x" * (22 * 1024 * 1024), headers=came)

    assert (answer.status_code, BACK.findall(answer.text)) == (413, ["/sign-up"])

"""Templates are run with less ado, and write what Jinja's own way of running them writes."""

from __future__ import annotations

from functools import partial
from typing import Any  # what Jinja hands to those who ask for it

import pytest
from flask import Flask
from flask.templating import Environment
from jinja2 import UndefinedError, pass_context, pass_eval_context
from markupsafe import Markup

from registry.core.language import _
from registry.core.rendering import Templates


class Caller:
    """Something that is called and is no function."""

    @pass_context
    def __call__(self, context: Any, word: str) -> str:
        return f"{context['name']}:{word}"


@pass_context
def name_of(context: Any) -> str:
    return str(context["name"])


@pass_eval_context
def is_escaping(rules: Any) -> bool:
    return bool(rules.autoescape)


WORDS = {
    "name": "<b>",
    "safe": Markup("<i>it</i>"),
    "message": _("%(name)s", name="<u>"),
    "call": Caller(),
    "name_of": name_of,
    "is_escaping": is_escaping,
    "part": partial(str, 5),
    "upper": "a&b".upper,
    "number": 3,
    "nothing": None,
}

SAY = "{% macro say(x) %}<p>{{ x }}{{ caller() }}</p>{% endmacro %}"


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ name }}{{ safe }}{{ message }}", "&lt;b&gt;<i>it</i>&lt;u&gt;"),
        ("{{ number }}{{ nothing }}{{ upper() }}", "3NoneA&amp;B"),
        ("{{ call('&') }}{{ part() }}", "&lt;b&gt;:&amp;5"),
        ("{% for x in 'xy' %}{% set name = x %}{{ name_of() }}{% endfor %}", "xy"),
        ("{% autoescape false %}{{ name }}{{ is_escaping() }}{% endautoescape %}", "<b>False"),
        ("{% autoescape number > 3 %}{{ name }}{% endautoescape %}", "<b>"),
        (f"{SAY}{{% call say('<') %}}{{{{ safe }}}}{{% endcall %}}", "<p>&lt;<i>it</i></p>"),
        (f"{SAY}{{% call say(safe) %}}{{{{ name }}}}{{% endcall %}}", "<p><i>it</i>&lt;b&gt;</p>"),
        ("{% set x %}{{ name }}{% endset %}{{ x }}{{ x ~ name }}", "&lt;b&gt;&lt;b&gt;&lt;b&gt;"),
    ],
)
def test_what_is_written_is_escaped_once(app: Flask, source: str, written: str) -> None:
    assert isinstance(app.jinja_env, Templates)
    plain = Environment(app, autoescape=True)
    with app.test_request_context():
        assert plain.from_string(source).render(WORDS) == written
        assert app.jinja_env.from_string(source).render(WORDS) == written


def test_an_unknown_name_is_an_error_when_it_is_called(app: Flask) -> None:
    with pytest.raises(UndefinedError):
        app.jinja_env.from_string("{{ unknown('word') }}").render()

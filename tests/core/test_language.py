"""Messages made in Python: text on a page, whatever was typed into the words they carry."""

from __future__ import annotations

from flask import Flask, render_template_string

from registry.core.language import _, n_, p_


def test_what_is_put_into_a_message_is_no_markup(app: Flask) -> None:
    typed = "<svg onload=alert(1)>"
    messages = [
        _("%(name)s holds this case. Only the officer who holds it can do this.", name=typed),
        n_("%(num)s row %(name)s", "%(num)s rows %(name)s", 2, name=typed),
        p_("queue", "All %(name)s", name=typed),
    ]

    page = render_template_string(
        "{% for one in messages %}{{ one }}{% endfor %}", messages=messages
    )

    assert page.count("&lt;svg onload") == 3
    assert "<svg" not in page
    assert all(typed in str(message) for message in messages)

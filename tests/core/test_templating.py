"""What a template writes of a text."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from registry.core.language import _
from registry.core.templating import unbroken

WHOLE = '<time class="nw">2026-11-22</time>'


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("From 2026-11-22 on", f"From {WHOLE} on"),
        ("2026-11-22，2026-11-22", f"{WHOLE}，{WHOLE}"),
        ("<b> 2026-11-22 & all", f"&lt;b&gt; {WHOLE} &amp; all"),
        (Markup("<b>2026-11-22</b>"), f"<b>{WHOLE}</b>"),
        (_("From %(day)s <on>", day="2026-11-22"), f"From {WHOLE} &lt;on&gt;"),
        ("2026-11", "2026-11"),
        ("", ""),
    ],
)
def test_each_day_of_a_text_stays_whole_and_the_text_is_no_markup(text: str, written: str) -> None:
    assert unbroken(text) == Markup(written)

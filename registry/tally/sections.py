"""The sections of the tally page: which macro of the template shows what."""

from __future__ import annotations

from registry.core.language import is_chinese
from registry.core.sections import Pieces, kept_section, new_section
from registry.core.templating import parts_of
from registry.tally.page import Page

TEMPLATE = "tally/_sections.html"
MOMENT = "%Y-%m-%d %H:%M:%S"


def make_sections(page: Page) -> dict[str, Pieces]:
    """Return each section as it is sent, by the name that the frame calls it."""
    parts, known_at = parts_of(TEMPLATE), page.known_at.strftime(MOMENT)
    made = {
        "lead": kept_section(parts.lead, page.lead, not is_chinese()),
        "released": new_section(parts.released_part, page),
        "goals": kept_section(parts.goals_part, page.goals, page.has_plan, page.has_forecast),
        "districts": kept_section(parts.districts_part, page.matrix),
        "moves": kept_section(parts.moves_part, page.matrix.kinds, page.moves),
        "trends": kept_section(
            parts.trends_part, page.trends, page.months, page.around.ways.charts
        ),
        "week": kept_section(parts.week_part, page.week),
        "pipeline": kept_section(
            parts.pipeline_part, page.matrix.kinds, page.stages, page.pipeline
        ),
        "method": kept_section(parts.method_part, page.rules),
        "head": new_section(parts.head_of_chain, page.as_of, known_at, page.sequence, page.head),
    }
    if page.around.has_map:
        made["map"] = kept_section(parts.map_part, page.map)
    return made

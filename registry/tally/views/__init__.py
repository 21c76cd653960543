"""Pages of tally."""

from registry.tally.views import charts, figures
from registry.tally.views.figures import is_public, show_counting, tally

__all__ = ["charts", "figures", "is_public", "show_counting", "tally"]

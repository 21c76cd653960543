"""Pages of tally."""

from registry.tally.views import behind, charts, figures
from registry.tally.views.beside import show_counting
from registry.tally.views.figures import is_public, tally

__all__ = ["behind", "charts", "figures", "is_public", "show_counting", "tally"]

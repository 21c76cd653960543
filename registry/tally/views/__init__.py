"""Pages of tally."""

from registry.tally.views import charts, figures
from registry.tally.views.figures import is_public, tally

__all__ = ["charts", "figures", "is_public", "tally"]

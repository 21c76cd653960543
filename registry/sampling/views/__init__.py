"""Pages of sample checks."""

from registry.sampling.views import draws, results
from registry.sampling.views.blueprint import sampling

__all__ = ["draws", "results", "sampling"]

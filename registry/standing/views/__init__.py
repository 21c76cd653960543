"""Pages of what is done to a registered entry."""

from registry.standing.views import proposals, propose, retire
from registry.standing.views.blueprint import standing

__all__ = ["proposals", "propose", "retire", "standing"]

"""Pages of the desk: the queue, all cases, one case, and what is decided."""

from registry.approval.views import cases, decide, queue, review, transfers
from registry.approval.views.blueprint import approval

__all__ = ["approval", "cases", "decide", "queue", "review", "transfers"]

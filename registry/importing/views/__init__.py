"""Pages of importing: lists sent in and looked at, imports made, imports taken back."""

from registry.importing.views import batches, lists
from registry.importing.views.blueprint import importing

__all__ = ["batches", "importing", "lists"]

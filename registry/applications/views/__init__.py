"""Pages of the enterprise: its applications, the form, files, filing, the story."""

from registry.applications.views import amend, edit, files, index, rows, show
from registry.applications.views.blueprint import applications

__all__ = ["amend", "applications", "edit", "files", "index", "rows", "show"]

"""Pages of accounts."""

from __future__ import annotations

from registry.accounts.views import account, resume, signing_in
from registry.accounts.views.blueprint import accounts

__all__ = ["account", "accounts", "resume", "signing_in"]

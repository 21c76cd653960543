"""Pages of accounts."""

from __future__ import annotations

from registry.accounts.views import (
    account,
    asking,
    enterprise,
    members,
    resume,
    signing_in,
    signing_up,
)
from registry.accounts.views.blueprint import accounts

__all__ = [
    "account",
    "accounts",
    "asking",
    "enterprise",
    "members",
    "resume",
    "signing_in",
    "signing_up",
]

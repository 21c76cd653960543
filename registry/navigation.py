"""The main menu: one list, so that which tab is lit can be tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, request, url_for

from registry.accounts.roles import DESK, EVERYONE, Role
from registry.core.language import _

VISITOR: frozenset[Role | None] = frozenset({None})


@dataclass(frozen=True)
class Tab:
    """One tab: where it leads, who sees it, and which further pages light it.

    A page that no tab names lights the first tab of its blueprint.
    """

    label: object
    endpoint: str
    roles: frozenset[Role | None]
    also: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ShownTab:
    """One tab as a page shows it."""

    label: object
    url: str
    current: bool


OF_ACCOUNTS = frozenset(
    f"administration.{name}"
    for name in ("account", "close", "invite", "move", "reopen", "withdraw_invitation")
)
TABS = (
    Tab(_("Queue"), "approval.queue", frozenset(DESK)),
    Tab(_("All cases"), "approval.cases", frozenset(DESK | {Role.LEADER, Role.ADMINISTRATOR})),
    Tab(_("My applications"), "applications.index", frozenset({Role.MEMBER})),
    Tab(_("My enterprise"), "accounts.enterprise", frozenset({Role.MEMBER})),
    Tab(_("Members"), "accounts.members", frozenset(DESK)),
    Tab(_("Tally"), "tally.index", frozenset(EVERYONE)),
    Tab(_("Register"), "entries.index", frozenset(EVERYONE)),
    Tab(_("Programme"), "administration.index", frozenset({Role.ADMINISTRATOR})),
    Tab(_("Official lists"), "importing.index", frozenset({Role.ADMINISTRATOR})),
    Tab(
        _("Accounts"),
        "administration.accounts",
        frozenset({Role.ADMINISTRATOR}),
        also=OF_ACCOUNTS,
    ),
)


def list_tabs(role: Role | None) -> Sequence[ShownTab]:
    """List the tabs a person of this role sees; None is a visitor."""
    shown = [
        tab for tab in TABS if role in tab.roles and tab.endpoint in current_app.view_functions
    ]
    return [ShownTab(tab.label, url_for(tab.endpoint), _is_current(tab)) for tab in shown]


def _is_current(tab: Tab) -> bool:
    endpoint = request.endpoint or ""
    if any(endpoint == other.endpoint or endpoint in other.also for other in TABS):
        return endpoint == tab.endpoint or endpoint in tab.also
    first = next(t for t in TABS if t.endpoint.split(".")[0] == tab.endpoint.split(".")[0])
    return endpoint.split(".")[0] == tab.endpoint.split(".")[0] and tab is first

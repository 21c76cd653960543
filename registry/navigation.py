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
OF_NOBODY = frozenset({"accounts.account", "accounts.password"})
OF_TALLY = frozenset(f"releases.{name}" for name in ("index", "show", "new"))
OF_ENTRIES = frozenset(f"standing.{name}" for name in ("revoke", "relocate", "retire"))
OF_TRANSFERS = frozenset({"approval.transfer", "approval.answer_transfer"})
TABS = (
    Tab(_("Queue"), "approval.queue", frozenset(DESK)),
    Tab(_("All cases"), "approval.cases", frozenset(DESK | {Role.LEADER, Role.ADMINISTRATOR})),
    Tab(_("Proposals"), "standing.proposals", frozenset(DESK | {Role.ADMINISTRATOR})),
    Tab(
        _("Transfers"),
        "approval.list_transfers",
        frozenset(DESK | {Role.ADMINISTRATOR}),
        also=OF_TRANSFERS,
    ),
    Tab(_("My applications"), "applications.index", frozenset({Role.MEMBER})),
    Tab(_("My enterprise"), "accounts.enterprise", frozenset({Role.MEMBER})),
    Tab(
        _("Members"),
        "accounts.members",
        frozenset(DESK),
        also=frozenset({"administration.duplicates"}),
    ),
    Tab(_("Tally"), "tally.index", frozenset(EVERYONE), also=OF_TALLY),
    Tab(
        _("Sample checks"),
        "sampling.index",
        frozenset(DESK | {Role.LEADER, Role.ADMINISTRATOR}),
    ),
    Tab(_("Register"), "entries.index", frozenset(EVERYONE), also=OF_ENTRIES),
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
    current = _find_current(shown, request.endpoint or "")
    return [ShownTab(tab.label, url_for(tab.endpoint), tab is current) for tab in shown]


def _find_current(shown: Sequence[Tab], endpoint: str) -> Tab | None:
    """Return the tab that names the page, else the first one of its blueprint."""
    if endpoint in OF_NOBODY:
        return None
    blueprint = endpoint.partition(".")[0]
    named = (tab for tab in shown if endpoint == tab.endpoint or endpoint in tab.also)
    near = (tab for tab in shown if tab.endpoint.partition(".")[0] == blueprint)
    return next(named, None) or next(near, None)

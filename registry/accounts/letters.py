"""The letters that accounts cause: subject and body, put into words for each reader."""

from __future__ import annotations

from collections.abc import Callable

from registry.accounts.post import SITE
from registry.core.language import _

Letter = Callable[[], tuple[object, object]]


def confirm(path: str) -> Letter:
    """Ask to confirm the address of a new account."""
    return lambda: (
        _("Please confirm your e-mail address"),
        _(
            "Someone signed up with this address. If it was you, open this page within 72 hours "
            "and choose your password there:\n\n%(url)s\n\nIf it was not you, do nothing: "
            "without it there is no account.",
            url=SITE + path,
        ),
    )


def known_already() -> Letter:
    """Tell the owner of an address that an account exists."""
    return lambda: (
        _("You have an account already"),
        _(
            "Someone signed up with this address, which has an account already. If it was you, "
            "sign in, or set a new password there; if an enterprise did not let you in, you can "
            "ask again once you are signed in:\n\n%(url)s\n\nIf it was not you, do nothing.",
            url=SITE + "/sign-in",
        ),
    )


def reset(path: str) -> Letter:
    """Send the link that sets a new password."""
    return lambda: (
        _("Set a new password"),
        _(
            "Open this page within one hour to set a new password:\n\n%(url)s\n\n"
            "If you did not ask for this, do nothing; your password stays as it is.",
            url=SITE + path,
        ),
    )


def invite(path: str) -> Letter:
    """Invite somebody to an account of a role."""
    return lambda: (
        _("You are invited to the project register"),
        _(
            "Open this page within 72 hours to create your account:\n\n%(url)s\n\n"
            "The link works once and for you only.",
            url=SITE + path,
        ),
    )


def asks_to_join(name: str) -> Letter:
    """Tell an owner that somebody waits to be let in."""
    return lambda: (
        _("%(name)s asks to join your enterprise", name=name),
        _(
            "Please let this person in or refuse, here:\n\n%(url)s",
            name=name,
            url=SITE + "/enterprise",
        ),
    )


def let_in() -> Letter:
    """Tell a person that it may act for its enterprise now."""
    return lambda: (
        _("You may act for your enterprise now"),
        _("Your membership is confirmed. You can go on here:\n\n%(url)s", url=SITE + "/"),
    )


def refused() -> Letter:
    """Tell a person that it was not let in."""
    return lambda: (
        _("You are not a member of this enterprise"),
        _(
            "You are not let in to this enterprise, or not any more. If this is a mistake, speak "
            "with your colleagues or with the office of your district. You can ask again, or ask "
            "to join another enterprise, with the same account:\n\n%(url)s",
            url=SITE + "/enterprise/ask",
        ),
    )


def password_changed() -> Letter:
    """Tell a person that its password is another one now."""
    return lambda: (
        _("Your password was changed"),
        _(
            "The password of your account was changed and all other sign-ins were ended. If it "
            "was not you, set a new one at once:\n\n%(url)s",
            url=SITE + "/forgot",
        ),
    )

"""My applications: what waits for me, what waits for them, what is decided, what may be begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import Role
from registry.applications import policy
from registry.applications.forms import StartForm
from registry.applications.models import Application
from registry.applications.queries import list_mine, list_open_remarks
from registry.applications.service import start as begin
from registry.applications.status import Status
from registry.applications.views.blueprint import applications
from registry.core import clock
from registry.core.deeds import claim_key, keep_location
from registry.core.errors import Invalid, NotFound
from registry.core.language import _
from registry.core.working_days import working_days_between
from registry.entries.catalogue import CATALOGUE, KindFacts
from registry.entries.queries import list_own
from registry.programme.kinds import Kind
from registry.programme.models import Round
from registry.programme.queries import list_rounds

REGISTERED_SHOWN = 50


@dataclass(frozen=True)
class Offer:
    """What may be applied for: a kind, in a round or all the year."""

    facts: KindFacts
    round: Round | None
    is_open: bool
    days: int | None = None


@applications.get("/")
@requires(Role.MEMBER)
def index() -> ResponseReturnValue:
    """Show a member its applications by who has the next step."""
    actor, today = get_actor(), clock.today()
    if not policy.may_apply(actor):
        return redirect(url_for("accounts.ask"), 303)
    mine = list_mine(actor)
    registered = list_own(actor)
    return render_template(
        "applications/index.html",
        mine=mine,
        lines={
            row.id: Line(row, today=today) for row in (*mine.waits_for_me, *mine.waits_for_them)
        },
        registered=registered[:REGISTERED_SHOWN],
        more_registered=len(registered) > REGISTERED_SHOWN,
        amending={row.amends_id: row.id for row in mine.open if row.is_amendment},
        enterprise_code=actor.enterprise.uscc if actor.enterprise is not None else "",
        offers=list_offers(today),
        catalogue=CATALOGUE,
        membership=actor.membership,
    )


class Line:
    """What stands beside one open application: status, whose turn it is, by when."""

    def __init__(self, application: Application, *, today: date) -> None:
        self.application, self.today = application, today

    @property
    def status(self) -> str:
        is_lapsed = policy.is_lapsed(self.application, on=self.today)
        return "lapsed" if is_lapsed else self.application.status.value

    @property
    def remarks(self) -> int:
        return len(list_open_remarks(self.application))

    @property
    def days_to_close(self) -> int | None:
        closes = self.application.round.closes_on if self.application.round else None
        is_draft = self.application.status is Status.DRAFT
        return (closes - self.today).days if closes and is_draft else None

    @property
    def overdue(self) -> int:
        """Return by how many working days the promised day has passed."""
        due = self.application.due_on
        return max(working_days_between(due, self.today), 0) if due else 0


def list_offers(today: date) -> Sequence[Offer]:
    """List each kind with its open round, else its next one, else that it is always open."""
    rounds = list_rounds()
    return [_offer(CATALOGUE[kind], [r for r in rounds if r.kind is kind], today) for kind in Kind]


def _offer(facts: KindFacts, rounds: Sequence[Round], today: date) -> Offer:
    if not rounds:
        return Offer(facts, None, is_open=True)
    running = [r for r in rounds if r.opens_on <= today <= r.closes_on]
    if running:
        first = min(running, key=lambda r: (r.closes_on, r.id))
        return Offer(facts, first, is_open=True, days=(first.closes_on - today).days)
    coming = [r for r in rounds if r.opens_on > today]
    return Offer(facts, min(coming, key=lambda r: r.opens_on, default=None), is_open=False)


@applications.post("/start")
@requires(Role.MEMBER)
def start() -> ResponseReturnValue:
    """Begin an application and lead to its first part; a double click begins one."""
    actor, form = get_actor(), StartForm()
    if form.kind.data not in set(Kind):
        raise NotFound
    key = form.key.data or ""
    led_to = claim_key(key, user_id=actor.id, at=clock.now()) if key else None
    if led_to is not None:
        return redirect(led_to or url_for("applications.index"), 303)
    try:
        application = begin(Kind(form.kind.data), by=actor, at=clock.now())
    except Invalid as fault:
        flash(str(fault.message), "error")
        return redirect(url_for("applications.index"), 303)
    section = next(part.code for part in application.facts.sections if part.fields)
    location = url_for("applications.edit", application_id=application.id, section=section)
    if key:
        keep_location(key, location)
    flash(_("Begun. It saves itself while you type; the district sees it once you file."), "good")
    return redirect(location, 303)

"""Every page that a person can open, by role, in a filled register; and what is no page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any  # a select of one class

import sqlalchemy as sa

from registry.accounts.models import OneTimeLink, PendingSignUp, Purpose, TurnedAway, User
from registry.accounts.roles import Membership, Right, Role
from registry.accounts.sessions import hash_key
from registry.applications.models import Application, Transfer, TransferState
from registry.applications.status import Status
from registry.core import clock
from registry.core.database import db
from registry.demo.plan import SHOWN_DISTRICT
from registry.districts.models import District
from registry.entries.catalogue import CATALOGUE
from registry.entries.models import Entry
from registry.importing.models import Batch
from registry.programme.kinds import Kind
from registry.programme.models import Round
from registry.releases.models import Release
from registry.sampling.models import CheckResult, Draw, Outcome
from registry.standing.models import Proposal, State

NO_PAGE = frozenset(
    {
        "accounts.join",  # leads to the page of signing up
        "api.release",
        "api.releases",
        "api.tally",
        "applications.attachment",
        "applications.template",
        "approval.cases_file",
        "entries.download",
        "importing.check",  # reached by sending in a list, in a test of its own
        "importing.faults",
        "importing.progress",
        "open_data.download",
        "operations.healthz",
        "operations.metrics",
        "operations.readyz",
        "releases.briefing",
        "releases.download",
        "sampling.download",
        "sampling.download_population",
        "static",
        "tally.briefing",
        "tally.chart",
        "tally.download",
        "tally.download_changes",
        "tally.download_behind",
        "tally.home",  # leads to the first page of each role
        "tally.screen_data",
        "tally.workbook",
    }
)
LINK_KEY, CONFIRM_KEY = "a-key-for-the-tests-only", "another-key-for-the-tests"
OUTSIDER, OUTSIDER_EMAIL = "outsider", "outsider@enterprise.example"  # not let in to a firm
Pages = Mapping[str, list[tuple[str, str]]]


def list_pages(sign_ins: list[dict[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """List (endpoint, address) by role; visitor is a role here."""
    emails = {person["role"]: person["email"] for person in sign_ins}
    member = _user(emails[Role.MEMBER.value])
    officer = _user(emails[Role.OFFICER.value])
    everyone = [
        *_everyone(),
        ("accounts.account", "/account"),
        ("accounts.password", "/account/password"),
    ]
    return {
        "visitor": _visitor(),
        OUTSIDER: _outsider(member, turned_away_by=officer),
        Role.MEMBER.value: [*everyone, *_member(member)],
        Role.OFFICER.value: [*everyone, *_desk(officer)],
        Role.SUPERVISOR.value: [
            *everyone,
            ("approval.queue", "/approval"),
            ("accounts.members", "/members"),
            *_proposals(),
            *_transfers(),
            ("standing.relocate", f"/register/{_number(officer)}/relocate"),
            ("sampling.new", "/checks/new"),
        ],
        Role.LEADER.value: [
            *everyone,
            ("approval.cases", "/approval/cases"),
            *_cases(officer, limit=1),
            *_checks(),
        ],
        Role.ADMINISTRATOR.value: [*everyone, *_administrator(officer)],
    }


def _user(email: str) -> User:
    return db.session.scalars(sa.select(User).where(User.email == email)).one()


def _outsider(member: User, *, turned_away_by: User) -> list[tuple[str, str]]:
    """A person that was turned away from the member's firm, with the member's password."""
    outsider = User(
        email=OUTSIDER_EMAIL,
        name="未入",
        role=Role.MEMBER,
        enterprise_id=member.enterprise_id,
        right=Right.EDITOR,
        membership=Membership.REFUSED,
        password_hash=member.password_hash,
        email_confirmed_at=clock.now(),
        created_at=clock.now(),
    )
    db.session.add(outsider)
    db.session.flush()
    assert member.enterprise_id is not None
    db.session.add(
        TurnedAway(
            user_id=outsider.id,
            enterprise_id=member.enterprise_id,
            by_id=turned_away_by.id,
            at=clock.now(),
        )
    )
    return [("accounts.ask", "/enterprise/ask")]


def _add_link(key: str, purpose: Purpose, *, email: str, role: Role | None = None) -> OneTimeLink:
    link = OneTimeLink(
        key_hash=hash_key(key),
        purpose=purpose,
        email=email,
        role=role,
        made_at=clock.now(),
        ends_at=clock.now().replace(year=clock.now().year + 1),
    )
    db.session.add(link)
    db.session.flush()
    return link


def _visitor() -> list[tuple[str, str]]:
    _add_link(LINK_KEY, Purpose.INVITE, email="new@suzhou.example", role=Role.LEADER)
    db.session.add(
        PendingSignUp(
            link_id=_add_link(CONFIRM_KEY, Purpose.CONFIRM, email="new@enterprise.example").id,
            uscc="91320583MA7000009B",
            enterprise="昆山榫卯传动科技有限公司",
            district_id=db.session.scalars(sa.select(sa.func.min(District.id))).one(),
            industry="C34",
            name="王思远",
            phone="13900000001",
            language="zh_CN",
        )
    )
    code = db.session.scalar(
        sa.select(Entry.certificate_code).where(Entry.certificate_code.is_not(None)).limit(1)
    )
    return [
        ("accounts.sign_in", "/sign-in"),
        ("accounts.sign_up", "/sign-up"),
        ("accounts.sent", "/sign-up/sent"),
        ("accounts.forgot", "/forgot"),
        ("accounts.link", f"/links/{LINK_KEY}"),
        ("accounts.link", f"/links/{CONFIRM_KEY}"),
        ("entries.certificates", "/certificates"),
        ("entries.certificate", f"/certificates/{code}"),
        ("administration.patterns", "/patterns"),
    ]


def _everyone() -> list[tuple[str, str]]:
    number = db.session.scalar(sa.select(Entry.number).where(Entry.number.like("%-J-%")).limit(1))
    return [
        ("tally.index", "/tally"),
        ("tally.behind", "/tally/entries?kind=robot_deployment"),
        ("tally.behind", "/tally/entries?kind=robot_deployment&by=industry"),
        ("tally.behind", "/tally/entries?kind=robot_deployment&by=year&industry=unknown"),
        ("open_data.index", "/open-data"),
        ("tally.changes", "/tally/changes?since=2026-01-01"),
        ("tally.changes", "/tally/changes?by=known&known_since=%231"),
        ("tally.charts", "/tally/charts"),
        ("tally.charts", "/tally/charts?tables=open"),
        ("tally.screen", "/tally/screen"),
        *_releases(),
        ("entries.index", "/register"),
        ("entries.index", "/register?q=没有这样的名字"),
        ("entries.show", f"/register/{number}"),
    ]


def _of(statement: sa.Select[Any]) -> Application:
    found: Application = db.session.scalars(statement.order_by(Application.id).limit(1)).one()
    return found


def _member(member: User) -> list[tuple[str, str]]:
    mine = sa.select(Application).where(Application.enterprise_id == member.enterprise_id)
    draft = _of(mine.where(Application.status == Status.DRAFT))
    returned = _of(mine.where(Application.status == Status.RETURNED))
    pages = [
        ("applications.index", "/applications/"),
        ("accounts.enterprise", "/enterprise"),
        ("accounts.record", "/enterprise/record"),
    ]
    for application in (draft, returned):
        for section in CATALOGUE[application.kind].sections:
            address = f"/applications/{application.id}/edit/{section.code}"
            pages.append(("applications.edit", f"{address}?check=1"))
    shown = (Status.APPROVED, Status.REJECTED, Status.SUBMITTED, Status.RETURNED)
    cases = [_of(mine.where(Application.status == status)) for status in shown]
    pages += [("applications.show", f"/applications/{case.id}") for case in cases]
    approved = _of(mine.where(Application.status == Status.APPROVED))
    pages.append(("applications.receipt", f"/applications/{approved.id}/receipt"))
    return [*pages, *_amendments(mine)]


def _amendments(mine: sa.Select[Any]) -> list[tuple[str, str]]:
    """An amendment that is being written, one that was approved, and its entry."""
    written, decided = (
        _of(mine.where(Application.amends_id.is_not(None), Application.status == status))
        for status in (Status.DRAFT, Status.APPROVED)
    )
    assert decided.amends is not None
    return [
        ("applications.edit", f"/applications/{written.id}/edit/amendment?check=1"),
        ("applications.edit", f"/applications/{written.id}/edit/pledge"),
        ("applications.show", f"/applications/{decided.id}"),
        ("applications.receipt", f"/applications/{decided.id}/receipt"),
        ("entries.show", f"/register/{decided.amends.number}"),
    ]


def _cases(officer: User, *, limit: int) -> list[tuple[str, str]]:
    """One case of each status in the officer's district, and one that the officer holds."""
    here = sa.select(Application).where(Application.district_id == officer.district_id)
    held = here.where(Application.holder_id == officer.id)
    found = [_of(held)] + [
        _of(here.where(Application.status == status))
        for status in (Status.SUBMITTED, Status.RETURNED, Status.APPROVED)
    ]
    return [("approval.case", f"/approval/cases/{case.id}") for case in found[:limit]]


def _desk(officer: User) -> list[tuple[str, str]]:
    held = _cases(officer, limit=1)[0][1]
    return [
        ("approval.queue", "/approval"),
        ("approval.cases", "/approval/cases"),
        ("accounts.members", "/members"),
        ("administration.duplicates", "/programme/duplicates"),
        *_cases(officer, limit=4),
        ("approval.case", f"{held}?remark=section:attachments"),
        *_amended(officer),
        *_proposals(),
        ("entries.show", f"/register/{_number(officer)}"),
        ("standing.revoke", f"/register/{_number(officer)}/revoke"),
        ("standing.retire", f"/register/{_number(officer)}/retire"),
        *_checks(),
    ]


def _amended(officer: User) -> list[tuple[str, str]]:
    """An amendment that the officer holds, one that waits, and one that was decided."""
    here = sa.select(Application).where(
        Application.district_id == officer.district_id, Application.amends_id.is_not(None)
    )
    states = (Status.IN_REVIEW, Status.SUBMITTED, Status.APPROVED)
    cases = [_of(here.where(Application.status == status)) for status in states]
    return [
        ("approval.case", f"/approval/cases/{cases[0].id}"),
        ("approval.case", f"/approval/cases/{cases[1].id}?view=changes"),
        ("approval.case", f"/approval/cases/{cases[2].id}"),
    ]


def _number(officer: User, kind: Kind = Kind.ROBOT_DEPLOYMENT) -> str:
    """The number of an entry of the officer's district that stands in the register."""
    found = sa.select(Entry.number).where(
        Entry.district_id == officer.district_id, Entry.kind == kind, Entry.number.is_not(None)
    )
    return db.session.scalars(found.order_by(Entry.rank.desc()).limit(1)).one() or ""


def _proposals() -> list[tuple[str, str]]:
    """The list, one page that waits for the reader, and one that waits for another."""
    waiting = sa.select(Proposal.id).where(Proposal.state == State.OPEN).order_by(Proposal.id)
    ids = db.session.scalars(waiting.limit(2)).all()
    pages = [("standing.proposal", f"/proposals/{proposal_id}") for proposal_id in ids]
    return [("standing.proposals", "/proposals"), *pages]


def _transfers() -> list[tuple[str, str]]:
    """The list, one that waits for the supervisor shown, one that is settled; a page to ask."""
    found = sa.select(Transfer).join(District, District.id == Transfer.receiver_id)
    here = found.where(District.code == SHOWN_DISTRICT).order_by(Transfer.id)
    open_one = db.session.scalars(here.where(Transfer.state == TransferState.OPEN)).first()
    settled = db.session.scalars(here.where(Transfer.state != TransferState.OPEN)).first()
    pages = [
        ("approval.transfer", f"/approval/transfers/{one.id}") for one in (open_one, settled) if one
    ]
    case = sa.select(sa.func.min(Application.id)).join(
        District, District.id == Application.district_id
    )
    waiting = case.where(District.code == SHOWN_DISTRICT, Application.status == Status.SUBMITTED)
    return [
        ("approval.list_transfers", "/approval/transfers"),
        *pages,
        ("approval.propose_transfer", f"/approval/cases/{db.session.scalar(waiting)}/transfer"),
    ]


def _administrator(officer: User) -> list[tuple[str, str]]:
    batch = db.session.scalar(sa.select(sa.func.max(Batch.id)))
    one = db.session.scalar(sa.select(sa.func.min(Round.id)))
    return [
        ("administration.index", "/programme"),
        ("administration.edit", "/programme/edit"),
        *[("administration.goal", f"/programme/goals/{kind.value}") for kind in Kind],
        ("administration.open_round", "/programme/rounds/new"),
        ("administration.change_round", f"/programme/rounds/{one}"),
        ("administration.accounts", "/programme/accounts"),
        ("administration.account", f"/programme/accounts/{officer.id}"),
        ("administration.invite", "/programme/accounts/invite"),
        ("administration.tokens", "/programme/tokens"),
        ("administration.duplicates", "/programme/duplicates"),
        ("importing.index", "/programme/imports"),
        ("importing.batch", f"/programme/imports/{batch}"),
        ("approval.cases", "/approval/cases"),
        *_cases(officer, limit=1),
        *_proposals(),
        ("releases.new", f"/tally/releases/new/{_month():%Y-%m}"),
    ]


def _month() -> date:
    """A month that was released: the form for it asks for a reason as well."""
    return db.session.scalars(sa.select(sa.func.max(Release.month))).one()


def _releases() -> list[tuple[str, str]]:
    """The list, a release that was superseded, and one that changed since."""
    revised = sa.select(sa.func.min(Release.month)).where(Release.revision > 1).scalar_subquery()
    found = sa.select(Release.sequence).where(Release.month >= revised).order_by(Release.sequence)
    ids = db.session.scalars(found.limit(2)).all()
    pages = [("releases.show", f"/tally/releases/{sequence}") for sequence in ids]
    return [("releases.index", "/tally/releases"), *pages]


def _checks() -> list[tuple[str, str]]:
    """The list, both draws, the proof of one, an entry that deviated, and the list to print."""
    found = (
        sa.select(Draw.number, Entry.number)
        .join(CheckResult, CheckResult.draw_sequence == Draw.sequence)
        .join(Entry, Entry.id == CheckResult.entry_id)
        .where(CheckResult.outcome != Outcome.IN_ORDER)
    )
    order = CheckResult.sequence.desc()
    number, entry_number = db.session.execute(found.order_by(order).limit(1)).one()
    return [
        ("sampling.index", "/checks"),
        ("sampling.show", "/checks/1?show=all"),
        ("sampling.show", "/checks/2?show=open"),
        ("sampling.population", "/checks/1/population"),
        ("sampling.take_along", "/checks/1/print"),
        ("sampling.entry", f"/checks/{number}/entries/{entry_number}"),
    ]

"""Cases that go through the workflow, step by step, by the functions that the pages call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from random import Random

from registry.accounts.models import User
from registry.applications import service
from registry.applications.attachments import attach
from registry.applications.given import Given
from registry.applications.models import Application, Remark
from registry.applications.queries import list_open_remarks
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.clock import PLACE
from registry.core.database import db
from registry.demo.forms import write_form
from registry.demo.names import Firm
from registry.demo.papers import make_pdf, make_photo
from registry.demo.people import People, sign_up
from registry.districts.models import District
from registry.entries.catalogue import CATALOGUE
from registry.programme.kinds import Kind

ANSWER = "已按意见补正，并补充了盖章的证明材料。"
REMARKS = (
    ("field:site_address", "地址只写到路名，请补到门牌号和楼层。"),
    ("section:attachments", "发票第二页看不清，请重新扫描上传。"),
)
Step = Callable[[datetime], None]


@dataclass(frozen=True)
class Plan:
    """One case: what, whose, and which steps on which days; `robots` is the number of rows."""

    kind: Kind
    firm: Firm
    steps: tuple[tuple[date, str], ...]
    robots: int = 0
    officer: int = 0


@dataclass
class Cast:
    """What the steps of all cases share."""

    people: People
    districts: Mapping[str, District]
    attachments: Path
    random: Random


@dataclass
class Case:
    """One case on its way."""

    plan: Plan
    cast: Cast
    application_id: int = 0
    moments: list[tuple[datetime, Step]] = field(default_factory=list)

    def schedule(self) -> list[tuple[datetime, Step]]:
        """List the steps with their moments, in office hours, each later than the one before."""
        deeds: Mapping[str, Step] = {
            "start": self._start,
            "submit": self._submit,
            "claim": self._claim,
            "return": self._return,
            "answer": self._answer,
            "approve": self._approve,
            "reject": self._reject,
            "withdraw": self._withdraw,
        }
        last = datetime.min.replace(tzinfo=PLACE)
        for day, name in self.plan.steps:
            last = max(_office_hour(self.cast.random, day), last + timedelta(minutes=10))
            self.moments.append((last, deeds[name]))
        return self.moments

    @property
    def _member(self) -> User:
        return self.cast.people.members[self.plan.firm.uscc]

    @property
    def _officer(self) -> User:
        return self.cast.people.officers[self.plan.firm.district][self.plan.officer]

    @property
    def _application(self) -> Application:
        return db.session.get_one(Application, self.application_id)

    def _start(self, at: datetime) -> None:
        firm = self.plan.firm
        if firm.uscc not in self.cast.people.members:
            sign_up(self.cast.people, firm, self.cast.districts, at=at)
        application = service.start(self.plan.kind, by=self._member, at=at)
        self.application_id = application.id
        form = write_form(
            self.plan.kind,
            self.cast.random,
            firm,
            on=clock.day_of(at),
            robots=self.plan.robots,
        )
        service.save(application, form, by=self._member, at=at, seen=application.version)
        self._attach(application, at)

    def _attach(self, application: Application, at: datetime) -> None:
        for slot in CATALOGUE[self.plan.kind].slots:
            for number in range(slot.min_files if slot.required else 0):
                is_photo = slot.code in {"photo", "nameplate"}
                content = make_photo(number + 1) if is_photo else make_pdf(slot.code)
                attach(
                    application,
                    BytesIO(content),
                    slot=slot.code,
                    name=f"{slot.code}-{number + 1}.{'png' if is_photo else 'pdf'}",
                    by=self._member,
                    at=at,
                    folder=self.cast.attachments,
                )

    def _perform(self, action: Action, by: User, at: datetime, given: Given = Given()) -> None:  # noqa: B008 - frozen, and empty
        service.perform(
            self.application_id, action, by=by, at=at, seen=self._application.version, given=given
        )

    def _submit(self, at: datetime) -> None:
        self._perform(Action.SUBMIT, self._member, at, Given(pledged=True))

    def _claim(self, at: datetime) -> None:
        self._perform(Action.CLAIM, self._officer, at)

    def _return(self, at: datetime) -> None:
        self._perform(Action.RETURN, self._officer, at, Given(remarks=REMARKS))

    def _answer(self, at: datetime) -> None:
        application = self._application
        words = {**application.form["fields"]}
        words["site_address"] = f"{words['site_address']}3幢2层"
        form = {**application.form, "fields": words}
        service.save(application, form, by=self._member, at=at, seen=application.version)
        remarks: list[Remark] = list(list_open_remarks(application))
        answers = {remark.id: ANSWER for remark in remarks}
        self._perform(Action.SUBMIT, self._member, at, Given(pledged=True, answers=answers))

    def _approve(self, at: datetime) -> None:
        checks = [item.code for item in CATALOGUE[self.plan.kind].checklist]
        rows = list(range(1, self.plan.robots + 1))
        self._perform(Action.APPROVE, self._officer, at, Given(checks=checks, verified=rows))

    def _reject(self, at: datetime) -> None:
        given = Given(reason_code="not_proven", reason="付款凭证与合同金额不符，退回后未能说明。")
        self._perform(Action.REJECT, self._officer, at, given)

    def _withdraw(self, at: datetime) -> None:
        self._perform(Action.WITHDRAW, self._member, at, Given(reason="项目并入下一期一起申报。"))


def _office_hour(random: Random, day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=PLACE) + timedelta(minutes=random.randint(0, 470))

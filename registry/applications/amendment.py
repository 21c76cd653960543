"""An amendment beside what is registered: how it begins, what differs, what stands against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any  # a form as typed is nested JSON

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from registry.accounts.models import User
from registry.applications import policy
from registry.applications.models import Application, Filing
from registry.applications.numbers import next_number
from registry.applications.queries import visible_to
from registry.applications.status import OPEN
from registry.core.clock import day_of
from registry.core.database import db
from registry.core.errors import NotAllowed, WrongState
from registry.core.language import _, n_
from registry.districts.queries import list_districts
from registry.entries import checking
from registry.entries.catalogue import KindFacts, facts_of
from registry.entries.checking import Checked
from registry.entries.columns import ROWS_MAX, Fault
from registry.entries.difference import Difference, compare
from registry.entries.facts.amended import OWN_FIELDS, Sort
from registry.entries.models import Entry, RobotUnit, Standing
from registry.entries.registered import has_detail, registered_words
from registry.programme.kinds import Kind, Measure

REGISTERED = "registered"
NAMED_MOST = 5
Form = Mapping[str, Any]


def start(entry: Entry, *, by: User, at: datetime) -> Application:
    """Begin an amendment of a registered entry, with all that is registered of it.

    Raise NotAllowed for who is no proven member of its enterprise, WrongState where the entry is
    no longer valid or an amendment of it is open.
    """
    if not policy.may_amend(by, entry):
        raise NotAllowed(_("Only proven members of its enterprise may amend an entry."))
    check_valid(entry)
    words = registered_words(entry)
    if len(words["rows"]) > ROWS_MAX:
        raise WrongState(
            _(
                "More than %(most)s robots stand in this entry, too many for one form. Please "
                "apply for new ones as a new deployment; your district takes out those that left.",
                most=f"{ROWS_MAX:,}",
            )
        )
    if find_open(entry.id) is not None:
        raise _open_already()
    common = {"kind": entry.kind, "enterprise_id": by.enterprise_id}
    shadow = Entry(**common, district_id=entry.district_id, title=entry.title, created_at=at)
    db.session.add(shadow)
    db.session.flush()
    application = Application(
        **common,
        number=next_number(entry.district.code, day_of(at).year),
        district_id=entry.district_id,
        entry_id=shadow.id,
        amends_id=entry.id,
        form=words,
        quantity=0,
        started_by_id=by.id,
        started_at=at,
        saved_at=at,
    )
    db.session.add(application)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise _open_already() from error
    return application


def _open_already() -> WrongState:
    return WrongState(
        _("An amendment of this entry is open. It is decided or withdrawn before the next one.")
    )


def words_afresh(application: Application) -> dict[str, Any]:
    """Return what is registered now as the words of a form; sort and reason stay."""
    words = registered_words(get_amended(application))
    said = application.form.get("fields", {})
    kept = {name: said[name] for name in OWN_FIELDS if name in said}
    return {**words, "fields": {**words["fields"], **kept}}


def find_open(entry_id: int) -> Application | None:
    """Return the open amendment of an entry."""
    return db.session.scalar(
        sa.select(Application).where(
            Application.amends_id == entry_id, Application.status.in_(OPEN)
        )
    )


def list_of(entry: Entry, *, reader: User) -> Sequence[Application]:
    """List the amendments of an entry that a person may see, the newest first."""
    found = visible_to(reader).where(Application.amends_id == entry.id)
    return db.session.scalars(found.order_by(Application.id.desc())).all()


def check_valid(entry: Entry) -> None:
    """Raise WrongState where an entry can no longer be amended."""
    if entry.standing is not Standing.REGISTERED:
        raise WrongState(
            _("The official list that brought this entry in was taken back: there is no entry.")
        )
    if entry.revoked_on is not None:
        raise WrongState(
            _(
                "This entry was revoked on %(day)s and can no longer be amended.",
                day=entry.revoked_on.isoformat(),
            )
        )


def get_amended(application: Application) -> Entry:
    """Return the registered entry as it stands now."""
    return db.session.get_one(Entry, application.amends_id, populate_existing=True)


class Amendment:
    """What one amendment says, and what was registered when it was written."""

    def __init__(self, kind: Kind, form: Form, registered: Form, *, today: date) -> None:
        self.kind, self.form, self.registered, self.today = kind, form, registered, today

    @classmethod
    def of_draft(cls, application: Application, *, today: date) -> Amendment:
        """Return it as it is being written, beside what is registered now."""
        registered = registered_words(get_amended(application))
        return cls(application.kind, application.form, registered, today=today)

    @classmethod
    def of_filing(cls, application: Application, filing: Filing) -> Amendment:
        """Return it as it was filed, beside what was registered then."""
        today = day_of(filing.filed_at)
        return cls(application.kind, filing.form, filing.form[REGISTERED], today=today)

    @cached_property
    def checked(self) -> Checked:
        return self._check(self.form)

    @cached_property
    def before(self) -> Checked:
        return self._check(self.registered)

    def _check(self, form: Form) -> Checked:
        codes = {district.code for district in list_districts()}
        return checking.check(self.kind, form, today=self.today, districts=codes, amends=True)

    @property
    def facts(self) -> KindFacts:
        return facts_of(self.kind, amends=True)

    @property
    def is_correction(self) -> bool:
        return self.checked.values.get("amend_sort") is Sort.CORRECTION

    @cached_property
    def difference(self) -> Difference:
        sides = ({**form, "rows": form["rows"][:ROWS_MAX]} for form in (self.registered, self.form))
        return compare(self.facts, *sides, today=self.today, pairs=self.is_correction)

    @property
    def new_rows(self) -> list[int]:
        """The positions of rows that are not registered: new ones, and those in another's place."""
        return [row.now for row in self.difference.rows if row.now and not row.is_same]

    @property
    def added(self) -> int:
        """Return by how many of the goal's unit it would add to what is registered."""
        return len(self.main_rows)

    @property
    def main_rows(self) -> list[int]:
        """The positions of new rows that count towards the goal and take no other's place."""
        if not self.facts.counts_rows:
            return []
        main = self.facts.measures[0]
        return [number for number in self.difference.fresh if self.measure_of(number) is main]

    def measure_of(self, number: int) -> Measure | None:
        """Return what a row counts as; None where it is faulty, or is not to be counted."""
        row = self.checked.rows[number - 1]
        if number in self._faulty or not self.facts.is_countable(row):
            return None
        found: Measure = self.facts.derive_row(row)["measure"]
        return found

    @cached_property
    def _faulty(self) -> frozenset[int]:
        places = [fault.place.split(":") for fault in self.checked.faults]
        rows = frozenset(int(place[1]) for place in places if place[0] == "row")
        return rows & frozenset(self.difference.fresh)

    def rows_before(self) -> list[dict[str, str]]:
        """Return the registered rows, each in the words of the row now where that says the same."""
        now = {row.was: row for row in self.difference.rows if row.is_same}
        rows = []
        for number, words in enumerate(self.registered["rows"], start=1):
            row = now.get(number)
            says = self.form["rows"][row.now - 1] if row is not None else {}
            changed = row.changed if row is not None else frozenset(words)
            rows.append(
                {name: word if name in changed else says[name] for name, word in words.items()}
            )
        return rows

    def fills_detail(self) -> bool:
        """Say whether anything is told that only this kind has."""
        columns = {column.key for column in sa.inspect(self.facts.model).column_attrs}
        fields = self.form.get("fields", {})
        return bool(self.form.get("rows")) or any(fields.get(name) for name in columns)

    def list_faults(self, entry: Entry) -> list[Fault]:
        """List what is wrong with what it changes; what is registered already is not held up."""
        return [
            *self._not_excused(is_bare=not has_detail(entry)),
            *self._row_faults(entry),
            *self._nothing(),
        ]

    def _not_excused(self, *, is_bare: bool) -> Iterable[Fault]:
        """Leave out the faults that the registered facts have as well, at the same thing.

        An old list brings a name and no more: who then tells more tells all of it (`is_bare`).
        """
        then = {(fault.place, str(fault.message)) for fault in self.before.faults}
        tells_all = is_bare and self.fills_detail()
        known = {"field:title", "field:site_address", "field:summary", "section:effects"}
        for fault in self.checked.faults:
            is_own = fault.place.removeprefix("field:") in OWN_FIELDS
            is_held = tells_all and fault.place not in known
            if is_own or is_held or (self._place_then(fault.place), str(fault.message)) not in then:
                yield fault

    def _place_then(self, place: str) -> str:
        kind, _colon, rest = place.partition(":")
        if kind != "row":
            return place
        number, _colon, column = rest.partition(":")
        return f"row:{self._was_at.get(int(number), 0)}:{column}"

    @cached_property
    def _was_at(self) -> Mapping[int, int]:
        rows = self.difference.rows
        return {row.now: row.was for row in rows if row.is_same or not row.changed}

    def _row_faults(self, entry: Entry) -> Iterable[Fault]:
        sheet = self.facts.sheet
        if sheet is None or not self.facts.counts_rows:
            return
        sort = Sort.CORRECTION if self.is_correction else Sort.CHANGE
        for row in self.difference.altered:
            was, says = self.before.rows[row.was - 1], self.checked.rows[row.now - 1]
            for column, message in self.facts.check_amended(sort, was, says):
                yield sheet.fault(row.now, column, message)
        if self.difference.gone and not self.is_correction:
            yield self._missing()
        retired = _list_retired(entry)
        for number in self.new_rows:
            day = retired.get(sheet.key_of(self.checked.rows[number - 1]))
            if day is not None:
                message = _(
                    "This robot left the stock of this entry on %(day)s. Take the row out; if it "
                    "is in use again, apply for it as a new deployment.",
                    day=day.isoformat(),
                )
                yield sheet.fault(number, "serial_no", message)

    def _missing(self) -> Fault:
        gone = self.difference.gone
        rows = [self.registered["rows"][number - 1] for number in gone[:NAMED_MOST]]
        names = " · ".join(f"{row['brand']} {row['serial_no']}" for row in rows)
        message = n_(
            "%(num)s registered robot is missing in the list: %(names)s. If it has left, keep the "
            "row and set its status to scrapped, sold or moved out; if it was listed by mistake, "
            "say above that something was registered wrongly.",
            "%(num)s registered robots are missing in the list: %(names)s. Where they have left, "
            "keep the rows and set their status to scrapped, sold or moved out; where they were "
            "listed by mistake, say above that something was registered wrongly.",
            len(gone),
            names=names + (" …" if len(gone) > NAMED_MOST else ""),
        )
        return Fault("section:rows", message, _("Rows"))

    def _nothing(self) -> Iterable[Fault]:
        if self.difference.is_empty:
            message = _("Nothing differs from what is registered. Change what is to be amended.")
            yield Fault("section:amendment", message, _("What is amended"))


def _list_retired(entry: Entry) -> Mapping[str, date | None]:
    rows = db.session.execute(
        sa.select(RobotUnit.serial_key, sa.func.max(RobotUnit.until_on))
        .where(RobotUnit.entry_id == entry.id, RobotUnit.is_registered, RobotUnit.retired)
        .group_by(RobotUnit.serial_key)
    )
    return {row.serial_key: row[1] for row in rows}

"""The words of a form that is being written: what is taken over at the start, kept, and shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any  # a form as typed is nested JSON

from registry.applications import places
from registry.applications.amendment import Amendment
from registry.applications.models import Application
from registry.applications.queries import list_open_remarks
from registry.districts.queries import find_district
from registry.enterprises.models import Enterprise
from registry.entries import checking
from registry.entries.catalogue import CATALOGUE, Section
from registry.programme.kinds import Kind, Measure

CARRIED = ("site_address", "district")
NAME_LONGEST = 80
WORD_LONGEST = 10_000
WORDS_MOST = 100
ROWS_KEPT = 3_000
TITLE_LONGEST = 200
ANSWER_LONGEST = 1_000

Words = dict[str, Any]


def first_words(kind: Kind, *, enterprise: Enterprise, last: Application | None) -> Words:
    """Return what a new form begins with: the last application's site, else the firm's address."""
    district = enterprise.district
    fields: Words = {
        "district": district.code if district is not None else "",
        "site_address": enterprise.address or "",
    }
    before = last.form.get("fields", {}) if last is not None else {}
    fields.update({name: before[name] for name in CARRIED if before.get(name)})
    known = {name for section in CATALOGUE[kind].sections for name in section.fields}
    return {"fields": {name: word for name, word in fields.items() if name in known}, "rows": []}


def kept_words(form: Mapping[str, Any]) -> Words:
    """Return the words as they are stored: as typed, without what no database can hold."""
    kept = checking.clean_form(form)
    fields = {name[:NAME_LONGEST]: _cut(word) for name, word in kept["fields"].items()}
    rows = [{name[:NAME_LONGEST]: _cut(word) for name, word in row.items()} for row in kept["rows"]]
    return {"fields": fields, "rows": rows[:ROWS_KEPT]}


def print_of(application: Application, section: Section) -> str:
    """Return the fingerprint of the words of one part, answers to its remarks included.

    A page carries it: a part that nobody touched may be saved, whatever became of the others.
    """
    form, facts = application.form, application.facts
    answers = [
        [remark.id, remark.answer or ""]
        for remark in list_open_remarks(application)
        if places.section_of(facts, remark.place) == section.code
    ]
    fields = [[name, form.get("fields", {}).get(name) or ""] for name in section.fields]
    rows = form.get("rows", []) if section.code == places.ROWS else []
    words = json.dumps([fields, rows, answers], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def place_draft(application: Application, *, today: date) -> None:
    """Let title, district and quantity of a draft follow what is typed; lists show them.

    Once filed, the district stays: another one is reached by a transfer, which writes it here too.
    An amendment stays where its entry stands, and counts what it would add.
    """
    fields = application.form.get("fields", {})
    application.entry.title = str(fields.get("title") or "").strip()[:TITLE_LONGEST]
    if application.is_amendment:
        application.quantity = Amendment.of_draft(application, today=today).added
        return
    facts = CATALOGUE[application.kind]
    rows = application.form.get("rows", [])
    application.quantity = max(len(rows), 1) if Measure.ROBOT in facts.measures else 1
    district = find_district(str(fields.get("district") or "").strip())
    if district is not None and application.filings_count == 0:
        application.district_id = application.entry.district_id = district.id


def keep_answers(application: Application, answers: Mapping[int, str]) -> None:
    """Keep the answers to remarks as drafts; they count, and are dated, with the next filing."""
    for remark in list_open_remarks(application):
        if remark.id in answers:
            remark.answer = _cut_answer(answers[remark.id])


def are_kept(application: Application, answers: Mapping[int, str]) -> bool:
    """Say whether these answers are what stands there."""
    return all(
        (remark.answer or "") == _cut_answer(answers[remark.id])
        for remark in list_open_remarks(application)
        if remark.id in answers
    )


def _cut_answer(answer: str) -> str:
    return answer.strip()[:ANSWER_LONGEST]


def _cut(word: object) -> object:
    if isinstance(word, list):
        return [_cut(item) for item in word[:WORDS_MOST]]
    return str(word)[:WORD_LONGEST]

"""registry tally and registry verify: the figures, and the proof of them."""

from __future__ import annotations

import json
import re
import sys
from unicodedata import east_asian_width

import click

from registry.cli.context import opened
from registry.core.errors import Invalid
from registry.core.language import _, is_chinese
from registry.ledger.answers import (
    KIND_NAMES,
    GoalLine,
    Tally,
    read_tally,
    to_csv,
    to_json,
    to_rows,
)
from registry.ledger.queries import parse_as_of, parse_known_at
from registry.ledger.verify import Report, verify

EXPECTED = re.compile(r"#?([0-9]{1,12}):([0-9a-f]{64})")


@click.command()
@click.option("--as-of", help="The day the figures are of, YYYY-MM-DD; default: today.")
@click.option("--known-at", help="As known on a day, at a time with zone, or at a record (#1234).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How to write the answer.",
)
def tally(as_of: str | None, known_at: str | None, form: str) -> None:
    """Print the tally: four goals, ten districts."""
    with opened(writes=False):
        answer = read_tally(parse_as_of(as_of), parse_known_at(known_at))
        click.echo(FORMATS[form](answer), nl=False)


@click.command("verify")
@click.option("--expect", help="SEQUENCE:HASH of a head printed earlier; it must be in the chain.")
def verify_command(expect: str | None) -> None:
    """Recount everything and check the chain.

    Ends with 1 and names the first row that is wrong.
    """
    with opened(writes=False):
        report = verify(expect=_parse_expected(expect))
        if report.fault is not None:
            click.echo(str(report.fault), err=True)
            sys.exit(1)
        click.echo(_all_well(report))


def _parse_expected(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    found = EXPECTED.fullmatch(text.strip().lower())
    if found is None:
        raise Invalid(_("Write the head as it was printed: SEQUENCE:HASH, the hash in full."))
    return int(found[1]), found[2]


def _all_well(report: Report) -> str:
    words = _(
        "All is well: %(seals)s seals, %(events)s events, %(postings)s postings.",
        seals=report.seals,
        events=report.events,
        postings=report.postings,
    )
    return f"{words}\n{report.seals}:{report.head}"


def _as_json(answer: Tally) -> str:
    return json.dumps(to_json(answer), ensure_ascii=False, indent=1) + "\n"


def _as_table(answer: Tally) -> str:
    """Set the table in columns of equal width; a Chinese character is two wide."""
    rows = to_rows(answer)
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(_fit, row, widths)).rstrip() for row in rows]
    head = answer.head
    lines += ["", *map(_goal_words, answer.goals)]
    lines += ["", f"{answer.as_of} · {answer.known} · {head.sequence}:{head.hash}"]
    return "\n".join(lines) + "\n"


def _goal_words(goal: GoalLine) -> str:
    words = _(
        "%(kind)s: %(counted)s of %(target)s %(unit)s, %(pipeline)s applied for",
        kind=KIND_NAMES[goal.kind],
        counted=goal.counted,
        target="–" if goal.target is None else goal.target,
        unit=goal.unit_zh if is_chinese() else goal.unit_en,
        pipeline=goal.pipeline,
    )
    return str(words)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _fit(text: str, width: int) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if text.isdigit() else text + blanks


FORMATS = {"table": _as_table, "json": _as_json, "csv": to_csv}

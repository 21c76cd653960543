"""The charts on a page of their own, and each as a picture to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from registry.accounts.access import public
from registry.core.clock import PLACE
from registry.core.errors import Invalid
from registry.core.language import _, is_chinese
from registry.core.lazily import lazily
from registry.tally.chartbook import Sources, find_plot, list_groups
from registry.tally.pictures import Frame, draw_framed
from registry.tally.queries import Answer, read_answer
from registry.tally.questions import pin, read_question
from registry.tally.views.addresses import Addresses
from registry.tally.views.figures import tally

if TYPE_CHECKING:
    from registry.tally import png
else:
    png = lazily("registry.tally.png")

OPEN = "open"
SVG, PNG = "svg", "png"


@tally.get("/tally/charts")
@public
def charts() -> ResponseReturnValue:
    """Show every chart with its figures as a table."""
    question = read_question(request.args)
    answer = read_answer(question.day, question.known)
    head = answer.tally.head
    links = Addresses(question, head=pin(head, question.known))
    is_open = request.args.get("tables") == OPEN
    words = {
        "question": question,
        "groups": list_groups(Sources(answer, links)),
        "links": links,
        "head": head,
        "known_at": head.recorded_at.astimezone(PLACE),
        "is_open": is_open,
        "tables_url": links.again(tables="" if is_open else OPEN),
        "hidden": {"tables": OPEN} if is_open else {},
    }
    return render_template("tally/charts.html", **words), question.status


@tally.get("/tally/charts/<name>.svg", defaults={"form": SVG})
@tally.get("/tally/charts/<name>.png", defaults={"form": PNG})
@public
def chart(name: str, form: str) -> ResponseReturnValue:
    """Give one chart as a picture, with what makes its figures reproducible."""
    question = read_question(request.args)
    for fault in question.faults.values():
        raise Invalid(fault)
    answer = read_answer(question.day, question.known)
    links = Addresses(question, head=pin(answer.tally.head, question.known))
    plot = find_plot(Sources(answer, links), name)
    around = _frame(answer)
    drawing = draw_framed(plot, around)
    headers = {"Content-Disposition": f'attachment; filename="{name}-{question.day}.{form}"'}
    if form == PNG:
        about = {"Title": str(plot.title), "Description": "\n".join(around.foot)}
        content = png.write_png(drawing, about=about)
        return Response(content, content_type="image/png", headers=headers)
    text = render_template("tally/chart.svg", plot=plot, drawing=drawing, foot=around.foot)
    return Response(text, content_type="image/svg+xml; charset=utf-8", headers=headers)


def _frame(answer: Answer) -> Frame:
    programme, head = answer.tally.programme, answer.tally.head
    known_at = head.recorded_at.astimezone(PLACE).strftime("%Y-%m-%d %H:%M:%S")
    dates = [
        f"{_('As of')} {answer.table.period.as_of}",
        f"{_('Known at')} {known_at}",
        f"{_('Ledger sequence')} {head.sequence:,}",
    ]
    name = programme.name_zh if is_chinese() else programme.name_en
    return Frame(name, [" · ".join(dates), f"{_('Head')} {head.hash}"])

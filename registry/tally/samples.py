"""Invented charts, one of each form and an empty one, for the page of patterns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registry.tally.pictures import Shown, show
from registry.tally.plots import Column, Form, Mark, Plot, Row, Span


def sample_charts() -> list[Shown]:
    """Return a chart of each form and one with nothing to draw."""
    return [show(plot) for plot in (_course(), _months(), _ranking(), _parts(), _nothing())]


def _course() -> Plot:
    rows = (
        ("2025-06-30", (2, 1.7, None, None)),
        ("2025-12-31", (3, 3.3, None, None)),
        ("2026-06-30", (6, 5.0, None, None)),
        ("2026-11-22", (8, 6.3, None, None)),
        ("2027-12-31", (None, 10, 9, 12)),
    )
    columns = (
        Column(Mark.COUNTED, "已认定", "家"),
        Column(Mark.PLAN, "计划线", "家", 1),
        Column(Mark.LOW, "期末预测（低）", "家"),
        Column(Mark.HIGH, "期末预测（高）", "家"),
    )
    span = Span(date(2025, 1, 1), date(2027, 12, 31), date(2026, 11, 22))
    return _plot(
        "sample-course", Form.COURSE, "累计认定", columns=columns, rows=rows, unit="家", span=span
    )


def _months() -> Plot:
    columns = (Column(Mark.NEW, "新认定", "台"), Column(Mark.CORRECTED, "更正与撤销", "台"))
    rows = (("2026-08", (410, 0)), ("2026-09", (272, -116)), ("2026-10", (365, 0)))
    return _plot("sample-months", Form.MONTHS, "逐月增减", columns=columns, rows=rows, unit="台")


def _ranking() -> Plot:
    columns = (Column(Mark.BAR, "占本板块任务", "%", 1), Column(Mark.TICK, "计划线", "%", 1))
    rows = (("昆山", (76.0, 63.1)), ("太仓", (58.5, 63.1)), ("姑苏", (24.0, 63.1)))
    says = ("76.0% · 1,597 / 2,100 台", "58.5% · 468 / 800 台", "▼ 24.0% · 12 / 50 台")
    name, title = "sample-ranking", "各板块任务完成率"
    return _plot(name, Form.RANKING, title, columns=columns, rows=rows, unit="%", says=says)


def _parts() -> Plot:
    columns = (
        Column(Mark.OPEN, "待受理", "个"),
        Column(Mark.SOLID, "审核中", "个"),
        Column(Mark.DOTTED, "退回补正", "个"),
    )
    rows = (("智能车间", (4, 7, 3)), ("智能工厂", (0, 0, 0)))
    says = ("4 + 7 + 3 = 14 个", "0 + 0 + 0 = 0 家")
    name, title = "sample-parts", "办理中的数量，按环节"
    return _plot(name, Form.PARTS, title, columns=columns, rows=rows, unit="见各行", says=says)


def _nothing() -> Plot:
    columns = (Column(Mark.NEW, "新认定", "家"), Column(Mark.CORRECTED, "更正与撤销", "家"))
    rows = (("2026-10", (0, 0)), ("2026-11", (0, 0)))
    return _plot("sample-nothing", Form.MONTHS, "还没有数字", columns=columns, rows=rows, unit="家")


def _plot(
    name: str,
    form: Form,
    title: str,
    *,
    columns: Sequence[Column],
    rows: Sequence[tuple[str, tuple[float | None, ...]]],
    unit: str,
    says: Sequence[str] = (),
    span: Span | None = None,
) -> Plot:
    words = says or [""] * len(rows)
    return Plot(
        name=name,
        form=form,
        title=title,
        unit=unit,
        says=f"{title}，数字虚构，见下表。",
        head="项目",
        columns=columns,
        rows=[Row(label, values, said) for (label, values), said in zip(rows, words, strict=True)],
        note="数字虚构。",
        span=span,
        is_share=form is Form.RANKING,
        url="#charts",
        url_says="构成这个数字的项目",
    )

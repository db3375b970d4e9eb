"""The hand-over pack of a post as a Word document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from docx import Document
from docx.shared import Cm

from duty_eval.knowledge.packs import Pack
from host.kernel.files.word import saved, writable


def handover_document(title: str, pack: Pack, *, signed: Sequence[str] = ()) -> bytes:
    """Duties, flow steps, open tasks, the year's calendar of work, articles with their text, a heading each.

    ``signed``: who handed over and who took over, when; stands first.
    """
    document = Document()
    document.add_heading(writable(title), level=0)
    for line in signed:
        document.add_paragraph(writable(line))
    _list(document, "岗位职责", pack.duties)
    _list(document, "承担的流程环节", pack.steps)
    _list(document, "未办结任务", pack.tasks)
    _calendar(document, pack)
    document.add_heading("操作指引、模板和案例", level=1)
    if not pack.articles:
        document.add_paragraph("（暂无）")
    for article in pack.articles:
        document.add_heading(writable(f"{article.title}（{article.kind}）" if article.kind else article.title), level=2)
        for paragraph in writable(article.body).splitlines():
            document.add_paragraph(paragraph)
        if article.files:
            names = "、".join(name for name, _ in article.files)
            document.add_paragraph(writable(f"附件（在平台的交接页面下载）：{names}"))
    return saved(document)


def _list(document: Any, heading: str, lines: Iterable[str]) -> None:
    document.add_heading(heading, level=1)
    for line in list(lines) or ["（暂无）"]:
        document.add_paragraph(writable(line), style="List Bullet")


def _calendar(document: Any, pack: Pack) -> None:
    """A row a month: what was done in it, a line for each duty."""
    document.add_heading("近一年的工作月历", level=1)
    if not pack.calendar:
        document.add_paragraph("（暂无）")
        return
    table = document.add_table(rows=1, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    _row(table.rows[0], ("月份", "做了什么"))
    for month in pack.months:
        lines = [
            f"{duty}：纪实 {records} 条" + (f"，{quantity}" if quantity else "")
            for at, duty, records, quantity in pack.calendar
            if at == month
        ]
        _row(table.add_row(), (month, "\n".join(lines)))


def _row(row: Any, words: Sequence[str]) -> None:
    for cell, word, width in zip(row.cells, words, (Cm(2.5), Cm(13.5)), strict=True):
        cell.text, cell.width = writable(word), width

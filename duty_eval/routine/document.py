"""平时考核登记表 as a Word document, a page or more a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from duty_eval.routine.papers import Opinion, Paper
from host.kernel.files.form import BoxTable, add_title, new_form, new_page
from host.kernel.files.word import saved
from host.kernel.pages import day as day_words

#: Widths of the six columns in centimetres.
WIDTHS = (2.6, 2.9, 2.2, 2.4, 2.6, 3.9)
#: So many duties stand on the form; the rest are summed up.
MOST_DUTIES = 12


def routine_document(papers: Sequence[Paper]) -> bytes:
    """The forms as one .docx, a page or more each."""
    document = new_form()
    for place, paper in enumerate(papers):
        if place:
            new_page(document)
        _form(document, paper)
    return saved(document)


def _form(document: Any, paper: Paper) -> None:
    span = f"（{paper.round_name}　{paper.first_day:%Y-%m-%d} 至 {paper.last_day:%Y-%m-%d}）"
    add_title(document, paper.title, span)
    table = BoxTable(document, WIDTHS)
    table.add_pairs(("姓　　名", paper.name), ("性　别", paper.sex), ("出生年月", paper.birth))
    table.add_pairs(
        ("政治面貌", paper.political_status), ("任现职\n时　间", paper.since), ("科　　室", paper.section_name)
    )
    table.add_wide("单位及职务", paper.unit_and_post, height=1.0)
    table.add_wide("个\n人\n小\n结", paper.summary, height=5.0)
    table.add_wide("履职情况", "\n".join([paper.attendance, *_duties(paper.duties)]), height=2.0)
    _signed(table, "审核评鉴\n意见", paper.reviewed, height=2.2)
    _signed(table, "确定等次\n意见", paper.decided, height=1.8, note=paper.publicity)
    _signed(table, "本人意见", paper.own, height=1.6)
    if paper.answer.words:
        _signed(table, "异议答复", paper.answer, height=1.6)
    table.add_wide("不确定等次\n情况说明", paper.not_assessed, height=1.0)


def _duties(duties: Sequence[tuple[str, int, int]]) -> list[str]:
    lines = [
        f"{place}. {text}：{count} 项{f'，{minutes / 60:.1f} 小时' if minutes else ''}"
        for place, (text, count, minutes) in enumerate(duties[:MOST_DUTIES], start=1)
    ]
    rest = duties[MOST_DUTIES:]
    if rest:
        lines.append(f"其他 {len(rest)} 项职责：{sum(count for _, count, _ in rest)} 项")
    return lines


def _signed(table: BoxTable, label: str, opinion: Opinion, *, height: float, note: str = "") -> None:
    """A box with who said it and when at its foot; blanks for ink where nobody did."""
    words = "\n".join(text for text in (opinion.words, note) if text)
    signature = f"签名：{opinion.name or '　　　　　　'}　　{_chinese(opinion.day)}"
    table.add_wide(label, words, height=height, foot=signature)


def _chinese(day: date | None) -> str:
    return day_words(day) if day else "　　年　　月　　日"

"""The duty library: search over 200,000 texts, proposals for 5,000 × 5,000 texts, rows of a power list."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from basic_info.duties.pairs import Candidates
from basic_info.duties.similarity import likest
from basic_info.power_lists.parsing import parse_power_list
from bench.figures import Figures
from host.kernel.db import db
from host.kernel.words import grams_of, terms_of

TEXTS = 200_000
QUESTIONS = (
    "行政许可",
    "监督",
    "安全生产",
    "成品油",
    "信息公开 档案",
    "审批监督管理",
    "统计",
    "应急预案",
    "质量安全检查",
    "职业",
)
#: What duties are made of; drawn in pairs, so that pairs of characters are about as common as in real ones.
WORDS = (
    "拟订组织实施行政许可审批监督管理规划政策措施安全生产应急预案演练统计分析信息公开档案保密信访督查人事编制财务"
    "资产后勤保障党建宣传教育培训科技创新项目建设投资价格收费执法检查处罚强制征收确认奖励备案公共服务质量标准计量"
    "食品药品成品油品零售商贸流通市场秩序环境保护水利农业林业渔业交通运输公路住房城市规范卫生医疗职业健康民政救助"
    "养老退役优抚"
)


def a_text(chance: random.Random) -> str:
    starts = chance.choices(range(0, len(WORDS), 2), k=chance.randint(4, 16))
    return "".join(WORDS[start : start + 2] for start in starts)


def search(figures: Figures, times: Callable[[str], list[float]], *, quick: bool) -> None:
    """p95 of the search page over HTTP; ``times`` gives the seconds of a page that is asked for some times."""
    _fill(TEXTS // 10 if quick else TEXTS)
    spent = sorted(second for question in QUESTIONS for second in times(f"/basic-info/search?q={question}"))
    raw = sorted(_look_up(question) for question in QUESTIONS for _ in range(5))
    p95, raw_p95 = (one[int(len(one) * 0.95)] for one in (spent, raw))
    figures.add("search_p95_ms", p95 * 1000, "ms", limit=50, ratio=p95 / raw_p95)


def _fill(count: int) -> None:
    """Section duties of random words up to ``count``, spread over the sections that there are."""
    chance = random.Random(7)
    db.session.execute(text("SET statement_timeout = 0"))
    sections = db.session.execute(text("SELECT id, unit_id FROM section ORDER BY id")).all()
    there = db.session.scalar(text("SELECT count(*) FROM section_duty")) or 0
    rows = [
        {"section": section, "unit": unit, "words": a_text(chance)}
        for section, unit in (sections[number % len(sections)] for number in range(there, count))
    ]
    for start in range(0, len(rows), 20_000):
        db.session.execute(
            text(
                "INSERT INTO section_duty (section_id, unit_id, sort_no, text, work_source, valid)"
                " VALUES (:section, :unit, 1, :words, 'other', '[2020-01-01,)')"
            ),
            rows[start : start + 20_000],
        )
    db.session.commit()
    db.session.execute(text("ANALYZE section_duty"))
    db.session.commit()


def _look_up(question: str) -> float:
    """The least it can cost: one look into the index of one table, fifty rows taken."""
    started = time.perf_counter()
    db.session.execute(
        text("SELECT id, text FROM section_duty WHERE search_grams(text) @> CAST(:grams AS text[]) LIMIT 50"),
        {"grams": grams_of(terms_of(question))},
    ).all()
    return time.perf_counter() - started


def proposals(figures: Figures, *, quick: bool) -> None:
    """The five likest of 5,000 for each of 5,000, a thousand pairs having been confirmed before."""
    chance = random.Random(11)
    size = 500 if quick else 5_000
    askers, asked = ([a_text(chance) for _ in range(size)] for _ in range(2))
    learned = [(chance.randrange(size), a_text(chance)) for _ in range(size // 5)]
    likest(askers[:10], Candidates(asked[:10]), count=5, least=0.08)  # what is loaded once is not counted
    started = time.perf_counter()
    likest(askers, Candidates(asked, learned=learned), count=5, least=0.08)
    figures.add("suggest_5k_s", time.perf_counter() - started, "s", limit=10)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures.add("suggest_peak_mib", peak, "MiB", limit=1024)


def power_list(figures: Figures, folder: Path, *, quick: bool) -> None:
    """Rows a second of a power list of 14 columns with merged cells, against plain calamine on the same file."""
    rows = 300 if quick else 3_000
    path = _workbook(folder / "power-list.xlsx", rows)
    started = time.perf_counter()
    for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python():
        assert row is not None
    raw = time.perf_counter() - started
    started = time.perf_counter()
    items = len(parse_power_list(path).items)
    spent = time.perf_counter() - started
    assert items == rows, items
    figures.add("power_list_rows_per_s", rows / spent, "1/s", ratio=spent / raw)


def _workbook(path: Path, rows: int) -> Path:
    chance = random.Random(13)
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("行政许可")
    heads = ("序号", "事项名称", "子项名称", "权力类型", "实施依据", "行使主体", "承办机构",
             "实施层级及权限", "部门职责", "责任事项内容", "责任事项依据", "追责对象范围", "追责情形",
             "备注")  # fmt: skip
    sheet.write_row(0, 0, heads)
    for number in range(0, rows, 3):
        for line in range(3):
            row = 1 + number + line
            sheet.write_row(row, 2, [f"子项{line}", "行政许可", "【法律】《某某法》第三条", "市某局", "审批科", "市级"])
            sheet.write_row(row, 8, [a_text(chance) for _ in range(6)])
        sheet.merge_range(1 + number, 0, 3 + number, 0, number // 3 + 1)
        sheet.merge_range(1 + number, 1, 3 + number, 1, f"{a_text(chance)}{number}")
    book.close()
    return path

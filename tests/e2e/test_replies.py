"""A reply in a browser: decided, handed on, taken back, taken out as a table, and confirmed by a second person."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.basic_info.library.papers import MANDATE
from tests.e2e.conftest import PHONE
from tests.e2e.half_done import SECTION_OF_A_MANDATE, UNIT_OF_A_MANDATE
from tests.e2e.test_library import units

SignIn = Callable[..., Page]
Shoot = Callable[[Page, str], None]
pytestmark = pytest.mark.browser
ORDER = "增设法规科，负责合法性审查。"
WIDER = "document.documentElement.scrollWidth - window.innerWidth"


def libraries(page: Page) -> list[tuple[str, str, str]]:
    """(address, unit, section) of the units of which nothing waits and which have a mandate in force."""
    found = []
    for unit in units(page):
        page.goto(f"{unit}/library")
        shown = page.locator("main").inner_text()
        first = page.locator("tbody a[href*='/mandates/']")
        if "已确认" not in shown or "待审核" in shown or not first.count():
            continue
        first.last.click()
        heading, section = UNIT_OF_A_MANDATE.search(page.content()), SECTION_OF_A_MANDATE.search(page.content())
        if heading and section:
            found.append((f"{unit}/library", heading[1], section[1]))
    return found


def brought(page: Page, library: str, words: tuple[str, ...], folder: Path) -> str:
    """Upload a paper and take it in; the address of its review."""
    paper = folder / "批复.txt"
    paper.write_text("\n".join(words), encoding="utf-8")
    page.goto(library)
    page.get_by_role("radio", name="「三定」规定").check()
    page.locator("input[type=file]").set_input_files(paper)
    page.get_by_role("button", name="上传并查看解析结果").click()
    page.get_by_role("button", name="导入").click()
    expect(page.get_by_role("heading", name=re.compile("批复改了什么"))).to_be_visible()
    return page.url


def form_about(page: Page, words: str) -> Locator:
    return page.locator("form", has=page.get_by_role("group", name=re.compile(re.escape(words))))


def narrow(page: Page, shoot: Shoot, name: str) -> None:
    """The page at both widths, none of them wider than the screen."""
    shoot(page, f"{name}-1280")
    size = page.viewport_size
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert page.evaluate(WIDER) <= 0
    shoot(page, f"{name}-375")
    page.set_viewport_size(size)  # type: ignore[arg-type]


def test_a_reply_is_decided_handed_on_and_confirmed_by_a_second_person(
    sign_in: SignIn, shoot: Shoot, tmp_path: Path
) -> None:
    page = sign_in("office")
    (library, unit, section), (there, other, _), *_ = reversed(libraries(page))
    review = brought(
        page,
        library,
        (
            f"关于调整{unit}、{other}机构编制事项的批复",
            "临编办发〔2026〕18号",
            f"{unit}、{other}：",
            f"一、{unit}撤销{section}，其职责划入有关科室。",
            f"二、{other}核增行政编制1名。",
            f"三、{ORDER}",
            "2026年4月1日",
        ),
        tmp_path,
    )
    narrow(page, shoot, "reply-open")

    taking = form_about(page, f"{section}的哪些职责")
    taking.get_by_label("划入", exact=True).select_option(index=1)
    taking.get_by_role("button", name="划入所选机构").click()
    order = form_about(page, ORDER)
    order.get_by_label("其他单位").check()
    field = order.get_by_label("涉及的单位")
    field.press_sequentially(other[-4:])
    expect(order.locator("datalist option").first).to_be_attached()
    field.fill(other)
    order.get_by_role("button", name="确定").click()
    expect(page.get_by_text(f"已转到{other}")).to_be_visible()

    page.locator("summary", has_text="收回").first.click()
    page.get_by_label("收回原因").first.fill("看错了")
    page.get_by_role("button", name="收回").first.click()
    expect(page.get_by_text("已收回，请重新决定")).to_be_visible()
    order = form_about(page, ORDER)
    order.get_by_label("其他单位").check()
    order.get_by_label("涉及的单位").fill(other)
    order.get_by_role("button", name="确定").click()
    narrow(page, shoot, "reply-decided")

    for kind, label in (("xlsx", "导出 Excel"), ("csv", "导出 CSV")):
        with page.expect_download() as waiting:
            page.locator("section", has_text="批复改了什么").get_by_role("button", name=label).first.click()
        file = tmp_path / f"effects.{kind}"
        waiting.value.save_as(file)
        assert section in _text_of(file)

    page.goto(there)
    expect(page.get_by_text("等待落实")).to_be_visible()
    page.get_by_role("link", name="去落实").click()
    narrow(page, shoot, "handed-orders")
    page.get_by_role("button", name="起草变更").first.click()
    expect(page.get_by_text("已起草变更")).to_be_visible()
    expect(page.get_by_text("法规科").first).to_be_visible()

    second = sign_in("reviewer")
    confirmed(second, review)
    expect(second.get_by_text("本版本已确认，决定不能收回")).to_be_visible()
    narrow(second, shoot, "reply-confirmed")


def _text_of(file: Path) -> str:
    if file.suffix == ".csv":
        return "\n".join("，".join(row) for row in csv.reader(file.read_text("utf-8-sig").splitlines()))
    sheet = load_workbook(file).worksheets[0]
    return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)


def test_a_chart_goes_back_with_a_reason_and_comes_again(sign_in: SignIn, shoot: Shoot) -> None:
    page = sign_in("unit-clerk")
    page.goto("/basic-info/duties")  # who has one unit comes to it
    page.goto(f"{page.url.removesuffix('/duties')}/flowcharts/new")
    page.get_by_label("流程图名称").fill("要改的流程图")
    page.get_by_label("岗位", exact=True).fill("受理岗\n审批岗")
    page.get_by_role("button", name="开始绘制").click()
    page.wait_for_url("**/editor")
    chart = page.url.removesuffix("/editor")

    second = sign_in("reviewer")
    second.goto(chart)
    second.get_by_text("退回给提交人修改").click()
    second.get_by_role("button", name="退回").click()
    expect(second.get_by_role("alert")).to_be_visible()
    narrow(second, shoot, "chart-return")
    second.get_by_label("退回原因").fill("请画出补正环节")
    second.get_by_role("button", name="退回").click()
    expect(second.get_by_text("已退回：")).to_be_visible()

    page.goto(chart)
    expect(page.get_by_text("请画出补正环节").first).to_be_visible()
    narrow(page, shoot, "chart-returned")
    page.get_by_role("button", name="重新提交").click()
    expect(page.get_by_text("已退回：")).to_have_count(0)


def test_a_document_dated_before_a_reply_shows_the_reply_on_top_of_it(
    sign_in: SignIn, shoot: Shoot, tmp_path: Path
) -> None:
    page, second = sign_in("office"), sign_in("reviewer")
    (library, unit, section), *_ = libraries(page)
    words = (
        f"关于调整{unit}机构编制事项的批复",
        "临编办发〔2026〕19号",
        f"{unit}：",
        f"将{section}更名为综合业务科。",
        "2026年5月1日",
    )
    confirmed(second, brought(page, library, words, tmp_path))
    names = {"临沂市商务局": unit, "市商务局": unit, "市场科": section, "2019年3月1日": "2026年4月2日"}
    page.goto(library)
    paper = tmp_path / "三定.txt"
    text = "\n".join(MANDATE)
    for old, new in names.items():
        text = text.replace(old, new)
    paper.write_text(text, encoding="utf-8")
    page.get_by_role("radio", name="「三定」规定").check()
    page.locator("input[type=file]").set_input_files(paper)
    page.get_by_role("button", name="上传并查看解析结果").click()
    page.get_by_role("button", name="导入").click()
    expect(page.get_by_role("heading", name="确认后重新套用的批复（1）")).to_be_visible()
    page.locator("summary", has_text="在本文件上的变化").click()
    narrow(page, shoot, "document-before-a-reply")

    confirmed(second, page.url)
    expect(second.get_by_text("已确认").first).to_be_visible()
    second.goto(library)
    narrow(second, shoot, "reply-applied-again")
    second.locator("tbody a[href*='/mandates/']").first.click()
    expect(second.get_by_text("重新套用而成")).to_be_visible()


def confirmed(page: Page, review: str) -> None:
    """Put what is shown at ``review`` in force."""
    page.goto(review)
    page.get_by_role("button", name="确认生效").click()
    page.locator("dialog[open] [data-confirm-action]").click()
    expect(page.get_by_text(re.compile("^已确认(?:生效|，)"))).to_be_visible()

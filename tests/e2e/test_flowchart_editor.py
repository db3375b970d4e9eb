"""The flowchart editor in a browser: drawn, saved, published, exported, imported; a second editor meets 409."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.basic_info.flowcharts.test_step_table import TABLE
from tests.e2e.conftest import PHONE

SignIn = Callable[..., Page]
Shoot = Callable[[Page, str], None]
pytestmark = pytest.mark.browser


def begin(page: Page, name: str) -> str:
    """A new chart of the first unit in the library, open in its editor; the address of the unit's library."""
    page.goto("/basic-info/duties")
    page.locator("tbody tr a").first.click()
    page.get_by_role("link", name=re.compile("文件库")).first.click()
    library = page.url
    page.get_by_role("link", name="绘制流程图").click()
    page.get_by_label("流程图名称").fill(name)
    page.get_by_label("岗位", exact=True).fill("窗口受理岗\n审查岗")
    page.get_by_role("button", name="开始绘制").click()
    ready(page)
    return library


def ready(page: Page) -> None:
    expect(page.locator("[data-editor-status]")).to_have_text("已载入", timeout=20_000)


def append(page: Page, after: str, what: str) -> None:
    # First beside everything: the tools of a shape open when it is selected anew.
    page.locator("[data-editor-canvas]").click(position={"x": 400, "y": 30})
    page.locator(f'.djs-element[data-element-id="{after}"] .djs-hit').first.click()
    page.locator(f".djs-context-pad [data-action='append.{what}']").click()
    page.wait_for_timeout(300)  # the label is edited in place
    page.keyboard.press("Escape")


def save(page: Page) -> None:
    page.get_by_role("button", name="保存", exact=True).click()


def test_a_small_chart_is_drawn_saved_published_exported_and_imported_again(
    sign_in: SignIn, shoot: Shoot, tmp_path: Path
) -> None:
    page = sign_in("office")
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if "Content Security" in message.text else None)
    library = begin(page, "试办流程")
    append(page, "Start", "append-task")
    page.get_by_label("名称", exact=True).fill("受理")
    page.get_by_label("节点类别").select_option("accept")
    page.get_by_label("法定时限的数值").fill("5")
    page.get_by_label("收件材料").fill("申请表\n营业执照")
    page.get_by_label("检测").check()
    page.get_by_label("廉政风险点").fill("超期受理")
    task = page.locator('.djs-shape[data-element-id^="Activity_"]').get_attribute("data-element-id") or ""
    append(page, task, "end-event")
    save(page)
    expect(page.locator("[data-editor-status]")).to_have_text("已保存")
    shoot(page, "flowchart-editor-1280")

    page.get_by_role("link", name="检查并发布").click()
    expect(page.get_by_text("检查通过")).to_be_visible()
    expect(page.get_by_text("不能由您发布")).to_be_visible()
    shoot(page, "flowchart-second-person-1280")
    checked, page = page.url, sign_in("reviewer")
    page.goto(checked)
    page.get_by_role("button", name="发布").first.click()
    page.locator("dialog[open] [data-confirm-action]").click()
    expect(page.get_by_text("流程图已发布")).to_be_visible()
    expect(page.locator(".flowchart-canvas .djs-shape").first).to_be_visible()
    shoot(page, "flowchart-published-1280")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="导出 BPMN").click()
    file = tmp_path / "chart.bpmn"
    waiting.value.save_as(file)
    assert 'limitValue="5"' in file.read_text("utf-8")
    with page.expect_download() as picture:
        page.get_by_role("button", name="导出 SVG").click()
    assert picture.value.suggested_filename == "试办流程.svg"

    page = sign_in("office")
    page.goto(library)
    page.get_by_label("流程图", exact=True).check()
    page.get_by_label("文件", exact=True).set_input_files(file)
    page.get_by_role("button", name="上传并查看解析结果").click()
    page.get_by_role("button", name="导入").click()

    row = page.locator("tbody tr", has_text="受理")
    expect(row).to_contain_text("5 工作日")
    expect(row).to_contain_text("申请表、营业执照")
    expect(row).to_contain_text("超期受理")
    assert broken == []


def test_row_45_the_second_editor_sees_the_difference_and_loses_nothing(sign_in: SignIn, shoot: Shoot) -> None:
    first, second = sign_in("office"), sign_in("office")
    begin(first, "两人同改")
    second.goto(first.url)
    ready(second)
    append(first, "Start", "append-task")
    first.get_by_label("名称", exact=True).fill("受理")
    save(first)
    expect(first.locator("[data-editor-status]")).to_contain_text("已保存")
    append(second, "Start", "end-event")
    save(second)

    dialog = second.locator("dialog[open]")
    expect(dialog).to_contain_text("他人版本多出“受理”")
    shoot(second, "flowchart-conflict-1280")
    dialog.get_by_role("button", name="返回继续修改").click()
    expect(second.locator('.djs-shape[data-element-id^="Event_"]')).to_have_count(1)
    save(second)
    second.locator("dialog[open]").get_by_role("button", name="以我的为准保存").click()
    expect(second.locator("[data-editor-status]")).to_contain_text("已保存")


def test_a_step_table_is_shown_as_a_drawn_chart(sign_in: SignIn, shoot: Shoot, tmp_path: Path) -> None:
    table = tmp_path / "成品油零售许可.csv"
    table.write_text(TABLE, encoding="utf-8")
    page = sign_in("office")
    page.goto("/basic-info/duties")
    page.locator("tbody tr a").first.click()
    page.get_by_role("link", name=re.compile("文件库")).first.click()
    page.get_by_label("流程图", exact=True).check()
    page.get_by_label("文件", exact=True).set_input_files(table)
    page.get_by_role("button", name="上传并查看解析结果").click()
    page.get_by_role("button", name="导入").click()

    expect(page.locator('.flowchart-canvas .djs-shape[data-element-id^="Step_"]')).to_have_count(9)
    shoot(page, "flowchart-table-1280")
    page.set_viewport_size({"width": 375, "height": 800})
    shoot(page, "flowchart-table-375")


def test_the_editor_is_accessible_and_fits_a_phone(sign_in: SignIn, shoot: Shoot) -> None:
    page = sign_in("office", PHONE)
    begin(page, "手机查看")
    page.locator('.djs-element[data-element-id="Lane_1"] .djs-hit').first.click(force=True)
    shoot(page, "flowchart-editor-375")

    found = Axe().run(page).response["violations"]

    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_tool_has_a_chinese_name_on_hovering_and_a_stop_of_the_tab_key(sign_in: SignIn) -> None:
    page = sign_in("office")
    begin(page, "看一看工具")
    page.locator('.djs-element[data-element-id="Start"] .djs-hit').first.click()
    expect(page.locator(".djs-context-pad .entry").first).to_be_visible()
    tools = page.locator(".djs-palette .entry, .djs-context-pad .entry")
    names = tools.evaluate_all("all => all.map((one) => [one.title, one.getAttribute('aria-label'), one.tabIndex])")

    assert len(names) > 15
    assert [one for one in names if not re.search(r"[\u4e00-\u9fff]", one[0]) or one[1] != one[0] or one[2] != 0] == []


def test_a_tool_beside_a_shape_works_by_the_keyboard(sign_in: SignIn) -> None:
    page = sign_in("office")
    begin(page, "用键盘画")
    page.locator('.djs-element[data-element-id="Start"] .djs-hit').first.click()
    page.locator(".djs-context-pad [data-action='append.append-task']").press("Enter")
    expect(page.locator('.djs-shape[data-element-id^="Activity_"]')).to_have_count(1)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def chosen(page: Page, words: str) -> None:
    """The list has the focus and its chosen line says ``words``."""
    expect(page.locator("[data-editor-outline]")).to_be_focused()
    expect(page.locator("[data-editor-outline] [aria-selected=true]")).to_have_text(words)


def pick(page: Page, label: str) -> None:
    """Walk down the open menu to ``label`` and take it."""
    menu = page.locator(".djs-popup")
    expect(menu).to_be_visible()
    for _ in range(menu.locator("[role=option]").count()):
        if menu.locator("[role=option][aria-selected=true]").inner_text().strip() == label:
            break
        press(page, "ArrowDown")
    press(page, "Enter")
    expect(menu).to_have_count(0)


def next_by_keys(page: Page, kind: str, name: str = "") -> None:
    """N, the kind from the menu, its name; the list has the focus again."""
    press(page, "n")
    pick(page, kind)
    if name:
        expect(page.locator(".djs-direct-editing-content")).to_be_focused()
        page.keyboard.type(name)
        press(page, "Enter")
    elif page.locator(".djs-direct-editing-content").is_visible():
        press(page, "Enter")
    expect(page.locator("[data-editor-outline]")).to_be_focused()


def into_the_list(page: Page) -> None:
    page.get_by_role("button", name="键盘操作").focus()
    for _ in range(60):
        if page.locator("[data-editor-outline]").evaluate("one => one === document.activeElement"):
            return
        press(page, "Tab")
    raise AssertionError("no stop of the Tab key at the list")


def test_a_whole_chart_is_drawn_saved_and_published_with_the_keyboard_alone(sign_in: SignIn, shoot: Shoot) -> None:
    page = sign_in("office")
    begin(page, "全用键盘")
    into_the_list(page)
    chosen(page, "开始 窗口受理岗")
    next_by_keys(page, "环节", "受理")
    chosen(page, "受理 环节 · 窗口受理岗")
    next_by_keys(page, "环节", "审查")
    press(page, "g")
    pick(page, "审查岗")
    chosen(page, "审查 环节 · 审查岗")
    next_by_keys(page, "分支（选一条）")
    chosen(page, "分支 审查岗")
    next_by_keys(page, "环节", "现场核查")
    chosen(page, "现场核查 环节 · 审查岗")
    press(page, "ArrowLeft")
    next_by_keys(page, "分支（选一条）")
    press(page, "F2")
    expect(page.locator(".djs-direct-editing-content")).to_be_focused()
    page.keyboard.type("汇合")
    press(page, "Enter")
    chosen(page, "汇合 分支 · 审查岗")
    next_by_keys(page, "结束")
    chosen(page, "结束 审查岗")
    press(page, "ArrowUp", "ArrowUp", "ArrowUp")
    chosen(page, "现场核查 环节 · 审查岗")
    press(page, "l")
    pick(page, "汇合（分支，审查岗）")
    chosen(page, "→ 汇合")
    shoot(page, "flowchart-keyboard-1280")
    press(page, "Control+s")
    expect(page.locator("[data-editor-status]")).to_have_text("已保存")

    for _ in range(120):
        press(page, "Shift+Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "检查并发布":
            break
    press(page, "Enter")
    expect(page.get_by_text("不能由您发布")).to_be_visible()
    checked, page = page.url, sign_in("reviewer")
    page.goto(checked)
    page.get_by_role("button", name="发布").first.focus()
    press(page, "Enter")
    page.locator("dialog[open] [data-confirm-action]").focus()
    press(page, "Enter")
    expect(page.get_by_text("流程图已发布")).to_be_visible()
    expect(page.locator('.flowchart-canvas .djs-shape[data-element-id^="Activity_"]')).to_have_count(3)


def test_what_is_removed_by_a_key_comes_back_by_undo_and_moves_by_arrows(sign_in: SignIn) -> None:
    page = sign_in("office")
    begin(page, "删了再来")
    into_the_list(page)
    next_by_keys(page, "环节", "受理")
    shape = page.locator('.djs-shape[data-element-id^="Activity_"]')
    before = shape.bounding_box()
    press(page, "Alt+ArrowRight", "Alt+ArrowDown")
    after = shape.bounding_box()
    assert before
    assert after
    assert (after["x"], after["y"]) > (before["x"], before["y"])

    press(page, "Delete")
    expect(shape).to_have_count(0)
    expect(page.locator("[data-editor-outline]")).to_be_focused()
    press(page, "Control+z")
    expect(shape).to_have_count(1)


def test_the_keys_are_told_by_a_question_mark(sign_in: SignIn) -> None:
    page = sign_in("office")
    begin(page, "有哪些键")
    into_the_list(page)
    press(page, "?")
    expect(page.locator("dialog[open]")).to_contain_text("接下一步")
    press(page, "Escape")
    expect(page.locator("[data-editor-outline]")).to_be_focused()


def test_with_a_lane_chosen_a_symbol_is_placed_in_it(sign_in: SignIn) -> None:
    page = sign_in("office")
    begin(page, "放进泳道")
    into_the_list(page)
    press(page, "End")
    chosen(page, "审查岗 泳道")
    next_by_keys(page, "环节", "归档")
    expect(page.locator("[data-editor-outline] [aria-selected=true]")).to_have_text("归档 环节 · 审查岗")

"""Staff, a head and an assessor at their main jobs, by clicking and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from host.kernel.pages import today_in_china
from tests.e2e.conftest import PHONE

SignIn = Callable[..., Page]
pytestmark = pytest.mark.browser


def test_an_ordinary_day_is_one_confirmation_and_can_be_undone(sign_in: SignIn) -> None:
    page = sign_in("staff", PHONE)
    page.goto("/duty-eval/today")
    before = page.locator(".day-state").inner_text()

    # One tap: what is usual needs no words, and none of last time's are repeated unasked.
    page.get_by_role("button", name=re.compile("确认提交|^复制")).first.click()
    expect(page.locator(".day-state")).to_contain_text("已填完")
    page.get_by_role("button", name=re.compile("撤销刚才的提交")).click()

    expect(page.locator(".notice")).to_contain_text("恢复到提交前")
    assert page.locator(".day-state").inner_text() == before


def test_a_usual_line_is_empty_and_last_times_words_are_one_tap_away(sign_in: SignIn) -> None:
    page = sign_in("staff", PHONE)
    _open_a_day_with_usual_lines(page)
    line = page.locator(".offer", has=page.get_by_role("button", name=re.compile("用上次的内容"))).first
    words = line.get_by_label("做了什么")
    expect(words).to_have_value("")

    line.get_by_role("button", name=re.compile("用上次的内容")).click()

    said = line.get_by_role("button", name=re.compile("用上次的内容")).get_attribute("data-value")
    expect(words).to_have_value(said or "-")


def _open_a_day_with_usual_lines(page: Page) -> None:
    """A recent working day that is not finished; where there is none, one of its records is taken back."""
    for back in range(1, 20):
        day = f"/duty-eval/today?day={today_in_china() - timedelta(days=back)}"
        page.goto(day)
        if page.get_by_role("button", name=re.compile("用上次的内容")).count():
            return
        if (taken := page.get_by_role("button", name="撤回修改")).count():
            taken.first.click()
            page.wait_for_url("**/correct")
            page.goto(day)
            if page.get_by_role("button", name=re.compile("用上次的内容")).count():
                return
    raise AssertionError("no recent day offers a usual line")


def test_a_day_without_anything_prefilled_takes_three_taps(sign_in: SignIn) -> None:
    page = sign_in("staff", PHONE)
    page.goto("/duty-eval/today")
    form = page.locator("form[data-draft^=record]")

    form.locator(".duty-button").first.click()
    form.get_by_role("button", name="1 小时", exact=True).click()
    form.get_by_role("button", name="提交", exact=True).click()

    expect(page.locator(".day-state")).to_contain_text("已填完")
    page.get_by_role("button", name=re.compile("撤销刚才的提交")).click()


def test_hours_are_out_of_the_way_until_somebody_wants_to_write_them(sign_in: SignIn) -> None:
    page = sign_in("staff", PHONE)
    page.goto("/duty-eval/today")
    form = page.locator("form[data-draft^=record]")
    expect(form.get_by_label("起始时刻")).to_be_hidden()

    form.get_by_text("填写时段").click()

    expect(form.get_by_label("起始时刻")).to_have_value("")


def test_time_is_filled_in_by_taps_and_the_measure_follows_the_duty(sign_in: SignIn) -> None:
    page = sign_in("staff", PHONE)
    page.goto("/duty-eval/today")

    page.get_by_role("button", name="1 小时", exact=True).click()
    page.get_by_role("button", name="再加一刻钟").click()
    page.get_by_role("radio", name="岗位职责以外的工作").check()

    assert (page.input_value("#minutes"), page.locator("[data-measure-word]").inner_text()) == ("75", "项")


def test_the_queue_is_worked_from_the_keyboard(sign_in: SignIn) -> None:
    page = sign_in("head")
    page.goto("/duty-eval/review")

    page.keyboard.press("j")
    page.keyboard.press(" ")
    expect(page.locator(".chosen-bar")).to_contain_text("已选 1 项")
    page.keyboard.press("j")
    page.keyboard.press("r")

    page.get_by_role("button", name="请补充成果或数量").click()
    expect(page.get_by_label("退回原因")).to_have_value("请补充成果或数量")


def test_weights_add_up_while_they_are_typed(sign_in: SignIn) -> None:
    page = sign_in("assessor")
    page.goto("/performance/schemes")
    page.get_by_label("名称").fill("键入时合计")
    page.get_by_role("button", name="新建草稿").click()
    page.locator("tbody tr").first.get_by_role("link", name="修改").click()

    page.locator("#weight").fill("25")
    expect(page.locator("[data-weights]")).to_contain_text("合计 95，还差 5")
    page.get_by_role("button", name="保存").click()

    expect(page.get_by_role("button", name="发布")).to_be_disabled()


def test_what_was_accepted_is_not_offered_as_a_draft_again(sign_in: SignIn) -> None:
    page = sign_in("head")
    page.goto("/duty-eval/tasks")
    page.get_by_label("交办事项").fill("核对窗口排班")
    page.get_by_role("button", name="交办", exact=True).click()

    expect(page.locator(".notice")).to_contain_text("已交办")
    expect(page.get_by_text("未提交的草稿")).to_have_count(0)


def test_what_was_not_sent_is_still_there_as_a_draft(sign_in: SignIn) -> None:
    page = sign_in("head")
    page.goto("/duty-eval/tasks")
    page.get_by_label("交办事项").fill("还没有交办的事")
    page.wait_for_timeout(1500)  # drafts are kept half a second after the last key
    page.goto("/duty-eval/tasks")

    expect(page.get_by_text("未提交的草稿")).to_be_visible()

"""A head's evening without the mouse: look, pass, send back, tick, mark, pass together, open what was drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from host.kernel.pages import today_in_china

SignIn = Callable[..., Page]
ContextOf = Callable[[str], BrowserContext]
pytestmark = pytest.mark.browser
QUEUE = "/duty-eval/review"
#: Enough that, with half of them drawn, there are several of either sort.
RECORDS = 30


@pytest.fixture(scope="module", autouse=True)
def queue(context_of: ContextOf) -> Iterator[None]:
    """Thirty records wait, about half of them drawn for a look; the city's own share holds again afterwards."""
    staff = context_of("staff")
    page = staff.new_page()
    page.goto("/duty-eval/today")
    duty = page.locator("form[data-draft^=record] input[name=post_duty_id]").first.get_attribute("value")
    day, token = today_in_china().isoformat(), page.locator("input[name=csrf_token]").first.input_value()
    for number in range(RECORDS):
        fields = {"csrf_token": token, "client_key": f"evening-{number}", "worked_on": day, "post_duty_id": duty or ""}
        answer = staff.request.post(
            "/duty-eval/records", form={**fields, "content": f"核对台账第{number}册", "quantity": "1"}
        )
        assert answer.ok
    page.close()
    before = _set_share(context_of("office"), "50")
    yield
    _set_share(context_of("office"), before)


def _set_share(office: BrowserContext, percent: str) -> str:
    """Returns what it was."""
    page = office.new_page()
    page.goto("/duty-eval/entry-rules")
    before = page.locator("#sample_percent").input_value()
    page.locator("#sample_percent").fill(percent)
    page.locator("#reason").fill("抽查比例")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".notice", has_text="已保存")).to_be_visible()
    page.close()
    return before


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def current(page: Page) -> Locator:
    return page.locator("tr[data-row][aria-current=true]")


def go_to(page: Page, row: Locator) -> None:
    """With j alone, from wherever one is."""
    wanted = row.get_attribute("id")
    for _ in range(page.locator("tr[data-row]").count()):
        press(page, "j")
        if current(page).get_attribute("id") == wanted:
            return
    raise AssertionError("the row was not reached with j")


def drawn(page: Page) -> Locator:
    return page.locator("tr[data-row]", has_text="抽查，请打开看")


def plain(page: Page) -> Locator:
    return page.locator("tr[data-row]", has_not_text="抽查，请打开看")


def test_after_each_decision_the_next_record_is_at_hand(sign_in: SignIn) -> None:
    page = sign_in("head")
    page.goto(QUEUE)
    rows = plain(page)
    first = rows.first.get_attribute("id") or ""
    go_to(page, rows.first)
    after = page.locator(f"#{first} + tr").get_attribute("id") or ""

    press(page, "a")

    expect(page.locator(".notice", has_text="已通过 1 项")).to_be_visible()
    expect(page.locator(f"#{first}")).to_have_count(0)
    expect(current(page)).to_have_id(after)

    press(page, "r")
    expect(page.get_by_label("退回原因")).to_be_focused()
    press(page, "Tab", "Space")
    expect(page.get_by_label("退回原因")).not_to_have_value("")
    page.get_by_label("退回原因").focus()
    press(page, "Enter")

    expect(page.locator(".notice", has_text="已退回")).to_be_visible()
    expect(page.locator(f"#{after}")).to_have_count(0)
    expect(current(page)).to_have_count(1)


def test_a_record_is_opened_marked_and_passed_and_the_list_goes_on_where_it_was(sign_in: SignIn) -> None:
    page = sign_in("head")
    page.goto(QUEUE)
    row = plain(page).first
    key = row.get_attribute("id") or ""
    go_to(page, row)

    press(page, "Enter")
    page.wait_for_url("**/duty-eval/records/**")
    press(page, "m")
    expect(page.get_by_label("质量评价")).to_be_focused()
    press(page, "ArrowDown", "Tab")
    page.keyboard.type("写得清楚")
    press(page, "Enter")

    expect(page.locator(".notice", has_text="已通过 1 项")).to_be_visible()
    expect(page.locator(f"#{key}")).to_have_count(0)
    expect(current(page)).to_have_count(1)


def test_a_batch_refused_for_what_was_drawn_keeps_its_ticks_and_is_passed_after_a_look(sign_in: SignIn) -> None:
    page = sign_in("head")
    page.goto(QUEUE)
    chosen = [drawn(page).first.get_attribute("id"), plain(page).first.get_attribute("id")]
    for row in page.locator("tr[data-row]").all():
        press(page, "j")
        if row.get_attribute("id") in chosen:
            press(page, "Space")
    press(page, "m", "ArrowDown", "Tab")
    page.keyboard.type("一并看过")

    press(page, "Enter")  # passes what is ticked, not the first row

    expect(page.locator(".notice", has_text="勾选的 2 项还在")).to_be_visible()
    expect(page.locator("[data-choose]:checked")).to_have_count(2)
    expect(page.get_by_label("评语")).to_have_value("一并看过")
    press(page, "o")
    page.wait_for_url("**/duty-eval/records/**")
    press(page, "o")
    page.wait_for_url(re.compile(f"{QUEUE}(\\?.*)?$"))
    expect(page.locator(".notice", has_text="被抽查的都看过了")).to_be_visible()
    press(page, "p")

    expect(page.locator(".notice", has_text="已通过 2 项")).to_be_visible()


def test_x_ticks_the_whole_page_and_takes_it_back(sign_in: SignIn) -> None:
    page = sign_in("head")
    page.goto(QUEUE)
    count = page.locator("[data-choose]").count()

    press(page, "x")
    expect(page.locator(".chosen-bar")).to_contain_text(f"已选 {count} 项")
    press(page, "x")

    expect(page.locator(".chosen-bar")).to_contain_text("已选 0 项")
    expect(page.get_by_role("button", name="通过所选")).to_be_disabled()

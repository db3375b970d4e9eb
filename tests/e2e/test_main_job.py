"""The main job in a browser, end to end: a day is logged on a phone, reviewed at a desk, watched and scored."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Platform

SignIn = Callable[..., Page]
Shoot = Callable[[Page, str], None]
pytestmark = pytest.mark.browser


def test_a_day_is_copied_and_added_to_on_a_phone(sign_in: SignIn, shoot: Shoot) -> None:
    page = sign_in("staff", PHONE)
    page.goto("/duty-eval/today")
    shoot(page, "today-375")

    page.get_by_role("button", name=re.compile("复制")).click()
    expect(page.get_by_text(re.compile("已复制"))).to_be_visible()
    form = page.get_by_role("region", name="添一项")  # what business systems report of the day has fields of its own
    form.get_by_text("添加说明").click()
    form.get_by_label("做了什么").fill("接听群众来电并答复")
    form.get_by_role("button", name="30 分钟").click()
    form.get_by_role("button", name="提交", exact=True).click()

    expect(page.get_by_text("接听群众来电并答复")).to_be_visible()
    shoot(page, "today-logged-375")


def test_a_head_approves_one_record_and_returns_another(sign_in: SignIn, shoot: Shoot) -> None:
    page = sign_in("head")
    page.goto("/duty-eval/review")
    shoot(page, "review-1280")
    rows = page.locator("tbody tr")
    before = rows.count()

    rows.first.get_by_role("link").first.click()  # drawn for a look or not, a record that was opened may be passed
    page.go_back()
    rows.first.get_by_role("checkbox").check()
    page.get_by_role("button", name="通过所选").click()
    expect(page.get_by_text("已通过 1 项")).to_be_visible()
    page.get_by_role("link", name="退回").first.click()
    page.get_by_label("退回原因").fill("请补充成果")
    page.get_by_role("button", name="退回").click()
    if (sure := page.locator("dialog[open] button.btn-danger")).count():
        sure.first.click()

    expect(page.get_by_text("已退回")).to_be_visible()
    assert rows.count() == before - 2


def test_a_record_is_followed_up_to_the_clause_it_comes_from(sign_in: SignIn, shoot: Shoot) -> None:
    page = sign_in("head")
    page.goto("/duty-eval/review")
    page.locator("tbody tr a").first.click()
    page.get_by_role("link", name=re.compile("溯源")).click()

    expect(page.get_by_text("岗位职责").first).to_be_visible()
    shoot(page, "trace-1280")


PAGES = [
    ("staff", "/"), ("staff", "/duty-eval/today"), ("staff", "/duty-eval/month"), ("head", "/duty-eval/review"),
    ("head", "/duty-eval/tasks"), ("office", "/calendar"), ("assessor", "/"),
]  # fmt: skip


@pytest.mark.parametrize(("login", "path"), PAGES)
def test_row_37_and_79_main_pages_keep_the_policy_and_are_accessible(
    sign_in: SignIn, platform: Platform, login: str, path: str
) -> None:
    page = sign_in(login, PHONE)
    broken: list[str] = []
    elsewhere: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if "Content Security" in message.text else None)
    page.on("request", lambda request: elsewhere.append(request.url) if _is_elsewhere(request.url, platform) else None)
    page.goto(path)

    serious = [
        found["id"] for found in Axe().run(page).response["violations"] if found["impact"] in {"serious", "critical"}
    ]

    assert (broken, elsewhere, serious) == ([], [], [])
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def _is_elsewhere(url: str, platform: Platform) -> bool:
    return not url.startswith((platform.url, "data:", "blob:"))

"""The library's pages in a browser: what is left of proposed links follows each decision; a file that is too big."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SignIn = Callable[..., Page]
pytestmark = pytest.mark.browser


def units(page: Page) -> list[str]:
    """The addresses of the units in the library."""
    page.goto("/basic-info/duties")
    links = page.locator("tbody tr a").evaluate_all("all => all.map((one) => new URL(one.href).pathname)")
    return list(dict.fromkeys(found[0] for link in links if (found := re.match(r"/basic-info/units/\d+", link))))


def propose(page: Page) -> int:
    """The proposals of the first unit that gets some, shown; how many they are."""
    for unit in units(page):
        page.goto(f"{unit}/links")
        page.get_by_role("button", name="重新给出建议").click()
        if left := int(page.locator("#open-count").inner_text().replace(",", "")):
            return left
    raise AssertionError("no unit has a duty without a link")


def test_what_is_left_of_proposed_links_follows_each_decision(sign_in: SignIn) -> None:
    page = sign_in("office")
    left = propose(page)

    page.get_by_role("button", name="驳回").first.click()

    expect(page.locator("#open-count")).to_have_text(f"{left - 1:,}")
    expect(page.get_by_text("已驳回").first).to_be_visible()


def test_a_file_over_the_limit_is_refused_beside_its_field_before_it_is_sent(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("office")
    page.goto(f"{units(page)[0]}/library")
    big = tmp_path / "流程图.bpmn"
    with big.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    page.get_by_role("radio", name="流程图").check()
    page.locator("input[type=file]").set_input_files(big)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_role("button", name="上传并查看解析结果").click()

    expect(page.get_by_text("“流程图.bpmn”有 65 MB，最多 64 MB")).to_be_visible()
    assert "POST" not in sent

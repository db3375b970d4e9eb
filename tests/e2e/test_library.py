"""The library's pages in a browser: what is left of proposed links follows each decision; a file that is too big."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SignIn = Callable[..., Page]
pytestmark = pytest.mark.browser


def unit_page(page: Page) -> str:
    """The address of the first unit in the library."""
    page.goto("/basic-info/duties")
    page.locator("tbody tr a").first.click()
    page.wait_for_url(re.compile(r"/units/\d+/"))
    found = re.search(r"/basic-info/units/\d+", page.url)
    assert found is not None
    return found[0]


def test_what_is_left_of_proposed_links_follows_each_decision(sign_in: SignIn) -> None:
    page = sign_in("office")
    page.goto(f"{unit_page(page)}/links")
    page.get_by_role("button", name="重新给出建议").click()
    left = int(page.locator("#open-count").inner_text().replace(",", ""))

    page.get_by_role("button", name="驳回").first.click()

    expect(page.locator("#open-count")).to_have_text(f"{left - 1:,}")
    expect(page.get_by_text("已驳回").first).to_be_visible()


def test_a_file_over_the_limit_is_refused_beside_its_field_before_it_is_sent(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("office")
    library = f"{unit_page(page)}/library"
    page.goto(library)
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

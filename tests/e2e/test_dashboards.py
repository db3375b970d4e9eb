"""The dashboards on a phone and their pictures as files."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE

SignIn = Callable[..., Page]
pytestmark = pytest.mark.browser


def test_on_a_phone_a_section_s_dashboard_begins_with_what_waits_and_folds_the_rest(sign_in: SignIn) -> None:
    page = sign_in("head", PHONE)
    page.goto("/duty-eval/dashboard")

    for place, title in enumerate(("未填写的人日", "待审核")):
        expect(page.locator(".figure-tile").nth(place)).to_contain_text(title)
    rest = page.locator("details.more").first
    expect(rest).not_to_have_attribute("open", "")
    rest.locator("summary").click()
    expect(rest.locator("tr[data-row]").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_heat_map_is_saved_as_a_picture(sign_in: SignIn) -> None:
    page = sign_in("unit-head")
    page.goto("/duty-eval/dashboard")
    figure = page.locator("figure[data-chart=matrix]")

    with page.expect_download() as saved:
        figure.get_by_role("button", name="保存图片").click()

    assert saved.value.suggested_filename.endswith("各科室饱和度.png")
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")


def test_a_cell_of_a_heat_map_opens_the_section_s_month(sign_in: SignIn) -> None:
    page = sign_in("unit-head")
    page.goto("/duty-eval/dashboard")

    cell = page.locator(".heat td a").last
    share = cell.locator("b").inner_text().removesuffix("%")
    cell.click()

    row = page.locator("tr:target")
    expect(row).to_contain_text("÷")
    shown = row.locator("[data-label=饱和度]").inner_text().split("%")[0]
    assert abs(float(shown) - float(share)) <= 0.5

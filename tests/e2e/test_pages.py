"""Every page that is read with GET, opened in a browser by somebody whose role reaches it, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.e2e.conftest import DESK, PHONE, SHOTS, Platform
from tests.e2e.half_done import begin_work
from tests.e2e.walking import Sight, discover, get_routes

pytestmark = pytest.mark.browser

#: Findings that wait to be mended, by route: a list that may only grow shorter.
KNOWN: dict[str, set[str]] = {}
#: Routes that nothing of the demo city leads to yet.
NOT_REACHED: set[str] = set()
AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
IS_TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
#: Rows of a list are alike: a few of them tell the checker as much as fifty.
FEW_ROWS = """
  document.querySelectorAll('tbody > tr:nth-child(n+7), .list-group > :nth-child(n+7)').forEach((row) => row.remove())
"""
ENGLISH = re.compile(r"Internal Server Error|Not Found|Forbidden|Bad Request|Traceback|Unprocessable|undefined|None\b")


@pytest.fixture(scope="module")
def sights(platform: Platform, context_of: Callable[[str], BrowserContext]) -> dict[str, Sight]:
    return discover(context_of, begin_work(context_of, platform.var_dir / "demo-city"))


def test_every_route_is_reached_by_a_link(sights: dict[str, Sight]) -> None:
    assert {rule for rule in get_routes() if rule not in sights} == NOT_REACHED


@pytest.mark.parametrize("rule", get_routes())
def test_rows_37_41_and_79_a_page_is_whole(
    rule: str, sights: dict[str, Sight], context_of: Callable[[str], BrowserContext], platform: Platform
) -> None:
    if rule in NOT_REACHED:
        pytest.skip("演示城市中没有可打开的例子")
    sight = sights[rule]

    if sight.is_page:
        page = context_of(sight.login).new_page()
        findings = set(_findings(page, sight.path, platform))
        if findings != KNOWN.get(rule, set()):
            page.screenshot(path=_shot_of(rule), full_page=True)
        page.close()
    else:
        answer = context_of(sight.login).request.get(sight.path)
        findings = set() if answer.ok else {f"status {answer.status}"}

    assert findings == KNOWN.get(rule, set()), sight


def _findings(page: Page, path: str, platform: Platform) -> Iterator[str]:
    """What is wrong with the page at ``path``: words that name the fault and where it was seen."""
    said = _what_is_said(page, platform)
    answer = page.goto(path)
    assert answer is not None
    if not answer.ok:
        yield f"status {answer.status}"
    yield from _words(page)
    if page.evaluate(IS_TOO_WIDE):
        yield "overflow at 1280"
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    if page.evaluate(IS_TOO_WIDE):
        yield "overflow at 375"
    page.evaluate("document.documentElement.classList.add('font-large')")
    if page.evaluate(IS_TOO_WIDE):
        yield "overflow at 375 in large print"
    page.evaluate("document.documentElement.classList.remove('font-large')")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.evaluate(FEW_ROWS)
    yield from (f"axe: {found}" for found in _serious(page))
    yield from said


def _what_is_said(page: Page, platform: Platform) -> list[str]:
    """Errors in the console (broken policy and scripts among them) and requests to other hosts, as they come."""
    said: list[str] = []
    page.on("console", lambda message: said.append(f"console: {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(f"script: {error.message}"))
    page.on("request", lambda sent: said.append(f"elsewhere: {sent.url}") if _leaves(sent.url, platform) else None)
    return said


def _words(page: Page) -> Iterator[str]:
    if page.locator("h1").count() != 1:
        yield "not one heading"
    if found := ENGLISH.search(page.locator("main").inner_text()):
        yield f"words: {found[0]}"


def _serious(page: Page) -> list[str]:
    violations = Axe().run(page, options=AXE).response["violations"]
    return sorted(found["id"] for found in violations if found["impact"] in {"serious", "critical"})


def _leaves(url: str, platform: Platform) -> bool:
    return not url.startswith((platform.url, "data:", "blob:"))


def _shot_of(rule: str) -> Path:
    SHOTS.mkdir(parents=True, exist_ok=True)
    return SHOTS / f"{re.sub(r'[^0-9a-zA-Z]+', '-', rule).strip('-') or 'home'}.png"

"""What the demo city has to show of knowledge, of last year and of a county: all of it counted from rows."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser
ContextOf = Callable[[str], BrowserContext]


def _text(context: BrowserContext, path: str) -> str:
    answer = context.request.get(path)
    assert answer.ok, f"{path}: {answer.status}"
    return answer.text()


def test_the_section_s_knowledge_has_articles_with_versions_files_and_marks(context_of: ContextOf) -> None:
    staff = context_of("staff")
    page = _text(staff, "/duty-eval/knowledge")
    assert all(title in page for title in ("办理要点", "一次性告知单", "退件从哪来"))
    template = next(
        number for number, title in re.findall(r'href="/duty-eval/knowledge/(\d+)">([^<]+)<', page) if "告知单" in title
    )
    article = _text(staff, f"/duty-eval/knowledge/{template}")
    assert ("第 2 版" in article, "看第 1 版" in article, "带签字栏" in article) == (True, True, True)
    download = re.search(r'href="(/files/\d+)"', article)
    assert download is not None
    assert staff.request.get(download[1]).body().startswith(b"PK")


def test_the_head_has_an_article_to_review(context_of: ContextOf) -> None:
    assert "等待我审核" in _text(context_of("head"), "/duty-eval/knowledge")


def test_this_year_of_the_unit_stands_beside_the_last(context_of: ContextOf) -> None:
    page = _text(context_of("unit-head"), "/duty-eval/dashboard?span=year")
    assert re.search(r"上年 <a href=\"[^\"]+\">[1-9][\d,]*</a>，</span><span>[+−]\d+(\.\d+)?%", page) is not None


def test_past_rounds_of_routine_assessment_rest_on_records(context_of: ContextOf) -> None:
    head = context_of("unit-head")
    rounds = set(re.findall(r'href="(/duty-eval/routine/rounds/\d+)"', _text(head, "/duty-eval/routine/rounds")))
    pages = [_text(head, page) for page in sorted(rounds)]
    assert [bool(re.search(r"[1-9]\d* 天有纪实", page)) for page in pages] == [True, True, True]
    assert [re.search(r"应出勤 [1-9]\d* 天，0 天有纪实", page) for page in pages] == [None, None, None]


def test_the_county_s_account_sees_its_county_alone(context_of: ContextOf) -> None:
    page = _text(context_of("county"), "/basic-info/duties")
    assert ("县" in page or "区" in page, "临沂市行政审批服务局" in page) == (True, False)

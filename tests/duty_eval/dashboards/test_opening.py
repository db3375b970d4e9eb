"""Every number of every dashboard, in tables, heat maps and pictures, opens to what it is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import Connection

from basic_info.organization.models import Post
from duty_eval.review.operations import approve_records
from duty_eval.workload.counting import count_workload
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.pages import minutes, number
from tests.duty_eval.dashboards.test_dashboards import DAY, Office
from tests.factories import a_person, an_actor

SignIn = Callable[[Actor], FlaskClient]
#: What a number of records is called, in a line or at the top.
COUNTS = {"纪实", "待审核", "职责以外", "履职纪实", "岗位职责以外"}
STANDARD_MINUTES = 30


class World:
    """Two counties and the city's own level: records of two years, some approved, some outside duties, some later."""

    def __init__(self) -> None:
        self.offices = [Office(), Office("371311", "区交通局"), Office("371300", "市水利局")]
        for turn, office in enumerate(self.offices):
            office.duty.standard_minutes = STANDARD_MINUTES
            for _ in range(3):
                a_person(post=db.session.get_one(Post, office.duty.post_id))
            for back in range(turn + 2):
                office.log(DAY - timedelta(days=back), minutes=45 + back)
            approve_records([office.log(DAY, minutes=20)], actor=office.head)
            office.log(date(2026, 3, 16), minutes=70, is_outside=True)
            office.log(date(2026, 2, 27), minutes=33)
            office.log(DAY + timedelta(days=1), minutes=480)
            office.log(date(2025, 3, 17), minutes=90)
            office.log(date(2025, 3, 18), minutes=91)
            office.log(date(2025, 2, 10), minutes=25)
        count_workload(date(2026, 4, 10), Progress())
        office = self.offices[0]
        self.pages = {
            "own": "mine",
            "section": f"sections/{office.section.id}",
            "unit": f"units/{office.unit.id}",
            "county": "regions/371302",
            "city": "regions/371300",
        }


@dataclass(frozen=True)
class Shown:
    """A number of a page: what it is called, as it stands there, and where it leads."""

    title: str
    text: str
    url: str | None
    said: str = ""

    @property
    def is_nothing(self) -> bool:
        return self.text in {"0", "0.0", "—", ""}


def _all(tree: Any, path: str) -> list[Any]:
    found: Any = tree.xpath(path)
    return list(found)


def _shown(page: str) -> Iterator[Shown]:
    tree: Any = html.fromstring(page)
    for tile in _all(tree, '//*[@class="figure-tile"]'):
        yield Shown(tile.findtext("span"), tile.findtext("b"), tile.get("href"))
    for cell in _all(tree, '//div[contains(@class, "sums")]//tr[@data-row]/td[@class="num"]'):
        yield Shown(cell.get("data-label"), _own_text(cell), _link(cell, "div/a"))
        for before in _all(cell, ".//small/span[1]"):
            text = before.text_content().removeprefix("上年 ").removesuffix("，")
            yield Shown(f"上年{cell.get('data-label')}", text, _link(before, "a"))
    for cell in _all(tree, '//section[@aria-labelledby="posts"]//td[@class="num"]'):
        if cell.get("data-label") not in {"工作占比", "饱和度"}:  # a setting, and the quotient of two that open
            yield Shown(cell.get("data-label"), _own_text(cell), _link(cell, "div/a"))
    for cell in _all(tree, '//table[@class="heat"]//td[.//b]'):
        yield Shown("饱和度", _all(cell, ".//b")[0].text, _link(cell, "a"), cell.get("title"))
    for cell in _all(tree, '//figure[@data-chart="line"]//td[@class="num"]'):
        yield Shown("月份", cell.text_content(), _link(cell, "a"))


def _own_text(cell: Any) -> str:
    """The cell's number without the small print below it."""
    small = "".join(one.text_content() for one in _all(cell, ".//small"))
    return str(cell.text_content().removesuffix(small).strip())


def _link(cell: Any, path: str) -> str | None:
    found = cell.find(path)
    return None if found is None else found.get("href")


def _rows(client: FlaskClient, url: str) -> list[dict[str, str]]:
    """The lines of a list, all its pages, by the headings of their cells."""
    rows: list[dict[str, str]] = []
    address: str | None = url
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, address
        tree: Any = html.fromstring(answer.text)
        for row in _all(tree, "//tr[@data-row]"):
            rows.append({cell.get("data-label"): cell.text_content().strip() for cell in row.iterchildren()})
        address = next(iter(_all(tree, '//a[@rel="next"]/@href')), None)
    return rows


_MINUTES = {minutes(one): one for one in range(24 * 60)}


def _minutes_of(rows: list[dict[str, str]]) -> int:
    return sum(_MINUTES.get(row["用时"], 0) for row in rows)


def _quantity_of(rows: list[dict[str, str]]) -> int:
    return sum(int(row["数量"].split()[0]) for row in rows if row["数量"] != "—")


def _opens(client: FlaskClient, shown: Shown) -> bool:
    """Whether what the number leads to comes to the same number."""
    url, title = shown.url or "", shown.title.removeprefix("上年")
    match title:
        case "饱和度":
            return _opens_load(client, shown)
        case "月份":
            tiles = {one.title: one.text for one in _shown(client.get(url).text)}
            return tiles["履职纪实"] == shown.text
        case "应出勤（天 × 占比）" | "应有工时（小时）":
            return client.get(url).status_code == 200
    rows = _rows(client, url)
    if title in COUNTS:
        return number(len(rows)) == shown.text
    if title == "用时（小时）":
        return number(Decimal(_minutes_of(rows)) / 60, 1) == shown.text
    if title == "标准工时（小时）":
        return number(Decimal(_quantity_of(rows) * STANDARD_MINUTES) / 60) == shown.text
    assert title == "数量", title
    return str(_quantity_of(rows)) == shown.text.split()[0]


def _opens_load(client: FlaskClient, shown: Shown) -> bool:
    """The same hours over the same days: on the page that the cell leads to, or by the quantities of its records."""
    formula = re.search(r"([\d.,]+) ÷（[\d.,]+ × 8）", shown.said)
    assert formula
    if "/records?" in (shown.url or ""):
        inside = [row for row in _rows(client, shown.url or "") if not row["做了什么"].startswith("岗位职责以外")]
        return number(Decimal(_quantity_of(inside) * STANDARD_MINUTES) / 60) == formula[1]
    return formula[0] in client.get(shown.url or "").text


@pytest.mark.parametrize("span", ["month", "year"])
@pytest.mark.parametrize("page", ["own", "section", "unit", "county", "city"])
def test_every_number_opens_to_what_it_is_made_of(
    connection: Connection, sign_in_as: SignIn, page: str, span: str
) -> None:
    world = World()
    db.session.commit()
    actor = world.offices[0].clerk if page == "own" else an_actor(Role.INSPECTOR, region="371300")
    client = sign_in_as(actor)

    text = client.get(f"/duty-eval/dashboard/{world.pages[page]}?day={DAY}&span={span}").text
    found = [shown for shown in _shown(text) if not shown.is_nothing]

    assert {"纪实", "上年纪实", "履职纪实", "月份"} <= {shown.title for shown in found}
    assert page == "own" or any(shown.title == "饱和度" for shown in found)
    assert [shown for shown in found if shown.url is None] == []
    assert [shown for shown in dict.fromkeys(found) if not _opens(client, shown)] == []

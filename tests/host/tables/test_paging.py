"""Lists by page number: every row once, the address keeps what the list was narrowed to."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import Connection, func, select

from host.kernel.tables.paging import Paged, paged

_series = func.generate_series(1, 120).table_valued("n").render_derived()
NUMBERS = select(_series.c.n).order_by(_series.c.n)


def page(app: Flask, query: str) -> Paged:
    with app.test_request_context(f"/duty-eval/sanctions?{query}"):
        return paged(NUMBERS)


def test_the_pages_have_every_row_once(app: Flask, connection: Connection) -> None:
    rows = [row.n for number in (1, 2, 3) for row in page(app, f"page={number}")]
    assert rows == list(range(1, 121))


@pytest.mark.parametrize(
    ("query", "first", "length"), [("", 1, 50), ("page=3", 101, 20), ("page=x", 1, 50), ("page=-4", 1, 50)]
)
def test_the_address_says_which_page(query: str, first: int, length: int, app: Flask, connection: Connection) -> None:
    found = page(app, query)
    assert (found.rows[0].n, len(found)) == (first, length)


def test_a_page_beyond_the_last_is_empty_and_leads_back(app: Flask, connection: Connection) -> None:
    found = page(app, "page=9")
    assert (len(found), found.next_url, found.first_url) == (0, None, "/duty-eval/sanctions")


def test_the_next_page_keeps_what_the_list_was_narrowed_to(app: Flask, connection: Connection) -> None:
    address = urlsplit(page(app, "q=档案&which=all").next_url or "")
    assert parse_qs(address.query) == {"q": ["档案"], "which": ["all"], "page": ["2"]}


def test_the_last_page_has_no_next_one(app: Flask, connection: Connection) -> None:
    assert page(app, "page=3").next_url is None

"""文件台账: documents by number, subject word, unit and day (B35)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from basic_info.documents import ledger
from basic_info.documents.ledger import Wanted
from basic_info.documents.models import Document
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests import factories
from tests.basic_info.library.conftest import Office

SignIn = Callable[[Actor], FlaskClient]
Counter = Callable[[], AbstractContextManager[list[str]]]


def a_document(
    place: Office, title: str, *, number: int, day: date | None = None, words: list[str] | None = None
) -> Document:
    document = Document(
        title=title,
        unit_id=place.unit.id,
        doc_no=f"临编办发〔2022〕{number}号",
        doc_prefix="临编办发",
        doc_year=2022,
        doc_seq=number,
        issued_on=day,
        subject_words=words or [],
    )
    db.session.add(document)
    db.session.flush()
    return document


@pytest.fixture
def papers(place: Office) -> None:
    a_document(place, "增编批复", number=10, day=date(2022, 6, 1), words=["编制"])
    a_document(place, "更名批复", number=2, day=date(2022, 1, 5), words=["内设", "更名"])
    a_document(place, "旧规定", number=1, words=["三定"])


def titles(place: Office, **wanted: object) -> list[str]:
    return [row.title for row in ledger.page(place.clerk, Wanted(**wanted), None)[0]]  # type: ignore[arg-type]


def test_the_newest_documents_come_first_and_those_without_a_day_last(place: Office, papers: None) -> None:
    assert titles(place) == ["增编批复", "更名批复", "旧规定"]


def test_numbers_sort_as_numbers(place: Office, papers: None) -> None:
    assert titles(place, sort="number") == ["旧规定", "更名批复", "增编批复"]


def test_documents_are_found_by_number_in_any_brackets(place: Office, papers: None) -> None:
    assert titles(place, words="[2022]2号") == ["更名批复"]


def test_documents_are_found_by_subject_word(place: Office, papers: None) -> None:
    assert titles(place, subject="更名") == ["更名批复"]


def test_documents_are_found_by_day(place: Office, papers: None) -> None:
    assert titles(place, since=date(2022, 2, 1), until=date(2022, 12, 31)) == ["增编批复"]


def test_documents_are_found_by_unit(place: Office, papers: None) -> None:
    assert titles(place, unit="统计") == []


def test_another_units_documents_are_not_listed(place: Office, papers: None) -> None:
    stranger = factories.an_actor(Role.UNIT_CLERK, unit=factories.a_unit(name="市统计局"))
    assert ledger.page(stranger, Wanted(), None) == ([], None)


@pytest.mark.parametrize("sort", ledger.SORTS)
def test_pages_follow_each_other_without_gaps(place: Office, sort: str) -> None:
    for number in range(ledger.PAGE + 5):
        a_document(place, f"第{number}份", number=number, day=date(2022, 1, 1) + timedelta(days=number % 7))
    first, after = ledger.page(place.clerk, Wanted(sort=sort), None)
    second, end = ledger.page(place.clerk, Wanted(sort=sort), after)
    assert (len({row.id for row in first + second}), len(second), end) == (ledger.PAGE + 5, 5, None)


def test_the_page_keeps_its_filters(place: Office, papers: None, sign_in_as: SignIn) -> None:
    page = sign_in_as(place.clerk).get("/basic-info/documents?subject=更名&since=2022-01-01").text
    assert "更名批复" in page
    assert "增编批复" not in page
    assert '<option value="更名" selected>' in page


def test_a_day_that_is_none_is_refused_in_words(place: Office, sign_in_as: SignIn) -> None:
    answer = sign_in_as(place.clerk).get("/basic-info/documents?since=gestern")
    assert answer.status_code == 422
    assert "日期格式应为" in answer.text


def test_the_ledger_costs_as_many_statements_for_many_documents(
    place: Office, papers: None, sign_in_as: SignIn, count_queries: Counter
) -> None:
    client = sign_in_as(place.clerk)
    client.get("/basic-info/documents")
    with count_queries() as few:
        client.get("/basic-info/documents")
    for number in range(20, 40):
        a_document(place, f"第{number}份", number=number)
    with count_queries() as many:
        client.get("/basic-info/documents")
    assert len(many) == len(few)

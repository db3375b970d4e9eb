from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, select

from basic_info.organization.queries import primary_appointment
from duty_eval.assignments.operations import assign_task
from duty_eval.knowledge.errors import OneWaitsAlready, OwnArticle
from duty_eval.knowledge.models import Article, ArticleKind, ArticleVersion, VersionState
from duty_eval.knowledge.operations import decide_version, mark_useful, withdraw_article, write_article, write_version
from duty_eval.knowledge.queries import count_marks, handed_over, published
from duty_eval.records.models import DutyRecord
from duty_eval.records.operations import Entry, log_records
from duty_eval.review.operations import approve_records
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china
from host.kernel.words import terms_of
from tests.factories import a_person, a_post, a_post_duty, a_section, a_unit, an_actor

SignIn = Callable[[Actor], FlaskClient]


class Office:
    """A section with a clerk, a colleague and a head who writes too."""

    def __init__(self, name: str = "市水利局") -> None:
        self.unit = a_unit(name=name)
        self.section = a_section(unit=self.unit)
        self.post = a_post(section=self.section)
        self.duty = a_post_duty(post=self.post, text="巡查河道")
        self.clerk = an_actor(Role.STAFF, person=a_person(post=self.post))
        self.colleague = an_actor(Role.STAFF, person=a_person(post=self.post))
        self.head = an_actor(Role.SECTION_HEAD, person=a_person(post=self.post), section=self.section)
        db.session.flush()

    def write(self, title: str = "巡河五步法", *, actor: Actor | None = None) -> Article:
        return write_article(
            ArticleKind.HOW_TO, title, "先看水位，再看岸线。", post_duty_id=self.duty.id, actor=actor or self.clerk
        )

    def publish(self, title: str = "巡河五步法") -> Article:
        article = self.write(title)
        decide_version(newest(article), is_published=True, actor=self.head)
        return article

    def found(self, actor: Actor, words: str = "") -> list[str]:
        rows = db.session.execute(published(actor, terms=terms_of(words)))
        return [row.ArticleVersion.title for row in rows]


def newest(article: Article) -> ArticleVersion:
    return db.session.scalars(
        select(ArticleVersion)
        .where(ArticleVersion.article_id == article.id)
        .order_by(ArticleVersion.version_no.desc())
        .limit(1)
    ).one()


@pytest.fixture
def office(connection: Connection) -> Office:
    return Office()


def test_what_is_written_is_found_by_the_unit_once_another_has_published_it(office: Office) -> None:
    article = office.write()
    assert office.found(office.colleague) == []
    decide_version(newest(article), is_published=True, actor=office.head)
    assert office.found(office.colleague) == ["巡河五步法"]
    assert office.found(office.colleague, "水位") == ["巡河五步法"]
    assert office.found(office.colleague, "预算") == []


def test_what_waits_for_review_is_open_to_its_writer_and_the_head_only(office: Office, sign_in_as: SignIn) -> None:
    address = f"/duty-eval/knowledge/{office.write().id}"
    db.session.commit()
    answers = [sign_in_as(who).get(address).status_code for who in (office.clerk, office.head, office.colleague)]
    assert answers == [200, 200, 404]


def test_another_unit_finds_nothing_of_it(office: Office) -> None:
    office.publish()
    assert office.found(Office("市交通局").clerk) == []


def test_nobody_publishes_their_own(office: Office) -> None:
    with pytest.raises(OwnArticle):
        decide_version(newest(office.write(actor=office.head)), is_published=True, actor=office.head)


def test_a_new_version_takes_the_place_of_the_published_one_when_it_is_published(office: Office) -> None:
    article = office.publish()
    write_version(article, "巡河六步法", "再加拍照。", actor=office.colleague)
    assert office.found(office.clerk) == ["巡河五步法"]
    with pytest.raises(OneWaitsAlready):
        write_version(article, "巡河七步法", "又加一步。", actor=office.clerk)

    decide_version(newest(article), is_published=True, actor=office.head)

    assert office.found(office.clerk) == ["巡河六步法"]
    states = db.session.scalars(select(ArticleVersion.version_state).order_by(ArticleVersion.version_no)).all()
    assert states == [VersionState.SUPERSEDED, VersionState.PUBLISHED]


def test_a_former_version_can_still_be_read(office: Office, sign_in_as: SignIn) -> None:
    article = office.publish()
    former = newest(article).body
    write_version(article, "巡河六步法", "再加拍照。", actor=office.colleague)
    decide_version(newest(article), is_published=True, actor=office.head)
    db.session.commit()

    page = sign_in_as(office.clerk).get(f"/duty-eval/knowledge/{article.id}").text

    assert "再加拍照。" in page
    assert former in page


def test_of_two_versions_written_at_once_one_waits(app: Flask, committed: Engine) -> None:
    office = Office()
    article_id = office.publish().id
    db.session.commit()

    def write(number: int) -> bool:
        with app.app_context():
            try:
                article = db.session.get_one(Article, article_id)
                write_version(article, f"第 {number} 稿", "内容", actor=office.colleague)
                db.session.commit()
            except OneWaitsAlready:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, range(4))) == 1


def test_a_return_says_why_and_a_withdrawn_article_is_found_no_more(office: Office) -> None:
    version = newest(office.write("草稿"))
    with pytest.raises(Refused, match="原因"):
        decide_version(version, is_published=False, actor=office.head)
    article = office.publish()
    withdraw_article(article, reason="办法已废止", actor=office.head)
    assert office.found(office.clerk) == []


def test_an_account_marks_an_article_once(office: Office) -> None:
    article = office.publish()
    for _ in range(3):
        mark_useful(article, actor=office.colleague)
    mark_useful(article, actor=office.clerk)
    assert count_marks(article) == 2


def test_only_an_approved_record_of_one_s_own_becomes_an_article(office: Office) -> None:
    today = today_in_china()
    entry = Entry(post_duty_id=office.duty.id, content="巡河发现违建并处置", result="拆除")
    made = log_records([entry], worked_on=today, client_key="k", actor=office.clerk, today=today)
    record = db.session.scalars(select(DutyRecord).where(DutyRecord.id == made.record_ids[0])).one()
    facts: dict[str, Any] = {"post_duty_id": office.duty.id, "record": record}
    with pytest.raises(Refused):
        write_article(ArticleKind.CASE, "违建处置", "经过", actor=office.clerk, **facts)
    approve_records([record], actor=office.head)
    with pytest.raises(Refused):
        write_article(ArticleKind.CASE, "违建处置", "经过", actor=office.colleague, **facts)
    article = write_article(ArticleKind.CASE, "违建处置", "经过", actor=office.clerk, **facts)
    assert (article.record_id, article.worked_on) == (record.id, today)


def test_a_record_without_words_begins_an_article_under_its_duty_s_name(office: Office, sign_in_as: SignIn) -> None:
    today = today_in_china()
    entry = Entry(post_duty_id=office.duty.id, content="", minutes=60)
    (number,) = log_records([entry], worked_on=today, client_key="k", actor=office.clerk, today=today).record_ids
    db.session.commit()

    page = sign_in_as(office.clerk).get(f"/duty-eval/knowledge/new?record={today}.{number}").text

    assert ('value="巡查河道"' in page, "怎么做的：" in page) == (True, True)


def test_a_hand_over_pack_holds_what_the_next_holder_needs(office: Office, sign_in_as: SignIn) -> None:
    today = today_in_china()
    office.publish()
    place = primary_appointment(office.clerk.person_id or 0, today)
    assert place is not None
    assign_task(place, title="汛期值守方案", due_on=today + timedelta(days=9), actor=office.head)
    log_records(
        [Entry(post_duty_id=office.duty.id, content="巡河")], worked_on=today, client_key="k", actor=office.clerk,
        today=today,
    )  # fmt: skip
    pack = handed_over(office.clerk, office.post.id, today)
    assert [duty.text for duty in pack["duties"]] == ["巡查河道"]
    assert [(row.text, row.records) for row in pack["calendar"]] == [("巡查河道", 1)]

    answer = sign_in_as(office.clerk).get(f"/duty-eval/posts/{office.post.id}/handover?format=docx")

    words = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(answer.data)).paragraphs)
    assert "汛期值守方案" in words
    assert "巡河五步法" in words
    assert "先看水位，再看岸线。" in words


def test_a_hand_over_pack_of_another_unit_s_post_is_not_found(office: Office, sign_in_as: SignIn) -> None:
    stranger = Office("市交通局").clerk
    db.session.commit()
    assert sign_in_as(stranger).get(f"/duty-eval/posts/{office.post.id}/handover").status_code == 404


def test_knowledge_goes_its_way_over_the_pages(office: Office, sign_in_as: SignIn) -> None:
    body = {
        "article_kind": "how_to", "post_duty_id": str(office.duty.id), "title": "巡河五步法", "body": "先看水位",
    }  # fmt: skip
    written = sign_in_as(office.clerk).post("/duty-eval/knowledge/new", data=body)
    assert written.status_code == 303
    head = sign_in_as(office.head)
    assert "巡河五步法" in head.get("/duty-eval/knowledge").text
    assert head.post(f"{written.location}/decide", data={"verdict": "publish"}).status_code == 303
    colleague = sign_in_as(office.colleague)
    assert "先看水位" in colleague.get(written.location).text
    assert colleague.post(f"{written.location}/useful").status_code == 303
    assert "1 人觉得有用" in colleague.get(written.location).text
    assert colleague.post(f"{written.location}/decide", data={"verdict": "publish"}).status_code == 403

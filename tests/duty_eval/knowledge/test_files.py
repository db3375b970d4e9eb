"""Files of articles: by content, by version, opened by who may read the words; articles out of finished tasks."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import docx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from basic_info.organization.queries import primary_appointment
from duty_eval.assignments.models import AssignedTask
from duty_eval.assignments.operations import assign_task
from duty_eval.evidence.operations import MOST_FILES
from duty_eval.knowledge.models import Article, ArticleKind, ArticleVersion
from duty_eval.knowledge.operations import decide_version, write_article, write_version
from duty_eval.knowledge.queries import files_of
from duty_eval.records.operations import Entry, log_records
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.files.errors import WrongKind
from host.kernel.files.models import StoredFile
from host.kernel.pages import today_in_china
from tests.duty_eval.knowledge.test_knowledge import Office, newest
from tests.host.files.file_contents import upload

SignIn = Callable[[Actor], FlaskClient]
PDF = b"%PDF-1.7 form"


@pytest.fixture
def office(connection: Connection) -> Office:
    return Office()


def a_form(name: str = "巡查表.pdf", content: bytes = PDF) -> Any:
    return upload(content, name)


def with_files(office: Office, *files: Any) -> Article:
    return write_article(
        ArticleKind.TEMPLATE, "巡查表", "每月填一份", post_duty_id=office.duty.id, files=files, actor=office.clerk
    )


def names_of(article: Article) -> list[str]:
    version = newest(article)
    return [file.name for file in files_of([version.id]).get(version.id, [])]


def a_done_task(office: Office, title: str = "汛期值守方案") -> AssignedTask:
    today = today_in_china()
    place = primary_appointment(office.clerk.person_id or 0, today)
    assert place is not None
    task = assign_task(place, title=title, due_on=None, post_duty_id=office.duty.id, actor=office.head)
    entry = Entry(post_duty_id=office.duty.id, content="已办", task_id=task.id)
    log_records([entry], worked_on=today, client_key=title, actor=office.clerk, today=today)
    db.session.refresh(task)
    return task


def test_an_article_carries_its_files(office: Office) -> None:
    assert names_of(with_files(office, a_form(), a_form("说明.pdf", b"%PDF-1.7 words"))) == ["巡查表.pdf", "说明.pdf"]


def test_a_file_is_taken_by_its_content_and_nothing_is_half_written(office: Office) -> None:
    db.session.commit()
    with pytest.raises(WrongKind):
        with_files(office, a_form("程序.pdf", b"MZ\x90\x00" + bytes(range(256))))
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Article)) == 0


def test_more_files_than_an_article_holds_are_refused(office: Office) -> None:
    with pytest.raises(Refused, match="最多附"):
        with_files(office, *(a_form(f"{number}.pdf") for number in range(MOST_FILES + 1)))


def test_the_next_version_goes_on_with_the_files_that_stay_and_the_former_keeps_its_own(office: Office) -> None:
    article = with_files(office, a_form("甲.pdf", b"%PDF-1.7 a"), a_form("乙.pdf", b"%PDF-1.7 b"))
    first = newest(article)
    decide_version(first, is_published=True, actor=office.head)
    stays = files_of([first.id])[first.id][0]

    write_version(
        article, "巡查表", "改了", files=[a_form("丙.pdf", b"%PDF-1.7 c")], kept=[stays.id], actor=office.clerk
    )

    assert names_of(article) == ["甲.pdf", "丙.pdf"]
    assert [file.name for file in files_of([first.id])[first.id]] == ["甲.pdf", "乙.pdf"]


def test_a_file_of_another_article_is_not_carried_along(office: Office) -> None:
    other = newest(with_files(office, a_form()))
    foreign = files_of([other.id])[other.id][0]
    article = office.publish()
    write_version(article, "二", "二", kept=[foreign.id], actor=office.clerk)
    assert names_of(article) == []


def test_a_file_opens_for_the_unit_once_its_version_is_published(office: Office, sign_in_as: SignIn) -> None:
    article = with_files(office, a_form())
    stranger = Office("市交通局").clerk
    db.session.commit()
    file_id = db.session.scalars(select(StoredFile.id)).one()

    def answers() -> list[int]:
        people = (office.clerk, office.head, office.colleague, stranger)
        return [sign_in_as(who).get(f"/files/{file_id}").status_code for who in people]

    assert answers() == [200, 200, 404, 404]
    decide_version(newest(article), is_published=True, actor=office.head)
    db.session.commit()
    assert answers() == [200, 200, 200, 404]


def test_files_go_their_way_over_the_pages(office: Office, sign_in_as: SignIn) -> None:
    db.session.commit()
    client = sign_in_as(office.clerk)
    said = {"article_kind": "template", "post_duty_id": str(office.duty.id), "title": "巡查表", "body": "每月一份"}
    page = client.post("/duty-eval/knowledge/new", data={**said, "evidence": (io.BytesIO(PDF), "巡查表.pdf")}).location
    assert "巡查表.pdf" in client.get(page).text
    file_id = db.session.scalars(select(StoredFile.id)).one()
    sign_in_as(office.head).post(f"{page}/decide", data={"verdict": "publish"})

    client.post(f"{page}/edit", data={"title": "巡查表", "body": "每周一份", "kept": str(file_id)})

    assert names_of(db.session.scalars(select(Article)).one()) == ["巡查表.pdf"]


def test_a_file_that_is_not_taken_says_so_and_the_words_stay(office: Office, sign_in_as: SignIn) -> None:
    db.session.commit()
    said = {"article_kind": "template", "post_duty_id": "0", "title": "巡查表", "body": "每月一份"}
    broken = (io.BytesIO(b"PK\x03\x04 no archive"), "表.docx")
    answer = sign_in_as(office.clerk).post("/duty-eval/knowledge/new", data={**said, "evidence": broken})
    assert answer.status_code == 422
    assert ("文件已损坏" in answer.text, "每月一份" in answer.text) == (True, True)


def test_a_version_nobody_reviewed_is_not_shown_to_other_readers(office: Office, sign_in_as: SignIn) -> None:
    article = office.publish()
    write_version(article, "六步", "还没有人看过", actor=office.clerk)
    db.session.commit()
    pages = [
        sign_in_as(who).get(f"/duty-eval/knowledge/{article.id}").text
        for who in (office.clerk, office.head, office.colleague)
    ]
    assert ["还没有人看过" in page for page in pages] == [True, True, False]


def test_what_was_sent_back_is_there_again_for_its_writer(office: Office, sign_in_as: SignIn) -> None:
    article = office.publish()
    write_version(article, "六步", "写了很久的内容", actor=office.clerk)
    decide_version(newest(article), is_published=False, note="补充依据", actor=office.head)
    db.session.commit()
    pages = [
        sign_in_as(who).get(f"/duty-eval/knowledge/{article.id}/edit").text for who in (office.clerk, office.colleague)
    ]
    assert ["写了很久的内容" in page for page in pages] == [True, False]


def test_templates_are_downloaded_from_the_hand_over_pack(office: Office, sign_in_as: SignIn) -> None:
    decide_version(newest(with_files(office, a_form())), is_published=True, actor=office.head)
    db.session.commit()
    client, pack = sign_in_as(office.colleague), f"/duty-eval/posts/{office.post.id}/handover"
    file_id = db.session.scalars(select(StoredFile.id)).one()
    assert f'href="/files/{file_id}"' in client.get(pack).text
    words = docx.Document(io.BytesIO(client.get(f"{pack}?format=docx").data)).paragraphs
    assert any("巡查表.pdf" in paragraph.text for paragraph in words)


def test_an_article_grows_out_of_a_finished_task(office: Office, sign_in_as: SignIn) -> None:
    task = a_done_task(office)
    db.session.commit()
    client = sign_in_as(office.clerk)
    assert f"/duty-eval/knowledge/new?task={task.id}" in client.get("/duty-eval/my-tasks?which=all").text
    form = client.get(f"/duty-eval/knowledge/new?task={task.id}").text
    assert "交办事项：汛期值守方案" in form
    assert f'<option selected value="{office.duty.id}">' in form

    said = {"article_kind": "case", "post_duty_id": str(office.duty.id), "title": "值守方案怎么写", "body": "经过"}
    page = client.post("/duty-eval/knowledge/new", data={**said, "task": str(task.id)}).location

    assert db.session.scalars(select(Article.task_id)).one() == task.id
    assert "由交办任务“汛期值守方案”写成" in client.get(page).text
    assert "已写成业务知识" in client.get("/duty-eval/my-tasks?which=all").text


def test_what_the_task_was_is_told_to_its_person_and_the_reviewer_alone(office: Office, sign_in_as: SignIn) -> None:
    task = a_done_task(office)
    article = write_article(ArticleKind.CASE, "题", "文", post_duty_id=office.duty.id, task=task, actor=office.clerk)
    version = db.session.scalars(select(ArticleVersion).where(ArticleVersion.article_id == article.id)).one()
    decide_version(version, is_published=True, actor=office.head)
    db.session.commit()

    told = ["汛期值守方案" in sign_in_as(who).get(f"/duty-eval/knowledge/{article.id}").text
            for who in (office.clerk, office.head, office.colleague)]  # fmt: skip
    page = sign_in_as(office.colleague).get(f"/duty-eval/knowledge/{article.id}").text

    assert (told, "由交办任务写成" in page) == ([True, True, False], True)


def test_an_open_task_and_another_s_are_not_written_from(office: Office, sign_in_as: SignIn) -> None:
    today = today_in_china()
    place = primary_appointment(office.clerk.person_id or 0, today)
    assert place is not None
    still_open = assign_task(place, title="还没办", due_on=None, actor=office.head)
    done = a_done_task(office)
    db.session.commit()
    with pytest.raises(Refused):
        write_article(ArticleKind.CASE, "题", "文", post_duty_id=None, task=still_open, actor=office.clerk)
    with pytest.raises(Refused):
        write_article(ArticleKind.CASE, "题", "文", post_duty_id=None, task=done, actor=office.colleague)
    answers = [
        sign_in_as(who).get(f"/duty-eval/knowledge/new?task={number}").status_code
        for who, number in ((office.clerk, still_open.id), (office.colleague, done.id), (office.clerk, "x"))
    ]
    assert answers == [404, 404, 404]


def test_the_database_refuses_an_article_out_of_two_things(office: Office) -> None:
    article = with_files(office)
    article.task_id, article.record_id, article.worked_on = a_done_task(office).id, 1, today_in_china()
    with pytest.raises(IntegrityError, match="grew_out_of_one_thing"):
        db.session.flush()


def test_the_trace_page_of_a_duty_leads_to_what_was_written_for_it(office: Office, sign_in_as: SignIn) -> None:
    article = office.publish()
    db.session.commit()
    page = sign_in_as(office.head).get(f"/basic-info/trace/post_duty/{office.duty.id}").text
    assert f"/duty-eval/knowledge/{article.id}" in page


def test_the_list_is_narrowed_to_a_duty(office: Office, sign_in_as: SignIn) -> None:
    office.publish()
    write_article(ArticleKind.CASE, "别的职责", "文", post_duty_id=None, actor=office.clerk)
    decide_version(
        newest(db.session.scalars(select(Article).order_by(Article.id.desc()).limit(1)).one()),
        is_published=True,
        actor=office.head,
    )
    db.session.commit()
    page = sign_in_as(office.colleague).get(f"/duty-eval/knowledge?duty={office.duty.id}").text
    assert ("巡河五步法" in page, "别的职责" in page) == (True, False)

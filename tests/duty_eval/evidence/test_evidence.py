"""Evidence (佐证) on a record: optional, once per submission, opened by who may read the record."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select
from werkzeug.test import TestResponse

from basic_info.organization.models import Person, Post
from duty_eval.evidence.models import RecordEvidence
from duty_eval.evidence.operations import Evidence, attach, detach, evidence_from
from duty_eval.records.discarding import discard
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.operations import Entry, log_records, withdraw
from duty_eval.review.operations import return_record
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.files.errors import StoreUnreachable
from host.kernel.files.models import StoredFile
from host.kernel.files.storage import current_store
from host.kernel.pages import today_in_china
from tests.factories import a_person, a_post, a_section, a_unit, an_actor
from tests.host.files.file_contents import a_photo, upload

SignIn = Callable[[Actor], FlaskClient]
PDF = b"%PDF-1.7 evidence"


@pytest.fixture
def post(connection: Connection) -> Post:
    return a_post()


@pytest.fixture
def person(post: Post) -> Person:
    return a_person(post=post)


@pytest.fixture
def actor(person: Person) -> Actor:
    found = an_actor(Role.STAFF, person=person)
    db.session.commit()  # a refused request rolls back what was only flushed
    return found


def files(*contents: tuple[bytes, str]) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(content), name) for content, name in contents]


def submit(client: FlaskClient, *contents: tuple[bytes, str], key: str = "k1", **fields: str) -> TestResponse:
    data: dict[str, Any] = {
        "client_key": key,
        "worked_on": today_in_china().isoformat(),
        "post_duty_id": "0",
        "content": "现场检查",
        **fields,
    }
    if contents:
        data["evidence"] = files(*contents)
    return client.post("/duty-eval/records", data=data, headers={"Accept": "application/json"})


def kept() -> list[tuple[RecordEvidence, StoredFile | None]]:
    rows = db.session.execute(
        select(RecordEvidence, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == RecordEvidence.file_id)
        .order_by(RecordEvidence.id)
    )
    return [(row[0], row[1]) for row in rows]


def test_files_and_a_link_stay_with_their_record(actor: Actor, sign_in_as: SignIn) -> None:
    answer = submit(sign_in_as(actor), (PDF, "批复.pdf"), (a_photo(), "现场.jpg"), link="https://city.example/doc/7")
    found = [(one.record_id, file.name if file else None, one.link) for one, file in kept()]
    assert found == [
        (answer.get_json()["id"], "批复.pdf", None),
        (answer.get_json()["id"], "现场.jpg", None),
        (answer.get_json()["id"], None, "https://city.example/doc/7"),
    ]


def test_r164_a_photo_loses_where_and_with_what_it_was_taken(actor: Actor, sign_in_as: SignIn) -> None:
    submit(sign_in_as(actor), (a_photo(), "现场.jpg"))
    _, file = kept()[0]
    assert file is not None
    with current_store().open(file.sha256) as content:
        assert b"GEHEIM" not in content.read()


def test_r164_a_record_without_evidence_is_as_good(actor: Actor, sign_in_as: SignIn) -> None:
    assert (submit(sign_in_as(actor)).status_code, kept()) == (201, [])


def test_a_record_without_evidence_costs_three_statements(
    actor: Actor, sign_in_as: SignIn, count_queries: Callable[[], Any]
) -> None:
    client = sign_in_as(actor)
    with count_queries() as seen:
        submit(client)
    # The session's own statement is not among them: the test puts the actor in by hand.
    assert len(seen) + 1 == 3, seen


def test_security_row_44_the_same_key_with_the_same_files_is_taken_once(actor: Actor, sign_in_as: SignIn) -> None:
    client = sign_in_as(actor)
    first, second = (submit(client, (PDF, "批复.pdf")) for _ in range(2))
    assert (second.status_code, second.get_json()["id"], len(kept())) == (200, first.get_json()["id"], 1)


@pytest.mark.parametrize("other", [b"%PDF-1.7 other", None])
def test_security_row_44_the_same_key_with_other_files_is_refused(
    actor: Actor, sign_in_as: SignIn, other: bytes | None
) -> None:
    client = sign_in_as(actor)
    submit(client, (PDF, "批复.pdf"))
    assert submit(client, *([(other, "批复.pdf")] if other else [])).status_code == 409
    assert len(kept()) == 1


def test_a_file_that_is_refused_leaves_no_record(actor: Actor, sign_in_as: SignIn) -> None:
    answer = submit(sign_in_as(actor), (PDF, "批复.pdf"), (b"MZ\x90\x00\x03", "工具.exe"))
    assert (answer.status_code, db.session.scalar(select(func.count()).select_from(DutyRecord)), kept()) == (422, 0, [])


def test_a_store_that_is_away_leaves_no_record(
    actor: Actor, sign_in_as: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnreachable

    client = sign_in_as(actor)
    monkeypatch.setattr(type(current_store()), "keep", away)
    answer = submit(client, (PDF, "批复.pdf"))
    assert (answer.status_code, "附件存储暂时无法访问" in answer.get_json()["message"]) == (503, True)
    assert db.session.scalar(select(func.count()).select_from(DutyRecord)) == 0


def test_more_than_nine_files_are_refused() -> None:
    with pytest.raises(Refused, match="最多附 9 个"):
        evidence_from([upload(PDF, f"{number}.pdf") for number in range(10)], "")


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "ftp://x/y", "https://", "//x", "文件", "https://x/\u202egpj", f"https://x/{'a' * 500}"],
)
def test_a_link_that_is_none_is_refused(link: str) -> None:
    with pytest.raises(Refused, match="佐证链接"):
        evidence_from([], link)


def test_empty_file_fields_are_no_evidence() -> None:
    assert not evidence_from([upload(b"", "")], " ")


def a_record(actor: Actor, *, day: date | None = None) -> DutyRecord:
    day = day or today_in_china()
    evidence = Evidence(files=[upload(PDF, "批复.pdf")], link="https://city.example/7")
    entry = Entry(post_duty_id=None, content="现场检查")
    logged = log_records([entry], worked_on=day, client_key="k", actor=actor, today=day, evidence=evidence)
    db.session.commit()
    return db.session.get_one(DutyRecord, (logged.record_ids[0], day))


def file_id() -> int:
    return db.session.scalars(select(StoredFile.id)).one()


def test_the_page_of_a_record_gives_its_evidence(actor: Actor, sign_in_as: SignIn) -> None:
    record = a_record(actor)
    page = sign_in_as(actor).get(f"/duty-eval/records/{record.id}/{record.worked_on}").text
    wanted = (f"/files/{file_id()}", "批复.pdf", "17 B", 'href="https://city.example/7"', "佐证（2 份）")
    assert [one for one in wanted if one not in page] == []


def test_a_picture_is_shown_on_the_page(actor: Actor, sign_in_as: SignIn) -> None:
    record = a_record(actor)
    attach(
        Evidence(files=[upload(a_photo(), "现场.jpg")]),
        record_id=record.id,
        worked_on=record.worked_on,
        actor=actor,
    )
    db.session.commit()
    page = sign_in_as(actor).get(f"/duty-eval/records/{record.id}/{record.worked_on}").text
    assert page.count('<img class="file-view"') == 1


def test_security_row_16_evidence_opens_for_who_may_read_the_record_and_nobody_else(
    actor: Actor, person: Person, post: Post, sign_in_as: SignIn
) -> None:
    a_record(actor)
    own, other = a_section(), a_unit(name="市水利局")
    asked = {
        "self": actor,
        "head of the section": an_actor(Role.SECTION_HEAD, section=db.session.get(type(own), post.section_id)),
        "colleague": an_actor(Role.STAFF, person=a_person(name="李强", post=post)),
        "head of another section": an_actor(Role.SECTION_HEAD, section=own),
        "head of another unit": an_actor(Role.UNIT_HEAD, unit=other),
        "administrator": an_actor(Role.SYSTEM_ADMIN, region="371300"),
    }
    found = {who: sign_in_as(one).get(f"/files/{file_id()}").status_code for who, one in asked.items()}
    assert found == {
        "self": 200,
        "head of the section": 200,
        "colleague": 404,
        "head of another section": 404,
        "head of another unit": 404,
        "administrator": 404,
    }


def test_the_review_desk_shows_how_much_there_is_and_where(actor: Actor, post: Post, sign_in_as: SignIn) -> None:
    record = a_record(actor)
    head = an_actor(Role.SECTION_HEAD, section=db.session.get(type(a_section()), post.section_id))
    page = sign_in_as(head).get("/duty-eval/review").text
    assert ("佐证 2 份" in page, f"/records/{record.id}/{record.worked_on}#evidence" in page) == (True, True)


def test_the_review_desk_costs_the_same_with_evidence(
    actor: Actor, post: Post, sign_in_as: SignIn, count_queries: Callable[[], Any]
) -> None:
    client = sign_in_as(an_actor(Role.SECTION_HEAD, section=db.session.get(type(a_section()), post.section_id)))
    record = a_record(actor)
    with count_queries() as with_evidence:
        client.get("/duty-eval/review")
    detach(record.id, record.worked_on)
    db.session.commit()
    with count_queries() as without:
        client.get("/duty-eval/review")
    assert len(with_evidence) == len(without)


def test_a_returned_record_takes_more_evidence_with_its_correction(actor: Actor, sign_in_as: SignIn) -> None:
    record = a_record(actor)
    return_record(record, reason="请附照片", actor=an_actor(Role.SECTION_HEAD, person=a_person()))
    db.session.commit()
    body = {
        "post_duty_id": "0",
        "content": "现场检查",
        "reason": "补充照片",
        "evidence": files((a_photo(), "现场.jpg")),
    }
    answer = sign_in_as(actor).post(f"/duty-eval/records/{record.id}/{record.worked_on}/correct", data=body)
    found = [(one.version_no, file.name if file else None) for one, file in kept()]
    assert (answer.status_code, found) == (303, [(1, "批复.pdf"), (1, None), (2, "现场.jpg")])


def test_a_record_that_is_taken_back_takes_its_evidence_with_it(actor: Actor) -> None:
    record = a_record(actor)
    withdraw(record, actor=actor)
    discard(record, actor=actor)
    db.session.commit()
    expires = db.session.scalars(select(StoredFile.expires_at)).one()
    assert (kept(), expires is not None, record.record_state) == ([], True, RecordState.DRAFT)


def test_a_form_without_script_goes_back_to_its_day(actor: Actor, sign_in_as: SignIn) -> None:
    body = {
        "client_key": "k1",
        "worked_on": today_in_china().isoformat(),
        "post_duty_id": "0",
        "content": "现场检查",
        "evidence": files((PDF, "批复.pdf")),
    }
    client = sign_in_as(actor)
    answer = client.post("/duty-eval/records", data=body)
    assert (answer.status_code, "佐证 1 份" in client.get(answer.headers["Location"]).text) == (303, True)


def test_a_wrong_file_brings_the_form_back_with_a_sentence(actor: Actor, sign_in_as: SignIn) -> None:
    body = {
        "client_key": "k1",
        "worked_on": today_in_china().isoformat(),
        "post_duty_id": "0",
        "content": "现场检查",
        "evidence": files((b"MZ\x90\x00\x03", "工具.exe")),
    }
    answer = sign_in_as(actor).post("/duty-eval/records", data=body)
    assert (answer.status_code, "不支持这种文件" in answer.text, "现场检查" in answer.text) == (422, True, True)

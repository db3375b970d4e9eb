from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from host.auth.models import Account
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.notifications.kinds import Kind, register_kind
from host.kernel.notifications.models import Notification
from host.kernel.notifications.operations import choose_kinds, mark_read, tell, tell_from
from host.kernel.notifications.queries import MOST_COUNTED, unread_count
from host.kernel.outgoing.models import ChannelKind, MessageState, OutgoingChannel, OutgoingMessage
from tests.factories import a_person, an_account, an_actor

SignIn = Callable[[Actor], FlaskClient]
CountQueries = Callable[[], AbstractContextManager[list[str]]]
KIND = register_kind("test.told", "试验")
DUE = register_kind("test.due", "必须告知的", is_obligatory=True)


def told(account_id: int, *, kind: Kind = KIND, key: str = "a", title: str = "纪实被退回", link: str = "/") -> int:
    return tell(kind, accounts=[account_id], title=title, link=link, key=key)


def count_unread(account_id: int) -> int:
    return db.session.scalar(select(unread_count(account_id))) or 0


def a_channel() -> OutgoingChannel:
    channel = OutgoingChannel(name="网关", channel_kind=ChannelKind.WEBHOOK, address="https://gateway.example")
    db.session.add(channel)
    db.session.flush()
    return channel


def test_every_account_of_a_person_is_told(connection: Connection) -> None:
    person = a_person()
    accounts = [an_account(person=person), an_account(person=person)]
    assert tell(KIND, people=[person.id], title="请假已确认", link="/", key="a") == len(accounts)


def test_the_same_thing_is_told_once(connection: Connection) -> None:
    account = an_account()
    assert [told(account.id), told(account.id), told(account.id, key="b")] == [1, 0, 1]


def test_a_disabled_account_is_told_nothing(connection: Connection) -> None:
    assert told(an_account(is_disabled=True).id) == 0


def test_a_kind_that_somebody_switched_off_is_not_told_and_an_obligatory_one_is(connection: Connection) -> None:
    actor = an_actor()
    choose_kinds([], actor=actor)
    assert actor.account_id is not None
    assert [told(actor.account_id), told(actor.account_id, kind=DUE, key="b")] == [0, 1]


def test_a_link_out_of_the_platform_is_refused_by_the_database(connection: Connection) -> None:
    account = an_account()
    with pytest.raises(IntegrityError):
        told(account.id, link="//elsewhere.example/")


def test_a_long_title_is_cut(connection: Connection) -> None:
    account = an_account()
    told(account.id, title="长" * 500)
    assert db.session.scalar(select(func.length(Notification.title))) == 300


def test_telling_a_thousand_takes_as_many_statements_as_telling_one(
    connection: Connection, count_queries: CountQueries
) -> None:
    for number in range(50):
        an_account(name=f"人{number}")
    with count_queries() as statements:
        tell_from(KIND, select(Account.id, Account.display_name), link="/", key="a")
    assert (len(statements), db.session.scalar(select(func.count()).select_from(Notification))) == (2, 50)


def test_what_is_told_waits_in_the_outbox_and_reading_it_takes_it_out(connection: Connection) -> None:
    a_channel()
    account = an_account()
    told(account.id)
    mark_read(account.id)
    assert db.session.scalars(select(OutgoingMessage.message_state)).all() == [MessageState.WITHDRAWN]


def test_the_bell_stops_counting_at_a_hundred(connection: Connection) -> None:
    account = an_account()
    rows = [{"account_id": account.id, "kind": "x", "title": "x", "link": "/", "key": str(n)} for n in range(150)]
    db.session.execute(insert(Notification), rows)
    assert count_unread(account.id) == MOST_COUNTED


def test_two_at_a_time_tell_once(committed: Engine) -> None:
    account_id = an_account().id
    db.session.commit()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    counts: list[int] = []

    def work() -> None:
        with app.app_context():
            counts.append(told(account_id))
            db.session.commit()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(counts) == [0, 0, 0, 1]


def test_opening_a_message_leads_to_its_page_and_marks_it_read(sign_in_as: SignIn, connection: Connection) -> None:
    actor = an_actor()
    told(actor.account_id or 0, link="/duty-eval/my-tasks")
    message_id = db.session.scalars(select(Notification.id)).one()
    answer = sign_in_as(actor).post(f"/notifications/{message_id}/open")
    assert (answer.location, count_unread(actor.account_id or 0)) == ("/duty-eval/my-tasks", 0)


def test_nobody_opens_somebody_elses_message(sign_in_as: SignIn, connection: Connection) -> None:
    actor = an_actor()
    told(actor.account_id or 0)
    message_id = db.session.scalars(select(Notification.id)).one()
    stranger = an_actor()
    db.session.commit()
    answer = sign_in_as(stranger).post(f"/notifications/{message_id}/open")
    assert (answer.status_code, count_unread(actor.account_id or 0)) == (404, 1)


def test_ones_page_shows_ones_own_messages_only(sign_in_as: SignIn, connection: Connection) -> None:
    actor, other = an_actor(), an_actor()
    told(actor.account_id or 0, title="我的事")
    told(other.account_id or 0, title="别人的事")
    page = sign_in_as(actor).get("/notifications").text
    assert ("我的事" in page, "别人的事" in page) == (True, False)


def test_reading_all_marks_ones_own(sign_in_as: SignIn, connection: Connection) -> None:
    actor, other = an_actor(), an_actor()
    for account_id in (actor.account_id or 0, other.account_id or 0):
        told(account_id)
    sign_in_as(actor).post("/notifications/read")
    assert (count_unread(actor.account_id or 0), count_unread(other.account_id or 0)) == (0, 1)


def test_a_list_of_many_goes_on_by_key(sign_in_as: SignIn, connection: Connection) -> None:
    actor = an_actor()
    rows = [
        {"account_id": actor.account_id, "kind": "x", "title": f"第{n:03}件", "link": "/", "key": str(n)}
        for n in range(60)
    ]
    db.session.execute(insert(Notification), rows)
    client = sign_in_as(actor)
    first = client.get("/notifications").text
    oldest_shown = db.session.scalars(select(Notification.id).order_by(Notification.id.desc()).offset(49)).first()
    second = client.get(f"/notifications?before={oldest_shown}").text
    assert ("第059件" in first, "第009件" in first, "第009件" in second) == (True, False, True)


def test_the_daily_reminder_may_be_switched_off(sign_in_as: SignIn, connection: Connection) -> None:
    assert "每个工作日的提醒" in sign_in_as(an_actor()).get("/notifications/settings").text


def test_choosing_kinds_keeps_the_obligatory_ones(sign_in_as: SignIn, connection: Connection) -> None:
    actor = an_actor()
    client = sign_in_as(actor)
    client.post("/notifications/settings", data={"kind": ["test.told"]})
    assert [told(actor.account_id or 0), told(actor.account_id or 0, kind=DUE, key="b")] == [1, 1]


def test_a_message_keeps_the_moment_at_which_it_was_read(connection: Connection) -> None:
    account = an_account()
    told(account.id)
    before = datetime.now(UTC)
    mark_read(account.id)
    mark_read(account.id)
    read_at = db.session.scalars(select(Notification.read_at)).one()
    assert read_at is not None
    assert read_at >= before

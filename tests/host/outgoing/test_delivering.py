"""The outbox: nothing is lost, nothing is sent twice under two keys, nothing leaves in the quiet hours."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import Connection, Engine, select, text

from config import Settings
from host.kernel.access import SYSTEM
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.outgoing import adapters
from host.kernel.outgoing.adapters import signature
from host.kernel.outgoing.delivering import LEASE, claim, deliver
from host.kernel.outgoing.errors import AddressNotAllowed
from host.kernel.outgoing.models import ChannelKind, MessageState, OutgoingChannel, OutgoingMessage
from host.kernel.outgoing.operations import (
    ChannelDraft,
    add_channel,
    change_channel,
    send_again,
    send_out,
    withdraw,
)
from tests.factories import an_account

#: A Friday noon in China; and ten at night.
NOON = datetime(2026, 11, 27, 4, tzinfo=UTC)
NIGHT = datetime(2026, 11, 27, 14, tzinfo=UTC)
SECRET = "签名密钥"


class Gateway:
    """A receiver that keeps what it was sent and answers as told."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.is_slow, self.let_go = False, threading.Event()
        self.taken: list[tuple[dict[str, Any], dict[str, str], bytes]] = []
        gateway = self

        class Desk(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if gateway.is_slow:
                    gateway.let_go.wait(10)
                status = gateway.answers.pop(0) if gateway.answers else 200
                if status == 200:
                    gateway.taken.append((json.loads(body), dict(self.headers), body))
                with suppress(BrokenPipeError, ConnectionResetError):  # who asked may have gone
                    self.send_response(status)
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Desk)
        self.address = f"http://127.0.0.1:{self.server.server_port}/notices"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def said(self) -> list[dict[str, Any]]:
        return [said for said, _, _ in self.taken]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def opened(*origins: str) -> Iterator[None]:
    """The operator opened these addresses."""
    settings: Settings = current_app.extensions["settings"]
    before = settings.outgoing_origins
    object.__setattr__(settings, "outgoing_origins", origins)
    try:
        yield
    finally:
        object.__setattr__(settings, "outgoing_origins", before)


@pytest.fixture
def gateway(app: object) -> Iterator[Gateway]:
    made = Gateway()
    with opened(made.address.removesuffix("/notices")):
        yield made
    made.close()


def a_channel(gateway: Gateway, **over: Any) -> OutgoingChannel:
    draft = ChannelDraft(
        **{"name": "政务微信", "kind": ChannelKind.WEBHOOK, "address": gateway.address, "secret": SECRET, **over}
    )
    return add_channel(draft, actor=SYSTEM)


def told(*logins: str, kind: str = "duty_record.returned", key: str = "duty_record:1") -> list[int]:
    """Accounts of these names, for each of whom a message waits since long before ``NOON``."""
    ids = [an_account(login_name=login).id for login in logins]
    again(ids, kind=kind, key=key)
    return ids


def again(ids: list[int], *, kind: str = "duty_record.returned", key: str) -> None:
    send_out([(one, key) for one in ids], kind=kind)
    db.session.execute(text("UPDATE outgoing_message SET due_at = :due WHERE batch IS NULL"), {"due": NOON - LEASE})


def states() -> list[MessageState]:
    db.session.expire_all()
    return list(db.session.scalars(select(OutgoingMessage.message_state).order_by(OutgoingMessage.id)))


def test_messages_of_one_person_go_out_as_one_neutral_sentence(connection: Connection, gateway: Gateway) -> None:
    a_channel(gateway)
    ids = told("wangfang")
    again(ids, key="duty_record:2")
    deliver(Progress(), now=NOON)
    assert [(said["to"], said["count"], said["text"]) for said in gateway.said] == [
        ("wangfang", 2, "您在履职平台有 2 条新消息，请登录平台查看。")
    ]


def test_the_receiver_can_check_who_sent_it(connection: Connection, gateway: Gateway) -> None:
    a_channel(gateway)
    told("wangfang")
    deliver(Progress(), now=NOON)
    _, headers, body = gateway.taken[0]
    sent = headers["X-Lvzhi-Signature"]
    assert sent == signature(SECRET, int(sent.removeprefix("t=").split(",")[0]), body)


def test_the_same_thing_told_twice_is_one_message(connection: Connection, gateway: Gateway) -> None:
    a_channel(gateway)
    again(told("wangfang"), key="duty_record:1")
    assert len(states()) == 1


def test_nothing_leaves_in_the_quiet_hours_and_all_of_it_afterwards(connection: Connection, gateway: Gateway) -> None:
    a_channel(gateway)
    told("wangfang", "liqiang")
    assert deliver(Progress(), now=NIGHT)["sent"] == 0
    assert deliver(Progress(), now=NIGHT + timedelta(hours=11))["sent"] == 2


def test_what_was_read_on_the_platform_is_not_sent(connection: Connection, gateway: Gateway) -> None:
    a_channel(gateway)
    ids = told("wangfang")
    withdraw(ids[0], ["duty_record:1"])
    deliver(Progress(), now=NOON)
    assert (gateway.said, states()) == ([], [MessageState.WITHDRAWN])


def test_a_channel_takes_the_kinds_that_it_was_given(connection: Connection, gateway: Gateway) -> None:
    a_channel(gateway, kinds=("alert.assigned",))
    told("wangfang")
    again(told("liqiang", kind="alert.assigned", key="alert:1"), key="duty_record:9")
    assert len(states()) == 1


def test_security_row_77_a_receiver_that_was_down_gets_everything_once_each(
    connection: Connection, gateway: Gateway
) -> None:
    a_channel(gateway)
    told(*(f"person{number}" for number in range(30)))
    port = gateway.server.server_port
    gateway.close()
    deliver(Progress(), now=NOON)
    gateway.server = HTTPServer(("127.0.0.1", port), gateway.server.RequestHandlerClass)
    threading.Thread(target=gateway.server.serve_forever, daemon=True).start()
    deliver(Progress(), now=NOON + timedelta(minutes=2))
    deliver(Progress(), now=NOON + timedelta(minutes=4))
    assert sorted(said["to"] for said in gateway.said) == sorted(f"person{number}" for number in range(30))


def test_a_receiver_in_trouble_is_asked_again_later_under_the_same_key(
    connection: Connection, gateway: Gateway
) -> None:
    a_channel(gateway)
    told("wangfang")
    gateway.answers = [503]
    deliver(Progress(), now=NOON)
    key = db.session.scalar(select(OutgoingMessage.batch))
    assert deliver(Progress(), now=NOON + timedelta(seconds=30))["sent"] == 0  # not yet
    deliver(Progress(), now=NOON + timedelta(minutes=2))
    assert [said["key"] for said in gateway.said] == [str(key)]


def test_a_receiver_that_does_not_answer_in_time_is_asked_again_under_the_same_key(
    connection: Connection, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapters, "ANSWER_SECONDS", 0.2)
    a_channel(gateway)
    told("wangfang")
    gateway.is_slow = True
    assert deliver(Progress(), now=NOON)["sent"] == 0
    gateway.is_slow = False
    gateway.let_go.set()
    deliver(Progress(), now=NOON + timedelta(minutes=2))
    # It took the first one too, after all: by the key it knows that the two are one.
    assert {said["key"] for said in gateway.said} == {str(db.session.scalar(select(OutgoingMessage.batch)))}
    assert states() == [MessageState.SENT]


def test_a_receiver_that_stays_in_trouble_is_asked_twelve_times_and_then_no_more(
    connection: Connection, gateway: Gateway
) -> None:
    a_channel(gateway)
    told("wangfang")
    gateway.answers = [500] * 40
    for hours in range(0, 24 * 40, 24):
        deliver(Progress(), now=NOON + timedelta(hours=hours))
    assert (40 - len(gateway.answers), states()) == (12, [MessageState.FAILED])


def test_what_was_sent_is_not_sent_again(connection: Connection, gateway: Gateway) -> None:
    a_channel(gateway)
    told("wangfang")
    for minutes in (0, 5, 60):
        deliver(Progress(), now=NOON + timedelta(minutes=minutes))
    assert len(gateway.said) == 1


def test_a_killed_worker_leaves_its_claim_to_the_next_under_the_same_key(
    connection: Connection, gateway: Gateway
) -> None:
    channel = a_channel(gateway)
    ids = told("wangfang")
    taken = claim(channel.id, NOON)  # and then the worker is no more
    again(ids, key="duty_record:2")
    deliver(Progress(), now=NOON + LEASE)
    assert {(said["key"], said["count"]) for said in gateway.said} >= {(str(taken[0].batch), 1)}
    assert sum(said["count"] for said in gateway.said) == 2


def test_a_receivers_last_word_is_kept_for_the_administrator_who_may_send_again(
    connection: Connection, gateway: Gateway
) -> None:
    channel = a_channel(gateway)
    told("wangfang")
    gateway.answers = [404]
    deliver(Progress(), now=NOON)
    assert (states(), db.session.scalar(select(OutgoingMessage.error))) == ([MessageState.FAILED], "接收方答复 404")
    send_again(channel, actor=SYSTEM)
    assert states() == [MessageState.WAITING]


def test_a_redirect_is_not_followed(connection: Connection, gateway: Gateway) -> None:
    a_channel(gateway)
    told("wangfang")
    gateway.answers = [302]
    deliver(Progress(), now=NOON)
    assert states() == [MessageState.FAILED]


def test_an_address_that_the_operator_did_not_open_is_refused(connection: Connection, gateway: Gateway) -> None:
    with pytest.raises(AddressNotAllowed):
        a_channel(gateway, address="http://169.254.169.254/latest")


def test_an_address_that_was_closed_later_gets_nothing(connection: Connection, gateway: Gateway) -> None:
    a_channel(gateway)
    told("wangfang")
    with opened("https://other.example"):
        deliver(Progress(), now=NOON)
    assert (gateway.said, states()) == ([], [MessageState.WAITING])


def test_a_kept_secret_does_not_go_to_a_new_address(connection: Connection, gateway: Gateway) -> None:
    channel = a_channel(gateway)
    moved = ChannelDraft(name="政务微信", kind=ChannelKind.WEBHOOK, address=gateway.address + "/more")
    with pytest.raises(Exception, match="重新填写密钥"):
        change_channel(channel, moved, actor=SYSTEM)


@pytest.mark.parametrize(
    ("start", "end", "at", "rests"),
    [
        (time(20), time(8), time(23), True),
        (time(20), time(8), time(8), False),
        (time(12), time(14), time(13), True),
        (time(12), time(14), time(9), False),
        (time(9), time(9), time(9), False),
    ],
)
def test_quiet_hours_may_go_over_midnight(start: time, end: time, at: time, *, rests: bool) -> None:
    channel = OutgoingChannel(quiet_from=start, quiet_until=end)
    assert channel.rests_at(at) is rests


def test_two_workers_at_a_time_send_everything_once(committed: Engine, gateway: Gateway) -> None:
    a_channel(gateway)
    told(*(f"person{number}" for number in range(40)))
    db.session.commit()
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def work() -> None:
        with app.app_context():
            deliver(Progress(), now=NOON)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(said["to"] for said in gateway.said) == sorted(f"person{number}" for number in range(40))

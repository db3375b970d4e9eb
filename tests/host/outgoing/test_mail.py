"""Mail spoken to a real SMTP server on this machine."""

from __future__ import annotations

import socket
import ssl
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from sqlalchemy import Connection

from host.kernel.access import SYSTEM
from host.kernel.jobs.progress import Progress
from host.kernel.outgoing import adapters
from host.kernel.outgoing.adapters import Parcel, Way, send
from host.kernel.outgoing.delivering import deliver
from host.kernel.outgoing.errors import NotDelivered, Unreachable
from host.kernel.outgoing.models import ChannelKind, MessageState
from host.kernel.outgoing.operations import ChannelDraft, add_channel
from host.running.certificate import own_certificate
from host.running.children import free_port
from tests.host.outgoing.test_delivering import NOON, opened, states, told

PARCEL = Parcel(uuid.UUID(int=7), "370001", 3)


class Mailbox:
    """Takes mail, or answers a recipient or a message as it is told to."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.passwords: list[bytes] = []
        self.rcpt, self.data, self.quit = "250 OK", "250 OK", "221 Bye"

    async def handle_RCPT(self, _s: Any, _session: Any, envelope: Envelope, address: str, _o: list[str]) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _s: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.mails.append(envelope)
        return self.data

    async def handle_QUIT(self, _s: Any, _session: Any, _envelope: Envelope) -> str:  # noqa: N802
        return self.quit

    def sign_in(self, _server: Any, _session: Any, _envelope: Any, _how: str, said: Any) -> AuthResult:
        self.passwords.append(said.password)
        return AuthResult(success=True)


Serve = Callable[..., str]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def serve(mailbox: Mailbox) -> Iterator[Serve]:
    """Start the server; returns its ``host:port``."""
    with ExitStack() as running:

        def start(**options: Any) -> str:
            server = Controller(
                mailbox,
                hostname="127.0.0.1",
                port=free_port("127.0.0.1", 8600),
                authenticator=mailbox.sign_in,
                **options,
            )
            server.start()
            running.callback(server.stop)
            return f"{server.hostname}:{server.port}"

        yield start


@pytest.fixture
def own(tmp_path: Path) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate of its own making."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*own_certificate(tmp_path))
    return context


@pytest.fixture
def trusted(own: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The same, and this machine vouches for it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(own_certificate(tmp_path)[0]))
    return own


def mail_in(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    return message_from_bytes(envelope.content, policy=policy.default)


def way(where: str, *, secret: str = "", scheme: str = "smtp") -> Way:
    return Way(ChannelKind.MAIL, f"{scheme}://notice%40city.example@{where}", "city.example", secret)


def test_a_mail_says_how_many_and_never_what(serve: Serve, mailbox: Mailbox) -> None:
    send(way(serve()), PARCEL)

    (envelope,) = mailbox.mails
    mail = mail_in(envelope)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("notice@city.example", ["370001@city.example"])
    assert mail["Subject"] == "履职平台新消息"
    assert mail.get_content().strip() == PARCEL.text


def test_the_same_message_keeps_its_number_when_it_is_sent_again(serve: Serve, mailbox: Mailbox) -> None:
    where = serve()

    send(way(where), PARCEL)
    send(way(where), PARCEL)

    numbers = {mail_in(one)["Message-ID"] for one in mailbox.mails}
    assert numbers == {f"<{PARCEL.batch}@city.example>"}


def test_a_recipient_whom_the_server_does_not_know_is_not_tried_again(serve: Serve, mailbox: Mailbox) -> None:
    mailbox.rcpt = "550 no such user"

    with pytest.raises(NotDelivered) as refused:
        send(way(serve()), PARCEL)

    assert refused.value.is_final


def test_a_server_that_is_busy_is_asked_again_later(serve: Serve, mailbox: Mailbox) -> None:
    mailbox.data = "451 try again later"

    with pytest.raises(NotDelivered, match="451") as refused:
        send(way(serve()), PARCEL)

    assert not refused.value.is_final


def test_a_server_that_wants_patience_for_a_recipient_is_asked_again_later(serve: Serve, mailbox: Mailbox) -> None:
    mailbox.rcpt = "450 greylisted"

    with pytest.raises(NotDelivered, match="450") as refused:
        send(way(serve()), PARCEL)

    assert not refused.value.is_final


def test_a_mail_that_was_taken_stays_sent_whatever_the_server_says_at_parting(serve: Serve, mailbox: Mailbox) -> None:
    mailbox.quit = "421 too busy to say goodbye"

    send(way(serve()), PARCEL)

    assert len(mailbox.mails) == 1


def test_a_server_that_never_says_a_word_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters, "ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable):
        send(way(f"127.0.0.1:{silent.getsockname()[1]}"), PARCEL)


def test_messages_of_the_outbox_reach_the_mailbox_once_though_the_server_is_busy_at_first(
    connection: Connection, serve: Serve, mailbox: Mailbox
) -> None:
    where = f"smtp://{serve()}"
    with opened(where):
        add_channel(ChannelDraft("邮件", ChannelKind.MAIL, where, "city.example"), actor=SYSTEM)
        told("wangfang", "liqiang")
        mailbox.rcpt = "451 later"
        deliver(Progress(), now=NOON)
        mailbox.rcpt = "250 OK"
        for minutes in (2, 4, 8):
            deliver(Progress(), now=NOON + timedelta(minutes=minutes))

    to = sorted(recipient for envelope in mailbox.mails for recipient in envelope.rcpt_tos)
    assert to == ["liqiang@city.example", "wangfang@city.example"]
    assert states() == [MessageState.SENT] * 2


def test_no_password_goes_over_a_line_that_anybody_can_read(serve: Serve, mailbox: Mailbox) -> None:
    with pytest.raises(NotDelivered, match="不支持加密连接"):
        send(way(serve(auth_require_tls=False), secret="s3cret"), PARCEL)

    assert (mailbox.passwords, mailbox.mails) == ([], [])


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_with_a_certificate_that_nobody_vouches_for_gets_no_password(
    serve: Serve, mailbox: Mailbox, own: ssl.SSLContext, scheme: str
) -> None:
    where = serve(**{"ssl_context" if scheme == "smtps" else "tls_context": own})

    with pytest.raises(Unreachable, match="SSLCertVerificationError"):
        send(way(where, secret="s3cret", scheme=scheme), PARCEL)

    assert mailbox.passwords == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_over_a_line_that_can_be_trusted_the_password_is_given_and_the_mail_taken(
    serve: Serve, mailbox: Mailbox, trusted: ssl.SSLContext, scheme: str
) -> None:
    # The test's server knows a line with TLS only by STARTTLS.
    how = {"ssl_context": trusted, "auth_require_tls": False} if scheme == "smtps" else {"tls_context": trusted}

    send(way(serve(**how), secret="s3cret", scheme=scheme), PARCEL)

    assert (mailbox.passwords, len(mailbox.mails)) == ([b"s3cret"], 1)


def test_a_server_that_takes_no_password_is_said_to_take_none(serve: Serve, trusted: ssl.SSLContext) -> None:
    where = serve(ssl_context=trusted)

    with pytest.raises(NotDelivered, match="不接受密码登录"):
        send(way(where, secret="s3cret", scheme="smtps"), PARCEL)

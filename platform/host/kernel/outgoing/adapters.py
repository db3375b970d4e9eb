"""Handing one message to the receiver: a signed HTTP POST, or a mail."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote

import urllib3

from host.kernel.outgoing.addresses import parsed
from host.kernel.outgoing.errors import NotDelivered, Unreachable
from host.kernel.outgoing.models import ChannelKind

CONNECT_SECONDS = 3
ANSWER_SECONDS = 10
#: Answers that another try may mend; every other 4xx is the receiver's last word.
_TRY_AGAIN = frozenset({408, 409, 425, 429})


@dataclass(frozen=True)
class Way:
    """A channel as the adapters need it, its secret readable."""

    kind: ChannelKind
    address: str
    mail_domain: str
    secret: str


@dataclass(frozen=True)
class Parcel:
    """What goes out for one person: how much is new, never what (P25, C34: no personal data leaves)."""

    batch: uuid.UUID
    to: str
    count: int

    @property
    def text(self) -> str:
        return f"您在履职平台有 {self.count} 条新消息，请登录平台查看。"


def send(way: Way, parcel: Parcel) -> None:
    """Hand it over. Raises NotDelivered, and Unreachable where nobody answers."""
    (_post if way.kind is ChannelKind.WEBHOOK else _mail)(way, parcel)


def signature(secret: str, at: int, body: bytes) -> str:
    """``t=<seconds>,v1=<hex>``: HMAC-SHA256 over ``<seconds>.<body>``, so that nothing is played again later."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={made.hexdigest()}"


def _post(way: Way, parcel: Parcel) -> None:
    said = {"key": str(parcel.batch), "to": parcel.to, "count": parcel.count, "text": parcel.text}
    body = json.dumps(said, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": str(parcel.batch),
        "X-Lvzhi-Signature": signature(way.secret, int(time.time()), body),
    }
    pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS))
    try:
        # Not followed: a redirect would lead to an address that nobody opened. The answer's body is not read.
        answer = pool.request(
            "POST", way.address, body=body, headers=headers, retries=False, redirect=False, preload_content=False
        )
        answer.drain_conn() if answer.headers.get("Content-Length", "") == "0" else answer.close()
    except urllib3.exceptions.HTTPError as failed:
        raise Unreachable(f"连不上接收方：{type(failed).__name__}") from failed
    finally:
        pool.clear()
    if not 200 <= answer.status < 300:
        is_final = 300 <= answer.status < 500 and answer.status not in _TRY_AGAIN
        raise NotDelivered(f"接收方答复 {answer.status}", is_final=is_final)


def _mail(way: Way, parcel: Parcel) -> None:
    parts = parsed(way.address)
    sender = unquote(parts.username or "")
    mail = EmailMessage()
    mail["Subject"], mail["To"] = "履职平台新消息", f"{parcel.to}@{way.mail_domain}"
    mail["From"] = sender if "@" in sender else f"{sender or 'lvzhi'}@{way.mail_domain}"
    mail["Message-ID"] = f"<{parcel.batch}@{way.mail_domain}>"
    mail.set_content(parcel.text)
    try:
        server = _mail_server(parts.scheme, parts.hostname or "", parts.port)
        try:
            if way.secret:
                if not isinstance(server.sock, ssl.SSLSocket):
                    raise NotDelivered("邮件服务器不支持加密连接，密码不会明文发送")
                server.login(sender, way.secret)
            server.send_message(mail)
        finally:
            _part(server)
    except smtplib.SMTPRecipientsRefused as refused:
        raise _not_taken(refused) from refused
    except smtplib.SMTPNotSupportedError as failed:
        raise NotDelivered("邮件服务器不接受密码登录") from failed
    except smtplib.SMTPResponseException as failed:
        raise NotDelivered(f"邮件服务器答复 {failed.smtp_code}") from failed
    except (OSError, smtplib.SMTPException) as failed:
        raise Unreachable(f"连不上邮件服务器：{type(failed).__name__}") from failed


def _not_taken(refused: smtplib.SMTPRecipientsRefused) -> NotDelivered:
    """A 4xx is a server that knows the recipient, or will, and asks to be patient (greylisting)."""
    ((code, _words),) = refused.recipients.values()
    if 400 <= code < 500:
        return NotDelivered(f"邮件服务器暂不接收：{code}")
    return NotDelivered("邮件服务器不认识收件人", is_final=True)


def _part(server: smtplib.SMTP) -> None:
    """Say goodbye. The mail is taken or not by now: a bad answer to this must not have it sent once more."""
    with suppress(OSError, smtplib.SMTPException):
        server.quit()
    server.close()


def _mail_server(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=ANSWER_SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port or 25, timeout=ANSWER_SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    return server

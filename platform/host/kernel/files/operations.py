"""Writes of files: what a person uploads, and what the platform produced."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select
from werkzeug.datastructures import FileStorage

from host.kernel.access import SYSTEM, Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.files.errors import WrongKind
from host.kernel.files.images import redraw
from host.kernel.files.kinds import IMAGES, SAVED_AS, FileKind, check_content, kind_of
from host.kernel.files.models import StoredFile
from host.kernel.files.names import clean_name
from host.kernel.files.storage import current_store, digest_of, no_room_told, received

#: How long a file is kept that the platform can make again.
PRODUCED_DAYS = 30
_SUBJECT = re.compile(r"[a-z][a-z0-9_]{0,60}:[0-9]{1,19}")


def store_upload(upload: FileStorage, *, subject: str, allowed: Collection[FileKind], actor: Actor) -> StoredFile:
    """Keep an uploaded file for ``subject`` (``table:id`` of a flushed row); photos lose their metadata.

    The bytes are on disk when this returns, the row comes with the caller's transaction: a rollback leaves bytes
    that nothing names. Raises Refused (nothing chosen), WrongKind, BrokenFile (422), FileTooBig (413), NoRoom (507).
    """
    if not upload.filename:
        raise Refused("请选择文件")
    most = max(kind.most_bytes for kind in allowed)
    with received(upload.stream, most_bytes=most) as path:
        kind = kind_of(path)
        if kind not in allowed:
            raise WrongKind(_not_taken(kind, allowed))
        check_content(path, kind)
        kept = _redrawn(path, kind) if kind in IMAGES else path
        return _keep(kept, clean_name(upload.filename, kind), kind, subject=subject, actor=actor)


def store_produced(
    path: Path, *, name: str, kind: FileKind, subject: str, actor: Actor, days: int | None = PRODUCED_DAYS
) -> StoredFile:
    """Keep a file that the platform itself wrote (an export, forms in batch) for ``days``; None: for good."""
    row = _keep(path, clean_name(name, kind), kind, subject=subject, actor=actor)
    row.expires_at = datetime.now(UTC) + timedelta(days=days) if days is not None else None
    db.session.flush()
    return row


def expired_files(now: datetime, *, most: int) -> Sequence[StoredFile]:
    """Files whose time is over at ``now``, the oldest first, at most ``most``."""
    return db.session.scalars(
        select(StoredFile).where(StoredFile.expires_at <= now).order_by(StoredFile.expires_at).limit(most)
    ).all()


def forget(file: StoredFile) -> None:
    """Remove a file whose time is over; its audit row tells what it was. The bytes go by ``drop_bytes``."""
    gone = {"name": file.name, "sha256": file.sha256, "of": file.subject}
    record_change(file, action="file.expired", actor=SYSTEM, before=gone)
    db.session.delete(file)
    db.session.flush()


def drop_bytes(digest: str) -> None:
    """Remove bytes that no row names any more. Call in a transaction of its own, after rows were forgotten.

    An upload of the same bytes meanwhile holds the same lock until its row is there: either it finds them kept, or
    it writes them anew.
    """
    db.session.execute(_lock(digest, shared=False))
    if db.session.scalar(select(StoredFile.id).where(StoredFile.sha256 == digest).limit(1)) is None:
        current_store().remove(digest)


def _redrawn(path: Path, kind: FileKind) -> Path:
    clean = path.with_name("redrawn")
    with no_room_told(), clean.open("wb") as out:
        redraw(path, kind, out)
    return clean


def _keep(path: Path, name: str, kind: FileKind, *, subject: str, actor: Actor) -> StoredFile:
    if not _SUBJECT.fullmatch(subject):
        raise ValueError(f"not a subject: {subject!r}")
    digest = digest_of(path)
    db.session.execute(_lock(digest, shared=True))
    with no_room_told():
        current_store().keep(path, digest)
    row = StoredFile(
        sha256=digest,
        name=name,
        media_type=kind.media_type,
        size=path.stat().st_size,
        subject=subject,
        created_by=actor.account_id,
    )
    db.session.add(row)
    db.session.flush()  # the id is part of the audit row
    record_change(row, action="file.stored", actor=actor, after={"name": name, "sha256": digest, "of": subject})
    return row


def _lock(digest: str, *, shared: bool) -> Select[Any]:
    """Between those who keep bytes and who drops them, until the transaction ends."""
    key = int.from_bytes(bytes.fromhex(digest[:16]), signed=True)
    return select(func.pg_advisory_xact_lock_shared(key) if shared else func.pg_advisory_xact_lock(key))


def _not_taken(kind: FileKind, allowed: Collection[FileKind]) -> str:
    newer, advice = SAVED_AS.get(kind, (None, ""))
    if newer in allowed:
        return f"这是“{kind.label}”，{advice}"
    return f"这是“{kind.label}”，此处只接收：{_words(allowed)}"


def _words(allowed: Collection[FileKind]) -> str:
    return "、".join(kind.label for kind in FileKind if kind in allowed)

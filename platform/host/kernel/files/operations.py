"""Writes of files: what a person uploads, and what the platform produced."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from werkzeug.datastructures import FileStorage

from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.files.errors import WrongKind
from host.kernel.files.images import redraw
from host.kernel.files.kinds import IMAGES, FileKind, check_content, kind_of
from host.kernel.files.models import StoredFile
from host.kernel.files.names import clean_name
from host.kernel.files.storage import current_store, digest_of, no_room_told, received

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
            raise WrongKind(f"这是{kind.label}，此处只接收：{_words(allowed)}")
        check_content(path, kind)
        kept = _redrawn(path, kind) if kind in IMAGES else path
        return _keep(kept, clean_name(upload.filename, kind), kind, subject=subject, actor=actor)


def store_produced(path: Path, *, name: str, kind: FileKind, subject: str, actor: Actor) -> StoredFile:
    """Keep a file that the platform itself wrote (an export, a form, a list of errors)."""
    return _keep(path, clean_name(name, kind), kind, subject=subject, actor=actor)


def _redrawn(path: Path, kind: FileKind) -> Path:
    clean = path.with_name("redrawn")
    with no_room_told(), clean.open("wb") as out:
        redraw(path, kind, out)
    return clean


def _keep(path: Path, name: str, kind: FileKind, *, subject: str, actor: Actor) -> StoredFile:
    if not _SUBJECT.fullmatch(subject):
        raise ValueError(f"not a subject: {subject!r}")
    digest = digest_of(path)
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


def _words(allowed: Collection[FileKind]) -> str:
    return "、".join(kind.label for kind in FileKind if kind in allowed)

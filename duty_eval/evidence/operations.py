"""Evidence as it comes with a submission, and how it is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from sqlalchemy import delete, func, update
from werkzeug.datastructures import FileStorage

from duty_eval.evidence.models import LINK_LENGTH, RecordEvidence
from host.kernel.access import Actor
from host.kernel.audit import subject_of
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.files.kinds import EVIDENCE
from host.kernel.files.models import StoredFile
from host.kernel.files.operations import store_upload

MOST_FILES = 9
_PIECE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What came with one record: files as they were uploaded, and at most one link."""

    files: Sequence[FileStorage] = field(default=())
    link: str = ""

    def __bool__(self) -> bool:
        return bool(self.files or self.link)

    def as_body(self) -> list[str]:
        """What makes it the same or another: SHA-256 of each file in order, and the link."""
        return [*(_digest(file) for file in self.files), *([self.link] if self.link else [])]


NO_EVIDENCE = Evidence()


def evidence_from(files: Sequence[FileStorage], link: str) -> Evidence:
    """What the form sent; empty file fields are none. Raises Refused for too many files or what is no link."""
    chosen = chosen_files(files, of="一条纪实")
    link = link.strip()
    if link and not _is_link(link):
        raise Refused(f"佐证链接应以 http:// 或 https:// 开头，不超过 {LINK_LENGTH} 字")
    return Evidence(files=chosen, link=link)


def chosen_files(files: Sequence[FileStorage], *, of: str, besides: int = 0) -> list[FileStorage]:
    """The files that were really chosen; ``besides``: how many ``of`` has already. Raises Refused for too many."""
    chosen = [file for file in files if file.filename]
    if len(chosen) + besides > MOST_FILES:
        raise Refused(f"{of}最多附 {MOST_FILES} 个文件，请去掉一些")
    return chosen


def attach(evidence: Evidence, *, record_id: int, worked_on: date, version_no: int = 1, actor: Actor) -> None:
    """Keep the evidence with its record, in the record's transaction: all of it or none.

    Raises WrongKind, BrokenFile (422), FileTooBig (413), StoreUnreachable (503), NoRoom (507).
    """
    place = {"record_id": record_id, "worked_on": worked_on, "version_no": version_no, "added_by": actor.account_id}
    for upload in evidence.files:
        row = RecordEvidence(**place)
        db.session.add(row)
        db.session.flush()  # the file belongs to it by its id
        row.file_id = store_upload(upload, subject=subject_of(row), allowed=EVIDENCE, actor=actor).id
    if evidence.link:
        db.session.add(RecordEvidence(link=evidence.link, **place))
    db.session.flush()


def detach(record_id: int, worked_on: date) -> None:
    """Take the evidence of a record that is about to be deleted away; the nightly clean-up removes its files."""
    mine = (RecordEvidence.record_id == record_id, RecordEvidence.worked_on == worked_on)
    file_ids = list(db.session.scalars(delete(RecordEvidence).where(*mine).returning(RecordEvidence.file_id)))
    kept = [file_id for file_id in file_ids if file_id is not None]
    if kept:
        db.session.execute(update(StoredFile).where(StoredFile.id.in_(kept)).values(expires_at=func.now()))


def _digest(file: FileStorage) -> str:
    found = hashlib.sha256()
    while piece := file.stream.read(_PIECE):
        found.update(piece)
    file.stream.seek(0)
    return found.hexdigest()


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isprintable() and len(text) <= LINK_LENGTH
    )

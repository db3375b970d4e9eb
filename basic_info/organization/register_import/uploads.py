"""Uploaded register workbooks: kept under a random name with what the check found, until they are imported.

A workbook holds ID numbers: only who uploaded it may see the check, and the folder is the platform's alone.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy import func, select

from basic_info.organization import kinds
from basic_info.organization.models import Unit
from basic_info.organization.register_import.columns import SHEETS
from basic_info.organization.register_import.operation import import_register
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from basic_info.regions.models import Region, Tier
from config import Settings
from host.kernel.access import Actor, ScopeKind, scope_prefix
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound, NotPermitted
from host.kernel.files.storage import received
from host.kernel.tables.reading import CellError

#: A workbook that nobody imported is removed after so long.
KEPT_SECONDS = 7 * 24 * 3600
SHOWN_ERRORS = 100

#: Rows carry the stored values of these; people read the words.
_ENUMERATIONS: dict[str, type[kinds.Worded] | type[Tier]] = {
    "tier": Tier,
    "unit_kind": kinds.UnitKind,
    "rank": kinds.Rank,
    "funding": kinds.Funding,
    "institution_class": kinds.InstitutionClass,
    "section_kind": kinds.SectionKind,
    "post_class": kinds.PostClass,
    "sex": kinds.Sex,
    "identity": kinds.Identity,
    "person_kind": kinds.PersonKind,
    "work_state": kinds.WorkState,
    "quota_kind": kinds.QuotaKind,
    "retire_category": kinds.RetireCategory,
    "leader_kind": kinds.LeaderKind,
    "appointment_kind": kinds.AppointmentKind,
}
_TOKEN = re.compile(r"[0-9a-f]{32}")


class OnlyWholeCity(NotPermitted):
    """A register workbook may change any unit: it takes a grant over all of them."""

    message = "名册导入会改动全市的单位和人员，请由负责全市的编办经办人员办理"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A checked workbook. ``first_rows``: sheet → rows as understood, by the columns' headings."""

    token: str
    file_name: str
    on: date
    account_id: int | None
    rows: dict[str, int]
    first_rows: dict[str, list[dict[str, str]]]
    error_count: int
    errors: list[CellError] = field(default_factory=list)
    #: Sheets of other names, which were not read.
    unread: list[str] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return _folder() / f"{self.token}.workbook"

    @property
    def row_count(self) -> int:
        return sum(self.rows.values())


def check_upload(source: IO[bytes], *, file_name: str, on: date, actor: Actor) -> Upload:
    """Keep the workbook and try its import without writing; the answer is kept beside it.

    Ends the session's transaction. Raises NotATable, Refused, FileTooBig, NoRoom and OnlyWholeCity.
    """
    require_whole_city(actor)
    forget_old()
    token = secrets.token_hex(16)
    settings = _settings()
    path = _folder() / f"{token}.workbook"
    with received(source, most_bytes=settings.upload_limit_mib * 1024 * 1024) as arrived:
        # Written anew in the folder itself: the temporary one may lie on another disk.
        path.touch(mode=0o600)
        with arrived.open("rb") as content, path.open("wb") as kept:
            while piece := content.read(1024 * 1024):
                kept.write(piece)
    try:
        report = import_register(path, actor=actor, on=on, name=file_name, dry_run=True)
    except DomainError:
        path.unlink(missing_ok=True)
        raise
    upload = Upload(
        token=token,
        file_name=Path(file_name).name[:120],
        on=on,
        account_id=actor.account_id,
        rows=report.rows,
        first_rows={title: [_words(title, row) for row in rows] for title, rows in report.first_rows.items()},
        error_count=report.error_count,
        errors=report.errors,
        unread=report.unread,
    )
    _keep(upload)
    return upload


def upload_of(token: str, actor: Actor) -> Upload:
    """The upload of that name, for who made it. Raises NotFound."""
    note = _folder() / f"{token}.json"
    # Nothing but 32 hexadecimal digits becomes part of a path.
    if not _TOKEN.fullmatch(token) or not note.exists():
        raise NotFound("上传的名册已过期或已被清除，请重新上传")
    values = json.loads(note.read_text(encoding="utf-8"))
    if values["account_id"] != actor.account_id:
        raise NotFound
    errors = [CellError(*error) for error in values["errors"]]
    return Upload(**{**values, "on": date.fromisoformat(values["on"]), "errors": errors})


def require_whole_city(actor: Actor) -> None:
    """Raises OnlyWholeCity unless the actor's grants for imports reach every division and every unit."""
    prefixes = [
        scope_prefix(grant.region_code)
        for grant in actor.grants_for(Permission.REGISTER_IMPORT)
        if grant.kind is ScopeKind.REGION and grant.region_code
    ]
    codes = db.session.scalars(select(Region.code)).all()
    beyond = select(func.count()).select_from(Unit).where(~within(actor, Permission.REGISTER_IMPORT, unit=Unit.id))
    if not all(any(code.startswith(prefix) for prefix in prefixes) for code in codes) or db.session.scalar(beyond):
        raise OnlyWholeCity


def forget_old(now: float | None = None) -> int:
    """Remove uploads that are older than a week; returns how many files went."""
    oldest = (time.time() if now is None else now) - KEPT_SECONDS
    gone = [path for path in _folder().iterdir() if path.stat().st_mtime < oldest]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def error_rows(upload: Upload) -> Iterator[tuple[Any, ...]]:
    """The errors as lines of a table: sheet, row, column, what to do."""
    for error in upload.errors:
        yield error.sheet, error.row, error.column, error.message


def _keep(upload: Upload) -> None:
    values = asdict(upload)
    values["on"] = upload.on.isoformat()
    values["errors"] = [(error.sheet, error.row, error.column, error.message) for error in upload.errors]
    note = _folder() / f"{upload.token}.json"
    note.touch(mode=0o600)
    note.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")


def _words(title: str, row: dict[str, Any]) -> dict[str, str]:
    """A row by its headings, without what was left empty."""
    headings = {column.name: column.headers[0] for spec in SHEETS if spec.title == title for column in spec.columns}
    shown = {headings.get(name, name): _word(name, value) for name, value in row.items()}
    return {heading: word for heading, word in shown.items() if word}


def _word(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    members = _ENUMERATIONS.get(name, ())
    return next((member.label for member in members if member.value == value), "" if value is None else str(value))


def _folder() -> Path:
    folder: Path = _settings().var_dir / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings

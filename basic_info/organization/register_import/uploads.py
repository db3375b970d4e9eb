"""Uploaded register workbooks: kept under a random name with what the check found, until they are imported.

A workbook holds ID numbers: only who uploaded it may see the check, and the folder is the platform's alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select

from basic_info.organization import kinds
from basic_info.organization.models import Unit
from basic_info.organization.register_import.columns import SHEETS
from basic_info.organization.register_import.operation import import_register
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from basic_info.regions.models import Region, Tier
from host.kernel.access import Actor, ScopeKind, scope_prefix
from host.kernel.db import db
from host.kernel.errors import DomainError, NotPermitted
from host.kernel.tables.reading import CellError
from host.kernel.tables.uploads import KeptWorkbook, keep_workbook

KIND = "register"

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
        return KeptWorkbook(self.token, KIND).path

    @property
    def row_count(self) -> int:
        return sum(self.rows.values())


def check_upload(source: IO[bytes], *, file_name: str, on: date, actor: Actor) -> Upload:
    """Keep the workbook and try its import without writing; the answer is kept beside it.

    Ends the session's transaction. Raises NotATable, Refused, FileTooBig, NoRoom and OnlyWholeCity.
    """
    require_whole_city(actor)
    kept = keep_workbook(source, kind=KIND)
    try:
        report = import_register(kept.path, actor=actor, on=on, name=file_name, dry_run=True)
    except DomainError:
        kept.remove()
        raise
    upload = Upload(
        token=kept.token,
        file_name=Path(file_name).name[:120],
        on=on,
        account_id=actor.account_id,
        rows=report.rows,
        first_rows={title: [_words(title, row) for row in rows] for title, rows in report.first_rows.items()},
        error_count=report.error_count,
        errors=report.errors,
        unread=report.unread,
    )
    kept.note_down(_note(upload), actor=actor)
    return upload


def upload_of(token: str, actor: Actor) -> Upload:
    """The upload of that name, for who made it. Raises NotFound."""
    values = KeptWorkbook(token, KIND).found(actor)
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


def error_rows(upload: Upload) -> Iterator[tuple[Any, ...]]:
    """The errors as lines of a table: sheet, row, column, what to do."""
    for error in upload.errors:
        yield error.sheet, error.row, error.column, error.message


def _note(upload: Upload) -> dict[str, Any]:
    errors = [(error.sheet, error.row, error.column, error.message) for error in upload.errors]
    return {**asdict(upload), "on": upload.on.isoformat(), "errors": errors}


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

"""An uploaded workbook of leave and what its check found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from duty_eval.absences.workbook.checking import Line, Outcome
from duty_eval.absences.workbook.operation import import_absences
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.errors import DomainError
from host.kernel.tables.reading import CellError
from host.kernel.tables.uploads import KeptWorkbook, keep_workbook

KIND = "absences"
SHOWN_LINES = 100


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A checked workbook: how many lines come to what, the first of them in words, and what is to be mended."""

    token: str
    file_name: str
    counts: dict[str, int]
    lines: list[dict[str, Any]]
    errors: list[CellError]
    error_count: int

    @property
    def path(self) -> Path:
        return KeptWorkbook(self.token, KIND).path

    @property
    def new_count(self) -> int:
        return self.counts[Outcome.NEW.value]

    @property
    def line_count(self) -> int:
        return sum(self.counts.values())


def check_upload(source: IO[bytes], *, file_name: str, actor: Actor) -> Upload:
    """Keep the workbook and try its import without writing; ends the session's transaction.

    Raises NotATable, Refused, WrongKind (a macro), FileTooBig, NoRoom.
    """
    kept = keep_workbook(source, kind=KIND)
    try:
        report = import_absences(kept.path, actor=actor, name=file_name, dry_run=True)
    except DomainError:
        kept.remove()
        raise
    finally:
        db.session.rollback()
    found = {
        "file_name": Path(file_name).name[:120],
        "counts": {outcome.value: count for outcome, count in report.counts.items()},
        "lines": [_words(line) for line in report.lines[:SHOWN_LINES]],
        # Told as they were found, some checks after others; read from the top of the sheet.
        "errors": [asdict(error) for error in sorted(report.findings.errors, key=lambda error: error.row)],
        "error_count": report.findings.count,
    }
    kept.note_down(found, actor=actor)
    return _upload(kept.token, found)


def upload_of(token: str, actor: Actor) -> Upload:
    """The upload of that name, for who made it. Raises NotFound."""
    return _upload(token, KeptWorkbook(token, KIND).found(actor))


def _upload(token: str, found: dict[str, Any]) -> Upload:
    return Upload(token=token, **{**found, "errors": [CellError(**error) for error in found["errors"]]})


def _words(line: Line) -> dict[str, Any]:
    return {
        "number": line.number, "code": line.code, "name": line.name, "kind": line.kind.label,
        "first": line.first.isoformat(), "last": line.last.isoformat(), "half": line.half_words, "note": line.note,
        "outcome": line.outcome.value,
    }  # fmt: skip

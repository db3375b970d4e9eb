"""``import_absences``: read, check and enter in one transaction of the caller's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import insert, text

from basic_info.organization.register_import import HasErrors
from basic_info.organization.register_import.reading import Findings, SheetRow, rows_of
from duty_eval.absences.models import Absence, AbsenceState
from duty_eval.absences.workbook.checking import Line, Outcome, check_lines
from duty_eval.absences.workbook.columns import SPEC
from duty_eval.notices import tell_absences_imported
from host.kernel.access import Actor
from host.kernel.audit import entry_of, record_change, record_changes
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.files.kinds import kind_of
from host.kernel.tables.reading import Sheet, Workbook, read_workbook

Progress = Callable[[int, int | None], None]

#: Lines of one file; a whole unit's leave of years has fewer.
MOST_LINES = 50_000
SHOWN_ERRORS = 3
#: As much of a file's name as is kept.
MOST_NAME = 120
_BATCH = 2000
#: Two imports wait for each other: the second sees what the first entered, and enters none of it again.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.absence_import', 0))")


@dataclass(frozen=True)
class AbsenceReport:
    """What an import read and did. ``lines``: those without a fault, in the file's order."""

    lines: list[Line]
    findings: Findings
    is_applied: bool = False

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many lines come to what; every outcome is there."""
        found = Counter(line.outcome for line in self.lines)
        return {outcome: found[outcome] for outcome in Outcome}


def import_absences(
    path: Path, *, actor: Actor, name: str | None = None, dry_run: bool = False, progress: Progress | None = None
) -> AbsenceReport:
    """Enter the leave of a workbook or CSV as granted by the unit (导入请假); all of it or nothing, the caller commits.

    Only for people of the actor's units, never oneself, with no day in a closed month (R90). A line that is there
    already, or ever came from a file, changes nothing. ``name`` is what people call the file. Raises NotATable,
    WrongKind (macros),
    Refused (no such headings, too long), HasErrors where a line is bad; a dry run reports those instead.
    """
    called = name or path.name
    book = read_workbook(path)
    kind_of(path)  # refuses a workbook with macros
    # Years of a whole unit take longer than a page's statement may.
    db.session.execute(text("SET LOCAL statement_timeout = 0"))
    if not dry_run:
        db.session.execute(text("SET LOCAL lock_timeout = 0"))
        db.session.execute(_ONE_AT_A_TIME)
    findings = Findings()
    report = AbsenceReport(check_lines(_rows(_sheet(book), findings), findings, actor), findings)
    if dry_run:
        return report
    if findings.count:
        shown = "；".join(str(error) for error in findings.errors[:SHOWN_ERRORS])
        more = "……" if findings.count > SHOWN_ERRORS else ""
        raise HasErrors(f"“{called}”共 {findings.count} 处错误，一行也没有导入。{shown}{more}")
    _enter([line for line in report.lines if line.outcome is Outcome.NEW], called, actor, progress)
    after = {"file": called, **{outcome.value: count for outcome, count in report.counts.items()}}
    record_change("absence:workbook", action="absence.imported", actor=actor, after=after)
    return AbsenceReport(report.lines, findings, is_applied=True)


def _sheet(book: Workbook) -> Sheet:
    """The sheet of that title, else the first that is shown."""
    shown = [sheet for sheet in book.sheets if not sheet.is_hidden] or list(book.sheets)
    return next((sheet for sheet in shown if sheet.name == SPEC.title), shown[0])


def _rows(sheet: Sheet, findings: Findings) -> Iterator[SheetRow]:
    """The rows of the sheet; raises Refused for none at all and for too many."""
    count = 0
    for row in rows_of(sheet, SPEC, findings):
        count += 1
        if count > MOST_LINES:
            raise Refused(f"超过 {MOST_LINES:,} 行，请按科室或年份拆成几个文件")
        yield row
    if not count and not findings.count:
        raise Refused("表头下面没有数据行，请填写后重新上传")


def _enter(lines: list[Line], called: str, actor: Actor, progress: Progress | None) -> None:
    now, done = datetime.now(UTC), 0
    ids: list[int] = []
    remaining = iter(lines)
    while batch := list(islice(remaining, _BATCH)):
        rows = [
            {
                "person_id": line.person_id, "section_id": line.section_id, "absence_kind": line.kind,
                "span": line.span, "is_half": line.is_half, "half_part": line.half_part, "note": line.note,
                "is_imported": True,
                "absence_state": AbsenceState.CONFIRMED, "entered_by": actor.account_id,
                "decided_by": actor.account_id, "decided_by_person": actor.person_id, "decided_at": now,
                "decision_note": "单位导入", "import_file": called[:MOST_NAME],
            }
            for line in batch
        ]  # fmt: skip
        new = db.session.scalars(insert(Absence).returning(Absence.id, sort_by_parameter_order=True), rows).all()
        record_changes(
            entry_of(
                f"absence:{absence_id}",
                action="absence.imported",
                actor=actor,
                after={
                    "kind": line.kind,
                    "first": line.first,
                    "last": line.last,
                    "half": line.half_words or None,
                    "file": called,
                },
            )
            for absence_id, line in zip(new, batch, strict=True)
        )
        ids += new
        done += len(batch)
        if progress is not None:
            progress(done, len(lines))
    tell_absences_imported(ids)

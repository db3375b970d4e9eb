"""Each line of the workbook against the register, what is entered already, the other lines and closed months.

A fixed number of statements, however many lines there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Date, Integer, Text, any_, cast, func, or_, select, true
from sqlalchemy.dialects.postgresql import DATERANGE, Range

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Appointment, Person, PersonVersion
from basic_info.organization.register_import.reading import Findings, SheetRow
from basic_info.organization.scope import within
from duty_eval.absences.halves import HalfDay
from duty_eval.absences.models import Absence, AbsenceKind, AbsenceState
from duty_eval.absences.operations import MOST_DAYS
from duty_eval.absences.workbook.columns import SPEC
from duty_eval.permissions import Permission
from host.kernel.access import SYSTEM, Actor
from host.kernel.db import AnyRow, db
from host.kernel.pages import month as month_words


class Outcome(Worded):
    """What becomes of a line."""

    NEW = "new", "新登记"
    SAME = "same", "已有，不变"
    KNOWN = "known", "导入过，后来已更正或取消，不再导入"


@dataclass
class Line:
    """One line as it would be entered; ``number`` is its row as people see it."""

    number: int
    code: str
    name: str
    kind: AbsenceKind
    first: date
    last: date
    is_half: bool
    note: str
    #: which half, where the file says it
    half_part: HalfDay | None = None
    person_id: int = 0
    section_id: int = 0
    outcome: Outcome = Outcome.NEW

    @classmethod
    def of(cls, row: SheetRow) -> Line:
        kind = AbsenceKind.of_word(row.values["kind"])
        assert kind is not None  # the column takes no other word
        half = row.values["is_half"]
        named = half if isinstance(half, HalfDay) else None
        return cls(number=row.number, **{**row.values, "kind": kind, "is_half": bool(half)}, half_part=named)

    @property
    def half_words(self) -> str:
        """上午半天; empty for whole days."""
        if not self.is_half:
            return ""
        return f"{self.half_part.label}半天" if self.half_part else "半天，没有写上午还是下午"

    def is_other_half(self, half_part: HalfDay | None) -> bool:
        """Whether both say which half, and not the same."""
        return self.half_part is not None and half_part is not None and self.half_part is not half_part

    @property
    def span(self) -> Range[date]:
        return Range(self.first, self.last + timedelta(days=1))

    @property
    def what(self) -> tuple[AbsenceKind, Range[date], bool]:
        """What makes two entries of a person one and the same."""
        return self.kind, self.span, self.is_half


@dataclass
class _Known:
    """A person of the file: the names in the register, and (valid, section_id, in_reach) of the primary posts."""

    person_id: int
    names: set[str] = field(default_factory=set)
    places: list[tuple[Range[date], int, bool]] = field(default_factory=list)


def check_lines(rows: Iterable[SheetRow], findings: Findings, actor: Actor) -> list[Line]:
    """The lines that could be entered, each with what becomes of it; what stands against the others is told."""
    lines = [line for line in map(Line.of, rows) if _is_sound(line, findings)]
    people = _people({line.code for line in lines}, actor)
    lines = [line for line in lines if _has_place(line, people.get(line.code), findings, actor)]
    lines = _against_entries(lines, findings)
    lines = _against_each_other(lines, findings)
    return _against_closed_months(lines, findings)


def _tell(findings: Findings, line: Line, column: str, words: str) -> None:
    findings.add(SPEC.title, line.number, column, words)


def _is_sound(line: Line, findings: Findings) -> bool:
    before = findings.count
    if line.last < line.first:
        _tell(findings, line, "止", f"止日 {line.last} 早于起日 {line.first}，请改正")
    elif (line.last - line.first).days >= MOST_DAYS:
        _tell(findings, line, "止", f"一行最多 {MOST_DAYS} 天，请拆成几行")
    elif line.is_half and line.first != line.last:
        _tell(findings, line, "半天", "半天只能登记在同一天，请把起止写成同一天，或去掉“是”")
    return findings.count == before


def _people(codes: Collection[str], actor: Actor) -> dict[str, _Known]:
    """The people by code, three statements; a primary post is in reach where the actor may import leave."""
    wanted = Person.code == any_(cast(sorted(codes), ARRAY(Text)))
    people = {row.code: _Known(row.id) for row in db.session.execute(select(Person.id, Person.code).where(wanted))}
    by_id = {known.person_id: known for known in people.values()}
    names = select(PersonVersion.person_id, PersonVersion.name).join(Person, Person.id == PersonVersion.person_id)
    for row in db.session.execute(names.where(wanted, PersonVersion.superseded_at.is_(None))):
        by_id[row.person_id].names.add(_bare(row.name))
    reach = within(actor, Permission.ABSENCE_IMPORT, unit=Appointment.unit_id, section=Appointment.section_id)
    places = (
        select(
            Appointment.person_id,
            Appointment.valid,
            Appointment.section_id,
            (true() if actor is SYSTEM else reach).label("in_reach"),
        )
        .join(Person, Person.id == Appointment.person_id)
        .where(wanted, Appointment.is_primary, Appointment.superseded_at.is_(None))
    )
    for person_id, valid, section_id, in_reach in db.session.execute(places):
        by_id[person_id].places.append((valid, section_id, in_reach))
    return people


def _bare(name: str) -> str:
    return "".join(name.split())


def _has_place(line: Line, known: _Known | None, findings: Findings, actor: Actor) -> bool:
    """Set the person and the section of the first day; who is out of reach is as unknown as who is not there."""
    if known is None or not any(in_reach for _, _, in_reach in known.places):
        _tell(findings, line, "人员编码", f"您管理的单位里没有编码为 {line.code} 的人员，请核对")
        return False
    if known.person_id == actor.person_id:
        _tell(findings, line, "人员编码", "不能导入自己的请假，请本人在“请假和出差”里登记，由负责人确认")
        return False
    if _bare(line.name) not in known.names:
        _tell(findings, line, "姓名", f"编码 {line.code} 的人员不叫“{line.name}”，请核对编码和姓名")
        return False
    for valid, section_id, in_reach in known.places:
        if in_reach and valid.contains(line.first):
            line.person_id, line.section_id = known.person_id, section_id
            return True
    _tell(findings, line, "起", f"{line.first} 那天不在您管理的单位任职，请核对日期")
    return False


def _against_entries(lines: Sequence[Line], findings: Findings) -> list[Line]:
    """A line that is entered already changes nothing; one that shares days with another entry is told."""
    table = _table(lines)
    found: dict[int, list[AnyRow]] = defaultdict(list)
    is_active = Absence.absence_state.in_([AbsenceState.REQUESTED, AbsenceState.CONFIRMED])
    asked = select(
        table.c.number,
        Absence.absence_kind,
        Absence.span,
        Absence.is_half,
        Absence.half_part,
        Absence.absence_state,
        Absence.is_imported,
    ).join(Absence, (Absence.person_id == table.c.person_id) & Absence.span.op("&&")(_days(table)))
    for row in db.session.execute(asked.where(or_(is_active, Absence.is_imported))):
        found[row.number].append(row)
    return [line for line in lines if _is_free(line, found.get(line.number, ()), findings)]


def _is_free(line: Line, entries: Sequence[AnyRow], findings: Findings) -> bool:
    same = [one for one in entries if (one.absence_kind, one.span, one.is_half) == line.what]
    if other_half := next((one for one in same if line.is_other_half(one.half_part)), None):
        words = f"已登记的是{other_half.half_part.label}半天，与这一行不同，请核对；原登记有误的，先由负责人更正"
        _tell(findings, line, "半天", words)
        return False
    if any(one.absence_state is AbsenceState.CONFIRMED for one in same):
        line.outcome = Outcome.SAME
    elif any(one.is_imported for one in same):
        line.outcome = Outcome.KNOWN
    else:
        active = (AbsenceState.REQUESTED, AbsenceState.CONFIRMED)
        other = next((one for one in entries if one.absence_state in active), None)
        if other is not None:
            first, last = other.span.lower, other.span.upper - timedelta(days=1)
            words = f"{first} 至 {last} 的{other.absence_kind.label}（{other.absence_state.label}）"
            _tell(findings, line, "起", f"与已登记的 {words}日期重叠，请修改日期，或先由负责人处理原登记")
            return False
    return True


def _against_each_other(lines: Sequence[Line], findings: Findings) -> list[Line]:
    """A line that stands twice is entered once; lines of one person that share days are told."""
    bad: set[int] = set()
    for earlier, line in pairwise(sorted(_new(lines), key=lambda line: (line.person_id, line.first, line.number))):
        if earlier.person_id != line.person_id or line.first > earlier.last:
            continue
        if earlier.what == line.what and not line.is_other_half(earlier.half_part):
            line.outcome = Outcome.SAME
        else:
            _tell(findings, line, "起", f"与第 {earlier.number} 行同一人的日期重叠，请修改或删除一行")
            bad.add(line.number)
    return [line for line in lines if line.number not in bad]


def _against_closed_months(lines: Sequence[Line], findings: Findings) -> list[Line]:
    """Days of a closed month are not entered (R90); what is entered already may stand in the file. One statement."""
    table = _table(list(_new(lines)))
    month = func.absence_locked_month(table.c.person_id, _days(table), type_=Date)
    locked = {
        row.number: row.month for row in db.session.execute(select(table.c.number, month.label("month"))) if row.month
    }
    for line in lines:
        if (closed := locked.get(line.number)) is not None:
            words = f"{month_words(closed)}已经锁定，不能再登记；确需补登，请先申请为本人单独开放该月"
            _tell(findings, line, "起", words)
    return [line for line in lines if line.number not in locked]


def _new(lines: Iterable[Line]) -> Iterable[Line]:
    return (line for line in lines if line.outcome is Outcome.NEW)


def _table(lines: Sequence[Line]) -> Any:
    """The lines as a table of (number, person_id, first, last)."""
    columns = (
        cast([line.number for line in lines], ARRAY(Integer)),
        cast([line.person_id for line in lines], ARRAY(BigInteger)),
        cast([line.first for line in lines], ARRAY(Date)),
        cast([line.last for line in lines], ARRAY(Date)),
    )
    return func.unnest(*columns).table_valued("number", "person_id", "first", "last").render_derived()


def _days(table: Any) -> Any:
    return func.daterange(table.c.first, table.c.last, "[]", type_=DATERANGE)

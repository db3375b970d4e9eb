"""What a person is reminded of in the evening of a working day, for everybody in a few statements (D9, D10).

Only what is one's own to do: open days, tasks whose day comes, and for heads how many records wait in their section.
Nobody away that day is reminded, and nobody is told of anybody else's open days (R164).
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by

from basic_info.organization.models import Appointment, Unit
from basic_info.regions.models import Region
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.entry_rules.queries import nearest, rules_by_code
from duty_eval.expectations import LOOKS_BACK, away_spans, is_away, is_owed, working_days
from duty_eval.notices import REMINDER
from duty_eval.periods.models import SectionMonth
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.rollups import COUNTED
from duty_eval.review.queries import is_head_today
from host.auth.models import Account, RoleGrant
from host.kernel.access import Role
from host.kernel.calendar.workdays import Workdays
from host.kernel.db import db
from host.kernel.notifications.operations import tell_from

#: Days that are named; of more only how many.
MOST_NAMED = 3


def remind(today: date, workdays: Workdays) -> int:
    """Tell everybody who has something open; returns how many. A second run of the day tells nobody again."""
    if not workdays.is_workday(today):
        return 0
    parts = union_all(_open_days(today, workdays), _due_tasks(today), _waiting_records()).subquery("parts")
    away = away_spans(today, today).subquery("away")
    digest = (
        select(Account.id, func.string_agg(parts.c.words, literal("；")))
        .join(parts, parts.c.account_id == Account.id)
        .where(~is_away(Account.person_id, away, today, today))
        .group_by(Account.id)
    )
    return tell_from(REMINDER, digest, link="/", key=f"reminder:{today}")


def _open_days(today: date, workdays: Workdays) -> Select[int, str]:
    """(account, words) of the days up to today that are owed and have no record."""
    first = workdays.add_workdays(today, -LOOKS_BACK)
    days = working_days(first, today, workdays)
    away = away_spans(first, today).subquery("spans")
    logged = (
        select(DutyRecord.id)
        .where(
            DutyRecord.person_id == Appointment.person_id,
            DutyRecord.worked_on == days.c.day,
            DutyRecord.worked_on >= first,  # said again, so that only these months are looked into
            DutyRecord.worked_on <= today,
            DutyRecord.record_state.in_(COUNTED),
        )
        .correlate(Appointment, days)
        .exists()
    )
    is_off = (
        select(away.c.person_id)
        .where(away.c.person_id == Appointment.person_id, days.c.day.between(away.c.begins, away.c.ends))
        .correlate(Appointment, days)
        .exists()
    )
    is_locked = (
        select(SectionMonth.section_id)
        .where(
            SectionMonth.section_id == Appointment.section_id,
            SectionMonth.month == func.date_trunc("month", days.c.day),
            SectionMonth.is_locked,
        )
        .correlate(Appointment, days)
        .exists()
    )
    owed = (
        select(Account.id.label("account_id"), days.c.day)
        .join(Appointment, Appointment.person_id == Account.person_id)
        .join(days, Appointment.valid.op("@>")(days.c.day))
        .join(Unit, Unit.id == Appointment.unit_id)
        .where(
            Appointment.is_primary,
            Appointment.superseded_at.is_(None),
            Unit.region_id.not_in(_silent_regions(today)),
            is_owed(days, Appointment.unit_id, today),
            ~logged,
            ~is_off,
            ~is_locked,
        )
        .subquery("owed")
    )
    count = func.count()
    named = func.string_agg(func.to_char(owed.c.day, 'FMMM"月"FMDD"日"'), aggregate_order_by(literal("、"), owed.c.day))
    words = case(
        (and_(count == 1, func.max(owed.c.day) == today), "今天还没有填报"),
        (count <= MOST_NAMED, func.concat(named, "还没有填报")),
        else_=func.concat("有 ", count, " 个工作日还没有填报"),
    )
    return select(owed.c.account_id, words.label("words")).group_by(owed.c.account_id)


def _silent_regions(today: date) -> list[int]:
    """Divisions whose rules say that nobody is reminded."""
    rules = rules_by_code(today)
    if all(rule.reminds for rule in rules.values()):
        return []
    rows = db.session.execute(select(Region.id, Region.code))
    return [row.id for row in rows if not nearest(row.code, rules).reminds]


def _due_tasks(today: date) -> Select[int, str]:
    """(account, words) of open tasks that are over their day, or at it, or whose day is tomorrow."""
    late = func.count().filter(AssignedTask.due_on < today)
    soon = func.count().filter(AssignedTask.due_on >= today)
    words = func.concat_ws(
        "；",
        case((late > 0, func.concat(late, " 项交办任务已过期限"))),
        case((soon > 0, func.concat(soon, " 项交办任务今明两天到期"))),
    )
    return (
        select(Account.id.label("account_id"), words.label("words"))
        .join(AssignedTask, AssignedTask.person_id == Account.person_id)
        .where(AssignedTask.task_state == TaskState.OPEN, AssignedTask.due_on <= today + timedelta(days=1))
        .group_by(Account.id)
    )


def _waiting_records() -> Select[int, str]:
    """(account, words) of the records that wait for a section's head, or for the unit's those of heads (R89)."""
    is_head = is_head_today(DutyRecord.person_id)
    mine = or_(
        and_(RoleGrant.role == Role.SECTION_HEAD, RoleGrant.section_id == DutyRecord.section_id, ~is_head),
        and_(RoleGrant.role == Role.UNIT_HEAD, RoleGrant.unit_id == DutyRecord.unit_id, is_head),
    )
    return (
        select(RoleGrant.account_id, func.concat(func.count(), " 条纪实等待您审核").label("words"))
        .join(Account, Account.id == RoleGrant.account_id)
        .join(DutyRecord, mine)
        .where(
            RoleGrant.revoked_at.is_(None),
            RoleGrant.valid.contains(func.current_date()),
            DutyRecord.record_state == RecordState.SUBMITTED,
            DutyRecord.person_id != Account.person_id,
        )
        .group_by(RoleGrant.account_id)
    )

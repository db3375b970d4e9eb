"""What a person is reminded of in the evening of a working day, for everybody in a few statements (D9, D10).

Only what is one's own to do: open days, tasks whose day comes, and for heads how many records wait in their section.
Nobody away that day is reminded, and nobody is told of anybody else's open days (R164).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from basic_info.organization.models import Appointment, Unit
from basic_info.regions.models import Region
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.entry_rules.queries import RULES
from duty_eval.expectations import LOOKS_BACK, away_spans, is_away, open_person_days
from duty_eval.inspections.models import EvidenceRequest, RequestState
from duty_eval.notices import REMINDER
from duty_eval.periods.models import SectionMonth
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.review.queries import is_head_today, is_sealed
from host.auth.holders import holds_today
from host.auth.models import Account, RoleGrant
from host.kernel.access import ROLE_LABELS, Role
from host.kernel.calendar.workdays import Workdays
from host.kernel.db import db
from host.kernel.notifications.operations import tell_from
from host.kernel.versions import in_force

#: Days that are named; of more only how many.
MOST_NAMED = 3


def remind(today: date, workdays: Workdays) -> int:
    """Tell everybody who has something open; returns how many. A second run of the day tells nobody again."""
    if not workdays.is_workday(today):
        return 0
    soon = workdays.add_workdays(today, 1)
    parts = union_all(
        _open_days(today, workdays),
        _due_tasks(today, soon),
        _waiting_records(today),
        _due_evidence(today, soon),
        _overdue_evidence(today),
        *_ending_delegations(today, soon),
    ).subquery("parts")
    away = away_spans(today, today).subquery("away")
    digest = (
        select(Account.id, func.string_agg(parts.c.words, literal("；")))
        .join(parts, parts.c.account_id == Account.id)
        .where(~is_away(Account.person_id, away, today, today), ~_stands_in(_silent_regions(today), today))
        .group_by(Account.id)
    )
    return tell_from(REMINDER, digest, link="/", key=f"reminder:{today}")


def _stands_in(regions: Collection[int], day: date) -> ColumnElement[bool]:
    """Whether the account's person has the first post in one of these divisions."""
    return (
        select(Appointment.id)
        .join(Unit, Unit.id == Appointment.unit_id)
        .where(
            Appointment.person_id == Account.person_id,
            Appointment.is_primary,
            in_force(Appointment, day),
            Unit.region_id.in_(regions),
        )
        .correlate(Account)
        .exists()
    )


def _open_days(today: date, workdays: Workdays) -> Select[int, str]:
    """(account, words) of the days up to today that are owed, have no record and lie in no locked month."""
    found = open_person_days(workdays.add_workdays(today, -LOOKS_BACK), today, workdays).subquery("found")
    is_locked = (
        select(SectionMonth.section_id)
        .where(
            SectionMonth.section_id == found.c.section_id,
            SectionMonth.month == func.date_trunc("month", found.c.day),
            SectionMonth.is_locked,
        )
        .correlate(found)
        .exists()
    )
    owed = (
        select(Account.id.label("account_id"), found.c.day)
        .join(found, found.c.person_id == Account.person_id)
        .where(~is_locked)
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
    rules = RULES.by_code(today)
    if all(rule.reminds for rule in rules.values()):
        return []
    rows = db.session.execute(select(Region.id, Region.code))
    return [row.id for row in rows if not RULES.nearest(row.code, rules).reminds]


def _due_tasks(today: date, next_workday: date) -> Select[int, str]:
    """(account, words) of open tasks that are over their day, or whose day comes by the next working day."""
    return (
        select(Account.id.label("account_id"), _late_and_soon("交办任务", AssignedTask.due_on, today).label("words"))
        .join(AssignedTask, AssignedTask.person_id == Account.person_id)
        .where(AssignedTask.task_state == TaskState.OPEN, AssignedTask.due_on <= next_workday)
        .group_by(Account.id)
    )


def _late_and_soon(things: str, due_on: Any, today: date) -> ColumnElement[str]:
    late, soon = func.count().filter(due_on < today), func.count().filter(due_on >= today)
    return func.concat_ws(
        "；",
        case((late > 0, func.concat(late, f" 项{things}已过期限"))),
        case((soon > 0, func.concat(soon, f" 项{things}到下一个工作日为止到期"))),
    )


def _due_evidence(today: date, next_workday: date) -> Select[int, str]:
    """(account, words) of the evidence that inspections wait for from a section's head."""
    return (
        select(RoleGrant.account_id, _late_and_soon("监督检查补证", EvidenceRequest.due_on, today).label("words"))
        .join(EvidenceRequest, EvidenceRequest.section_id == RoleGrant.section_id)
        .where(
            RoleGrant.role == Role.SECTION_HEAD,
            holds_today(RoleGrant),
            EvidenceRequest.request_state == RequestState.OPEN,
            EvidenceRequest.due_on <= next_workday,
        )
        .group_by(RoleGrant.account_id)
    )


def _overdue_evidence(today: date) -> Select[int, str]:
    """(account, words) of the evidence that one asked for and that did not come in time."""
    return (
        select(Account.id, func.concat("您要求的 ", func.count(), " 项监督检查补证逾期没有答复"))
        .join(EvidenceRequest, EvidenceRequest.asked_by == Account.id)
        .where(EvidenceRequest.request_state == RequestState.OPEN, EvidenceRequest.due_on < today)
        .group_by(Account.id)
    )


def _ending_delegations(today: date, next_workday: date) -> tuple[Select[int, str], Select[int, str]]:
    """(account, words) of the roles under which one acts, or lets act, up to the next working day at the latest."""
    acted, own = aliased(RoleGrant), aliased(RoleGrant)
    names = func.string_agg(case(ROLE_LABELS, value=acted.role), aggregate_order_by(literal("、"), acted.id))
    ends = (
        acted.delegated_from_id.is_not(None),
        acted.revoked_at.is_(None),
        acted.valid.contains(today),
        func.upper(acted.valid) <= next_workday + timedelta(days=1),
    )
    by_me = select(acted.account_id, func.concat("您代行的", names, "职责即将到期")).where(*ends)
    for_me = select(own.account_id, func.concat("您委托他人代行的", names, "职责即将到期")).where(*ends)
    return (
        by_me.group_by(acted.account_id),
        for_me.join(own, own.id == acted.delegated_from_id).group_by(own.account_id),
    )


def _waiting_records(today: date) -> Select[int, str]:
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
            RoleGrant.valid.contains(today),
            DutyRecord.record_state == RecordState.SUBMITTED,
            ~is_sealed(),
            DutyRecord.person_id != Account.person_id,
        )
        .group_by(RoleGrant.account_id)
    )

"""Writes of extensions (延长): once for each clock, in time, by who may approve it (R62, R64). None of them commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.exc import IntegrityError

from basic_info.api import library_settings
from function_monitor.deadlines.counting import Limit
from function_monitor.deadlines.errors import AlreadyExtended, BadExtension
from function_monitor.deadlines.kinds import JOINT_LIMIT, ApproverKind, ClockKind
from function_monitor.deadlines.models import ClockExtension, StepClock
from function_monitor.permissions import Permission
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.pages import day as day_words


@dataclass(frozen=True)
class ExtensionDraft:
    """What an approval says: how many days more, who approved it when, by which paper, and why."""

    days: int
    approver_name: str
    paper_no: str
    reason: str
    decided_on: date
    told_on: date


def approver_of(clock: StepClock) -> ApproverKind:
    """Whose approval the law asks for: that of the government's head where organs handle it together."""
    return ApproverKind.GOVERNMENT_HEAD if _days_of(clock) == JOINT_LIMIT else ApproverKind.ORGAN_HEAD


def _days_of(clock: StepClock) -> int | None:
    """The legal limit as the clock counts it: 45 minutes are no joint limit of 45 days."""
    if clock.limit_value is None or clock.limit_unit is None:
        return None
    return Limit(clock.limit_value, clock.limit_unit).in_whole_days(library_settings().hours_per_day).value


def may_be_extended(clock: StepClock) -> bool:
    """Whether the law knows an extension of such a clock, and it has not had its one yet."""
    return (
        clock.clock_kind in {ClockKind.DECISION, ClockKind.STAGE}
        and clock.due_on is not None
        and not clock.extended_days
    )


def extend(clock: StepClock, draft: ExtensionDraft, *, today: date, actor: Actor) -> ClockExtension:
    """登记延长 on the legal limit; the promise stays what was promised. Raises BadExtension, AlreadyExtended.

    The case is locked by the caller, who counts it anew afterwards.
    """
    actor.require(Permission.CASE_EXTEND)
    if clock.extended_days:
        raise AlreadyExtended
    approver = approver_of(clock)
    base_limit, base_due_on = _check(clock, draft, approver, today)
    row = ClockExtension(
        case_id=clock.case_id,
        clock_kind=clock.clock_kind,
        step_id=clock.step_id,
        days=draft.days,
        approver_kind=approver,
        approver_name=draft.approver_name.strip(),
        paper_no=draft.paper_no.strip(),
        reason=draft.reason.strip(),
        decided_on=draft.decided_on,
        told_on=draft.told_on,
        base_limit=base_limit,
        base_due_on=base_due_on,
        entered_by=actor.account_id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as fault:
        if "uq_clock_extension_once" in str(fault.orig):
            raise AlreadyExtended from fault
        raise
    after = {"days": row.days, "approver": row.approver_name, "paper_no": row.paper_no, "first_due_on": base_due_on}
    record_change(row, action="clock_extension.entered", actor=actor, after=after, reason=row.reason)
    return row


def withdraw_extension(row: ClockExtension, *, why: str, actor: Actor) -> None:
    """撤销 what was entered by mistake: the limit is what it was before. Raises BadExtension."""
    actor.require(Permission.CASE_EXTEND)
    if row.withdrawn_at is not None:
        raise BadExtension("这次延长已经撤销，请刷新后查看")
    if not why.strip():
        raise BadExtension("请写明撤销的原因")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = datetime.now(UTC), actor.account_id, why.strip()
    db.session.flush()
    record_change(
        row, action="clock_extension.withdrawn", actor=actor, before={"days": row.days}, reason=row.withdrawn_reason
    )


def _check(clock: StepClock, draft: ExtensionDraft, approver: ApproverKind, today: date) -> tuple[int, date]:
    """The legal limit and its first due day. Raises BadExtension."""
    base_limit = _days_of(clock)
    if clock.clock_kind not in {ClockKind.DECISION, ClockKind.STAGE} or base_limit is None:
        raise BadExtension("这个时限没有可以延长的法定期限；承诺时限不能延长")
    if clock.due_on is None:
        raise BadExtension("中止期间到期日未定，请在恢复计时后登记延长")
    if not 1 <= draft.days <= approver.most_days:
        raise BadExtension(f"延长天数：经{approver.label}批准，可以延长 1–{approver.most_days} 日")
    if not (draft.approver_name.strip() and draft.paper_no.strip() and draft.reason.strip()):
        raise BadExtension("请填写批准人、批准文号和延长理由")
    if draft.decided_on > clock.due_on:
        raise BadExtension(f"批准日期：应在到期日 {day_words(clock.due_on)}以前，逾期后不能再延长")
    if draft.decided_on < clock.started_on:
        raise BadExtension(f"批准日期：不能早于时限开始的 {day_words(clock.started_on)}")
    if max(draft.decided_on, draft.told_on) > today:
        raise BadExtension("批准日期、告知日期：不能晚于今天")
    return base_limit, clock.due_on

"""Writes of suspensions by people: 中止, 恢复, 更正, 撤销. The case is locked by the caller; none of them commits.

Whoever calls them counts the case anew afterwards (``alerts.recounting``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from basic_info.flowcharts.models import Flowchart, SuspensionKind
from function_monitor.cases.models import CaseState, FlowCase
from function_monitor.deadlines.errors import AlreadySuspended, BadSuspension, NotSuspended
from function_monitor.deadlines.models import ClockSuspension
from function_monitor.permissions import Permission
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.pages import CHINA_TIME
from host.kernel.pages import day as day_words


@dataclass(frozen=True)
class SuspensionDraft:
    """What a suspension says: kind, days, the paper that told the applicant, and why (R64).

    ``to_on`` None: the clocks still stand.
    """

    suspension_kind: SuspensionKind
    from_on: date
    expected_to_on: date
    paper_no: str
    told_on: date
    reason: str
    to_on: date | None = None


def suspend(held: FlowCase, draft: SuspensionDraft, *, today: date, actor: Actor) -> ClockSuspension:
    """登记中止: days that do not count. Raises BadSuspension, AlreadySuspended."""
    actor.require(Permission.CASE_SUSPEND)
    _check(held, draft, today)
    row = _put(held, draft, actor=actor)
    record_change(row, action="clock_suspension.opened", actor=actor, after=facts(row), reason=row.reason)
    return row


def resume(row: ClockSuspension, *, on: date, today: date, actor: Actor) -> None:
    """恢复计时: ``on`` counts again. Raises NotSuspended, BadSuspension."""
    actor.require(Permission.CASE_SUSPEND)
    if not row.is_open:
        raise NotSuspended
    _check_end(row.from_on, on, today)
    row.to_on, row.closed_by = on, actor.account_id
    db.session.flush()
    record_change(row, action="clock_suspension.resumed", actor=actor, after={"to_on": on})


def correct(
    row: ClockSuspension, held: FlowCase, draft: SuspensionDraft, *, why: str, today: date, actor: Actor
) -> ClockSuspension:
    """更正: another row takes its place, the former stays in the history. Raises as ``suspend``, and NotSuspended."""
    actor.require(Permission.CASE_SUSPEND)
    before = facts(row)
    _check(held, draft, today)
    with db.session.begin_nested():  # a refused correction leaves the former row in force
        _supersede(row, why=why, actor=actor)
        fresh = _put(held, draft, actor=actor, replaces=row)
    record_change(
        fresh, action="clock_suspension.corrected", actor=actor, before=before, after=facts(fresh), reason=why
    )
    return fresh


def withdraw(row: ClockSuspension, *, why: str, actor: Actor) -> None:
    """撤销登记: those days count after all. Raises NotSuspended, BadSuspension (no reason)."""
    actor.require(Permission.CASE_SUSPEND)
    _supersede(row, why=why, actor=actor)
    record_change(row, action="clock_suspension.withdrawn", actor=actor, before=facts(row), reason=why.strip())


def facts(row: ClockSuspension) -> dict[str, Any]:
    """What the audit log keeps of it."""
    return {
        "kind": row.suspension_kind.label,
        "from_on": row.from_on,
        "to_on": row.to_on,
        "expected_to_on": row.expected_to_on,
        "paper_no": row.paper_no,
        "told_on": row.told_on,
    }


def _put(
    held: FlowCase, draft: SuspensionDraft, *, actor: Actor, replaces: ClockSuspension | None = None
) -> ClockSuspension:
    values = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(draft).items()}
    row = ClockSuspension(
        case_id=held.id,
        entered_by=actor.account_id,
        closed_by=actor.account_id if draft.to_on else None,
        opened_event_id=replaces.opened_event_id if replaces else None,
        replaces_id=replaces.id if replaces else None,
        **values,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as fault:
        if "clock_suspended_once_a_day" in str(fault.orig):
            raise AlreadySuspended from fault
        raise
    return row


def _supersede(row: ClockSuspension, *, why: str, actor: Actor) -> None:
    if row.superseded_at is not None:
        raise NotSuspended
    if not why.strip():
        raise BadSuspension("请写明更正或撤销的原因")
    row.superseded_at, row.superseded_by, row.superseded_reason = datetime.now(UTC), actor.account_id, why.strip()
    db.session.flush()  # the new row must not meet the former one


def _check(held: FlowCase, draft: SuspensionDraft, today: date) -> None:
    """Raises BadSuspension."""
    if not draft.paper_no.strip() or not draft.reason.strip():
        raise BadSuspension("请填写告知文书号和事由：中止计时须有书面告知")
    if draft.suspension_kind is SuspensionKind.SUPPLEMENT and not _supplement_suspends(held):
        raise BadSuspension("补正：该事项的流程图没有设置补正期间不计入办理时限，补正时间照常计入")
    begun = _day(held.begun_at)
    if begun and draft.from_on < begun:
        raise BadSuspension(f"中止日期：不能早于办件开始的 {day_words(begun)}")
    if max(draft.from_on, draft.told_on) > today:
        raise BadSuspension("中止日期、告知日期：不能晚于今天")
    if draft.expected_to_on < draft.from_on:
        raise BadSuspension("预计结束日期：不能早于中止日期")
    if draft.to_on:
        _check_end(draft.from_on, draft.to_on, today)
    _check_case_end(held, draft)


def _check_case_end(held: FlowCase, draft: SuspensionDraft) -> None:
    closed = _day(held.closed_at)
    if held.case_state is not CaseState.OPEN and closed and draft.from_on > closed:
        raise BadSuspension(f"中止日期：该办件已于 {day_words(closed)}结束，不能在其后中止")


def _check_end(from_on: date, to_on: date, today: date) -> None:
    if to_on < from_on:
        raise BadSuspension(f"恢复日期：不能早于中止的 {day_words(from_on)}")
    if to_on > today:
        raise BadSuspension("恢复日期：不能晚于今天，请在恢复当天或之后登记")


def _supplement_suspends(held: FlowCase) -> bool:
    chart = db.session.get(Flowchart, held.flowchart_id) if held.flowchart_id else None
    return chart is not None and chart.supplement_suspends


def _day(at: datetime | None) -> date | None:
    return at.astimezone(CHINA_TIME).date() if at else None

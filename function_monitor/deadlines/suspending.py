"""Writes of suspensions by people: 暂停, 恢复, 更正, 撤销. The case is locked by the caller; none of them commits.

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
from function_monitor.deadlines.models import CaseSuspension
from function_monitor.permissions import Permission
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.pages import CHINA_TIME
from host.kernel.pages import day as day_words


@dataclass(frozen=True)
class SuspensionDraft:
    """What a suspension says: kind, days, the paper that told the applicant, and why (R64).

    ``resumed_on`` None: the clocks still stand.
    """

    suspension_kind: SuspensionKind
    suspended_on: date
    expected_until: date
    doc_no: str
    told_on: date
    reason: str
    resumed_on: date | None = None


def suspend(held: FlowCase, draft: SuspensionDraft, *, today: date, actor: Actor) -> CaseSuspension:
    """登记暂停: days that do not count. Raises BadSuspension, AlreadySuspended."""
    actor.require(Permission.CASE_SUSPEND)
    _check(held, draft, today)
    row = _put(held, draft, actor=actor)
    record_change(row, action="case_suspension.opened", actor=actor, after=facts(row), reason=row.reason)
    return row


def resume(row: CaseSuspension, *, on: date, today: date, actor: Actor) -> None:
    """恢复计时: ``on`` counts again. Raises NotSuspended, BadSuspension."""
    actor.require(Permission.CASE_SUSPEND)
    if not row.is_open:
        raise NotSuspended
    _check_end(row.suspended_on, on, today)
    row.resumed_on, row.closed_by = on, actor.account_id
    db.session.flush()
    record_change(row, action="case_suspension.resumed", actor=actor, after={"resumed_on": on})


def correct(
    row: CaseSuspension, held: FlowCase, draft: SuspensionDraft, *, why: str, today: date, actor: Actor
) -> CaseSuspension:
    """更正: another row takes its place, the former stays in the history. Raises as ``suspend``, and NotSuspended."""
    actor.require(Permission.CASE_SUSPEND)
    before = facts(row)
    _check(held, draft, today)
    with db.session.begin_nested():  # a refused correction leaves the former row in force
        _supersede(row, why=why, actor=actor)
        fresh = _put(held, draft, actor=actor, replaces=row)
    record_change(fresh, action="case_suspension.corrected", actor=actor, before=before, after=facts(fresh), reason=why)
    return fresh


def withdraw(row: CaseSuspension, *, why: str, actor: Actor) -> None:
    """撤销登记: those days count after all. Raises NotSuspended, BadSuspension (no reason)."""
    actor.require(Permission.CASE_SUSPEND)
    _supersede(row, why=why, actor=actor)
    record_change(row, action="case_suspension.withdrawn", actor=actor, before=facts(row), reason=why.strip())


def facts(row: CaseSuspension) -> dict[str, Any]:
    """What the audit log keeps of it."""
    return {
        "kind": row.suspension_kind.label,
        "suspended_on": row.suspended_on,
        "resumed_on": row.resumed_on,
        "expected_until": row.expected_until,
        "doc_no": row.doc_no,
        "told_on": row.told_on,
    }


def _put(
    held: FlowCase, draft: SuspensionDraft, *, actor: Actor, replaces: CaseSuspension | None = None
) -> CaseSuspension:
    values = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(draft).items()}
    row = CaseSuspension(
        case_id=held.id,
        entered_by=actor.account_id,
        closed_by=actor.account_id if draft.resumed_on else None,
        opened_event_id=replaces.opened_event_id if replaces else None,
        replaces_id=replaces.id if replaces else None,
        **values,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as fault:
        if "case_suspended_once_a_day" in str(fault.orig):
            raise AlreadySuspended from fault
        raise
    return row


def _supersede(row: CaseSuspension, *, why: str, actor: Actor) -> None:
    if row.superseded_at is not None:
        raise NotSuspended
    if not why.strip():
        raise BadSuspension("请写明更正或撤销的原因")
    row.superseded_at, row.superseded_by, row.superseded_reason = datetime.now(UTC), actor.account_id, why.strip()
    db.session.flush()  # the new row must not meet the former one


def _check(held: FlowCase, draft: SuspensionDraft, today: date) -> None:
    """Raises BadSuspension."""
    if not draft.doc_no.strip() or not draft.reason.strip():
        raise BadSuspension("请填写告知文书号和事由：暂停计时须有书面告知")
    if draft.suspension_kind is SuspensionKind.SUPPLEMENT and not _supplement_suspends(held):
        raise BadSuspension("补正：该事项的流程图没有设置补正期间不计入办理时限，补正时间照常计入")
    begun = _day(held.begun_at)
    if begun and draft.suspended_on < begun:
        raise BadSuspension(f"暂停日期：不能早于办件开始的 {day_words(begun)}")
    if max(draft.suspended_on, draft.told_on) > today:
        raise BadSuspension("暂停日期、告知日期：不能晚于今天")
    if draft.expected_until < draft.suspended_on:
        raise BadSuspension("预计结束日期：不能早于暂停日期")
    if draft.resumed_on:
        _check_end(draft.suspended_on, draft.resumed_on, today)
    _check_case_end(held, draft)


def _check_case_end(held: FlowCase, draft: SuspensionDraft) -> None:
    closed = _day(held.closed_at)
    if held.case_state is not CaseState.OPEN and closed and draft.suspended_on > closed:
        raise BadSuspension(f"暂停日期：该办件已于 {day_words(closed)}结束，不能在其后暂停")


def _check_end(suspended_on: date, resumed_on: date, today: date) -> None:
    if resumed_on < suspended_on:
        raise BadSuspension(f"恢复日期：不能早于暂停的 {day_words(suspended_on)}")
    if resumed_on > today:
        raise BadSuspension("恢复日期：不能晚于今天，请在恢复当天或之后登记")


def _supplement_suspends(held: FlowCase) -> bool:
    chart = db.session.get(Flowchart, held.flowchart_id) if held.flowchart_id else None
    return chart is not None and chart.supplement_suspends


def _day(at: datetime | None) -> date | None:
    return at.astimezone(CHINA_TIME).date() if at else None

"""Writes of returns: a second person sends a draft back with a reason, who submitted it hands it in again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from basic_info.breakdown.models import Breakdown, BreakdownState
from basic_info.flowcharts.models import ChartState, Flowchart, FlowchartRevision
from basic_info.power_lists.models import ListState, PowerList
from basic_info.returning.errors import NotReturned, NotWaiting, OwnDraft
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from host.kernel.notifications.kinds import register_kind
from host.kernel.notifications.operations import tell

Draft = Breakdown | PowerList | Flowchart
RETURNED = register_kind("draft.returned", "提交的分解表、清单或流程图被退回", is_obligatory=True)


def return_draft(draft: Draft, *, reason: str, actor: Actor) -> Draft:
    """Send the draft back to who submitted it, who is told why.

    Raises NotWaiting, OwnDraft, Refused, NotPermitted.
    """
    if actor.account_id is None:
        raise NotPermitted("退回须由登录人员办理")
    if not reason.strip():
        raise Refused("请填写退回原因")
    db.session.refresh(draft, with_for_update=True)
    if not is_waiting(draft) or draft.is_returned:
        raise NotWaiting
    submitters = submitters_of(draft)
    if actor.account_id in submitters:
        raise OwnDraft
    draft.returned_by, draft.returned_at, draft.return_reason = actor.account_id, datetime.now(UTC), reason.strip()
    db.session.flush()
    record_change(draft, action=f"{draft.__tablename__}.returned", actor=actor, after={}, reason=reason.strip())
    tell(
        RETURNED,
        accounts=submitters,
        title=f"您提交的{name_of(draft)}被退回：{reason.strip()}",
        link=link_of(draft),
        key=f"{draft.__tablename__}:{draft.id}:returned:{draft.returned_at.isoformat()}",
    )
    return draft


def hand_in_again(draft: Draft, *, actor: Actor) -> Draft:
    """The draft waits for a second person again. Raises NotReturned, NotWaiting, NotPermitted."""
    if actor.account_id is None:
        raise NotPermitted("重新提交须由登录人员办理")
    db.session.refresh(draft, with_for_update=True)
    if not draft.is_returned:
        raise NotReturned
    if not is_waiting(draft):
        raise NotWaiting
    before = {"returned_by": draft.returned_by, "return_reason": draft.return_reason}
    draft.returned_by, draft.returned_at, draft.return_reason = None, None, ""
    db.session.flush()
    record_change(draft, action=f"{draft.__tablename__}.resubmitted", actor=actor, before=before, after={})
    return draft


def is_waiting(draft: Draft) -> bool:
    """Whether a second person's decision stands out."""
    if isinstance(draft, Flowchart):
        return draft.chart_state is ChartState.DRAFT
    if isinstance(draft, PowerList):
        return draft.list_state is ListState.DRAFT and (draft.based_on_id is not None or not _is_overtaken(draft))
    return draft.breakdown_state is BreakdownState.DRAFT and not _is_overtaken(draft)


def may_return(draft: Draft, actor: Actor, permission: Any) -> bool:
    """Whether the page offers to send the draft back."""
    return (
        actor.may(permission)
        and not draft.is_returned
        and is_waiting(draft)
        and actor.account_id not in submitters_of(draft)
    )


def submitters_of(draft: Draft) -> Collection[int]:
    """The accounts that took the draft in, of a chart also those that saved its drawing."""
    if not isinstance(draft, Flowchart):
        return {draft.imported_by} if draft.imported_by else set()
    saved = db.session.scalars(
        select(FlowchartRevision.saved_by).where(FlowchartRevision.flowchart_id == draft.id).distinct()
    )
    return {one for one in (draft.imported_by, draft.edited_by, *saved) if one is not None}


def name_of(draft: Draft) -> str:
    """What the draft is called in a sentence."""
    if isinstance(draft, Flowchart):
        return f"流程图“{draft.name}”第 {draft.version_no} 版"
    word = "权责清单" if isinstance(draft, PowerList) else "职能分解表"
    return f"{word}第 {draft.version_no} 版"


def link_of(draft: Draft) -> str:
    """The path of the page on which the draft is dealt with."""
    if isinstance(draft, Flowchart):
        return f"/basic-info/flowcharts/{draft.id}"
    if isinstance(draft, PowerList):
        return f"/basic-info/power-lists/{draft.id}"
    return f"/basic-info/units/{draft.unit_id}/breakdown?version={draft.version_no}"


def _is_overtaken(draft: Breakdown | PowerList) -> bool:
    """A later version came in: nobody decides about this one any more."""
    later: Any = aliased(type(draft))
    found = select(later.id).where(later.unit_id == draft.unit_id, later.version_no > draft.version_no)
    return db.session.scalar(found.limit(1)) is not None

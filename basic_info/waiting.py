"""What of the duty library waits for a person; each line leads to the one that waits longest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import url_for
from sqlalchemy import BigInteger, ColumnElement, all_, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from basic_info.breakdown.models import Breakdown, BreakdownState
from basic_info.duties.models import LinkReview, ReviewState
from basic_info.flowcharts.models import ChartState, Flowchart, FlowchartRevision
from basic_info.mandates.handed_models import HandedOrder
from basic_info.mandates.handed_queries import is_waiting
from basic_info.mandates.models import Mandate, MandateState
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from basic_info.power_lists.models import ListState, PowerItemChange, PowerList
from basic_info.returning.operations import Draft, link_of
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.pages import today_in_china
from host.kernel.system import TodoItem


def todo(actor: Actor) -> list[TodoItem]:
    """Papers that another person took in and this one may put in force, and links to look at."""
    found = (
        _mandates(actor),
        _handed(actor),
        _power_lists(actor),
        _breakdowns(actor),
        _charts(actor),
        _torn_links(actor),
        *_returned(actor),
    )
    return [item for item in found if item is not None]


def _mandates(actor: Actor) -> TodoItem | None:
    pending = (
        Mandate.mandate_state == MandateState.PENDING_REVIEW,
        literal(actor.account_id, BigInteger) != all_(Mandate.corrected_by),
        _by_another(Mandate, actor),
    )
    count, first = _waiting(actor, Permission.MANDATE_CONFIRM, Mandate, func.min(Mandate.id), *pending)
    return _item("待确认的「三定」规定", count, "basic_info.show_mandate", mandate_id=first)


def _handed(actor: Actor) -> TodoItem | None:
    """Orders of other units' replies that are to become a change here."""
    count, unit = _waiting(actor, Permission.MANDATE_IMPORT, HandedOrder, func.min(HandedOrder.unit_id), is_waiting())
    return _item("其他单位批复涉及的变更", count, "basic_info.unit_handed_orders", unit_id=unit)


def _power_lists(actor: Actor) -> TodoItem | None:
    """Lists from workbooks, and adjustments that have a step and whose day has come."""
    steps = exists().where(PowerItemChange.power_list_id == PowerList.id)
    is_ready = steps & (func.lower(PowerList.valid) <= today_in_china())
    drafts = (
        PowerList.list_state == ListState.DRAFT,
        or_(PowerList.based_on_id.is_(None), is_ready),
        _is_newest(PowerList),
        PowerList.returned_at.is_(None),
        _by_another(PowerList, actor),
    )
    count, first = _waiting(actor, Permission.POWER_LIST_CONFIRM, PowerList, func.min(PowerList.id), *drafts)
    return _item("待复核生效的权责清单", count, "basic_info.show_power_list", list_id=first)


def _breakdowns(actor: Actor) -> TodoItem | None:
    drafts = (
        Breakdown.breakdown_state == BreakdownState.DRAFT,
        _is_newest(Breakdown),
        Breakdown.returned_at.is_(None),
        _by_another(Breakdown, actor),
    )
    count, first = _waiting(actor, Permission.BREAKDOWN_CONFIRM, Breakdown, func.min(Breakdown.id), *drafts)
    form = db.session.get_one(Breakdown, first) if count else None
    where = {"unit_id": form.unit_id, "version": form.version_no} if form else {}
    return _item("待核对生效的职能分解表", count, "basic_info.show_breakdown", **where)


def _charts(actor: Actor) -> TodoItem | None:
    """Drawings that others saved and this person none of."""
    saved = exists().where(
        FlowchartRevision.flowchart_id == Flowchart.id, FlowchartRevision.saved_by == actor.account_id
    )
    drafts = (
        Flowchart.chart_state == ChartState.DRAFT,
        Flowchart.returned_at.is_(None),
        Flowchart.edited_by.is_distinct_from(actor.account_id),
        ~saved,
        _by_another(Flowchart, actor),
    )
    count, first = _waiting(actor, Permission.FLOWCHART_PUBLISH, Flowchart, func.min(Flowchart.id), *drafts)
    return _item("待核对发布的流程图", count, "basic_info.show_flowchart", chart_id=first)


def _returned(actor: Actor) -> Iterator[TodoItem | None]:
    """What the actor submitted and a second person sent back."""
    lists = (PowerList.list_state == ListState.DRAFT, or_(PowerList.based_on_id.is_not(None), _is_newest(PowerList)))
    yield _sent_back("退回待修改的权责清单", PowerList, Permission.POWER_LIST_IMPORT, actor, *lists)
    forms = (Breakdown.breakdown_state == BreakdownState.DRAFT, _is_newest(Breakdown))
    yield _sent_back("退回待修改的职能分解表", Breakdown, Permission.DUTY_EDIT, actor, *forms)
    charts = Flowchart.chart_state == ChartState.DRAFT
    yield _sent_back("退回待修改的流程图", Flowchart, Permission.FLOWCHART_IMPORT, actor, charts)


def _sent_back(
    title: str, table: Any, permission: Permission, actor: Actor, *which: ColumnElement[bool]
) -> TodoItem | None:
    is_mine = table.imported_by == actor.account_id
    if table is Flowchart:
        is_mine |= Flowchart.edited_by == actor.account_id
    waits = (is_mine, table.returned_at.is_not(None))
    count, first = _waiting(actor, permission, table, func.min(table.id), *waits, *which)
    if not count:
        return None
    draft: Draft = db.session.get_one(table, first)
    return TodoItem(title=title, count=count, url=link_of(draft))


def _torn_links(actor: Actor) -> TodoItem | None:
    is_open = LinkReview.review_state == ReviewState.OPEN
    count, unit = _waiting(actor, Permission.DUTY_EDIT, LinkReview, func.min(LinkReview.unit_id), is_open)
    return _item("需要核对的衔接", count, "basic_info.link_reviews", unit_id=unit)


def _waiting(
    actor: Actor, permission: Permission, table: Any, first: ColumnElement[int], *which: ColumnElement[bool]
) -> tuple[int, int | None]:
    """(how many, ``first`` of them) within reach of ``permission``; nothing is asked for who does not hold it."""
    if not actor.may(permission):
        return 0, None
    statement = select(func.count(), first).select_from(table)
    count, found = db.session.execute(statement.where(*which, within(actor, permission, unit=table.unit_id))).one()
    return count, found


def _by_another(table: Any, actor: Actor) -> ColumnElement[bool]:
    """Four eyes: who took a paper in does not put it in force."""
    another: ColumnElement[bool] = table.imported_by.is_distinct_from(actor.account_id)
    return another


def _is_newest(table: Any) -> ColumnElement[bool]:
    """A draft that a later version overtook waits for nobody."""
    later = aliased(table)
    return ~exists().where(later.unit_id == table.unit_id, later.version_no > table.version_no)


def _item(title: str, count: int, endpoint: str, **where: Any) -> TodoItem | None:
    return TodoItem(title=title, count=count, url=url_for(endpoint, **where)) if count else None

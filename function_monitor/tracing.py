"""What function_monitor contributes to trace pages and to-do lists."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Text,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from basic_info.api import same_item
from basic_info.duties.thread import Layer, reach
from function_monitor.alerts import queries as alert_queries
from function_monitor.alerts.models import OVER, Alert
from function_monitor.cases import queries as case_queries
from function_monitor.cases.models import FlowCase, FlowEvent
from function_monitor.deadlines.models import ClockSuspension, StepClock
from function_monitor.permissions import Permission
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.system import TodoItem, TraceLine

SHOWN_ALERTS = 20
#: What the list of cases can be narrowed to.
_FILTERS = {Layer.POST_DUTY: "post_duty_id", Layer.ITEM: "power_item_id"}


def trace(kind: str, thing_id: int, actor: Actor) -> list[TraceLine]:
    """Open alerts of the thing and of what carries it, and its cases; one statement."""
    layer = Layer(kind)
    below = reach(layer, thing_id, down=True)
    statement = union_all(_alerts(below, layer, thing_id, actor), _cases(below, layer, thing_id, actor))
    lines = [_line(row, layer, thing_id) for row in db.session.execute(statement)]
    return [line for line in lines if line is not None]


def _ids(below: Any, layer: Layer) -> Any:
    return select(below.c.id).where(below.c.layer == layer.value)


def _alerts(below: Any, layer: Layer, thing_id: int, actor: Actor) -> Any:
    functions = _ids(below, Layer.FUNCTION)
    if layer in {Layer.SECTION_DUTY, Layer.POST_DUTY}:
        above = reach(layer, thing_id, down=False)
        functions = _ids(above, Layer.FUNCTION)
    handled = select(FlowEvent.case_id).where(_worked(below))
    clocks = select(StepClock.id).where(
        or_(StepClock.step_id.in_(_ids(below, Layer.STEP)), StepClock.case_id.in_(handled))
    )
    stops = select(ClockSuspension.id).where(ClockSuspension.case_id.in_(handled))
    found = (
        select(Alert.id, Alert.title, Alert.level)
        .where(
            Alert.alert_state.not_in(OVER),
            alert_queries.in_scope(actor),
            or_(
                and_(Alert.subject_kind == "unit_function", Alert.subject_id.in_(functions)),
                and_(Alert.subject_kind == "step_clock", Alert.subject_id.in_(clocks)),
                and_(Alert.subject_kind == "clock_suspension", Alert.subject_id.in_(stops)),
                # A gap is the thing's own: it says what its thread lacks.
                and_(Alert.subject_kind == layer.value, Alert.subject_id == thing_id),
            ),
        )
        .order_by(Alert.id.desc())
        .limit(SHOWN_ALERTS)
        .subquery("found")
    )
    return select(
        literal("alert").label("what"),
        found.c.id,
        found.c.title,
        cast(null(), DateTime(timezone=True)).label("last"),
        literal(1).label("cases"),
    )


def _cases(below: Any, layer: Layer, thing_id: int, actor: Actor) -> Any:
    mine: ColumnElement[bool] = FlowCase.id.in_(select(FlowEvent.case_id).where(_worked(below)))
    if layer is Layer.ITEM:
        # Its own cases in all its versions, as the list behind the number shows them.
        mine = FlowCase.power_item_id.in_(same_item(thing_id))
    return select(
        literal("case"),
        cast(null(), BigInteger),
        cast(null(), Text),
        func.max(FlowCase.last_event_at),
        func.count(FlowCase.id),
    ).where(mine, case_queries.in_scope(actor))


def _worked(below: Any) -> Any:
    """Events under the post duties that carry the thing, or of the step itself."""
    return or_(FlowEvent.post_duty_id.in_(_ids(below, Layer.POST_DUTY)), FlowEvent.step_id.in_(_ids(below, Layer.STEP)))


def _line(row: Any, layer: Layer, thing_id: int) -> TraceLine | None:
    if row.what == "alert":
        url = url_for("function_monitor.show_alert", alert_id=row.id)
        return TraceLine(layer="预警", title=row.title, url=url)
    if not row.cases:
        return None
    filters: dict[str, Any] = {_FILTERS[layer]: thing_id} if layer in _FILTERS else {}
    return TraceLine(
        layer="办件",
        title=f"办件 {row.cases} 件",
        detail=f"最近 {row.last:%Y-%m-%d}" if row.last else "",
        url=url_for("function_monitor.list_cases", **filters),
        count=row.cases,
    )


def todo(actor: Actor) -> list[TodoItem]:
    """Alerts that wait for the actor."""
    url = url_for("function_monitor.alert_desk")
    items = []
    if actor.may(Permission.ALERT_HANDLE):
        count = alert_queries.count_to_handle(actor)
        items.append(TodoItem(title="待签收或整改的预警", count=count, url=url, is_urgent=count > 0))
    if actor.may(Permission.ALERT_VERIFY):
        items.append(TodoItem(title="待核验或销号的预警", count=alert_queries.count_to_check(actor), url=url))
    return items

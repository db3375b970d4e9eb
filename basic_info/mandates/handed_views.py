"""Pages of orders that are another unit's: named beside the reply's review, dealt with on the unit's own page."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from basic_info.blueprint import bp
from basic_info.documents.queries import in_reach
from basic_info.duties.queries import require_readable, unit_name
from basic_info.mandates.deciding_views import chosen_unit, on_review_page
from basic_info.mandates.handed_models import HandDirection, HandedOrder
from basic_info.mandates.handed_queries import find_units, handed_orders
from basic_info.mandates.handing import begin_change, name_unit, settle_order, withdraw_name
from basic_info.mandates.models import Mandate
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import AnySelect, db
from host.kernel.errors import DomainError, NotFound, Refused
from host.kernel.tables.exports import Values, register_export, whole_of


@bp.get("/units/<int:unit_id>/handed-orders")
@requires(Permission.DUTY_READ)
def unit_handed_orders(unit_id: int) -> ResponseReturnValue:
    """What others' replies order for the unit, and what its own order for others."""
    require_readable(unit_id, current_actor())
    return _page(unit_id)


@bp.get("/handed-orders/units")
@requires(Permission.MANDATE_IMPORT)
def choose_unit() -> ResponseReturnValue:
    """The units whose names have the words typed, as choices of the field."""
    found = find_units(request.args.get("unit", ""), current_actor(), but=request.args.get("but", 0, type=int))
    return render_template("basic_info/mandates/_units.html", units=found.rows)


@bp.post("/mandates/<int:mandate_id>/handed-orders")
@requires(Permission.MANDATE_IMPORT)
def name_handed_order(mandate_id: int) -> ResponseReturnValue:
    """A sentence of the reply concerns the unit that is named."""
    actor = current_actor()
    mandate = in_reach(Mandate, mandate_id, Permission.MANDATE_IMPORT, actor)

    def act() -> str:
        direction = HandDirection.of_word(request.form.get("direction", ""))
        if direction is None:
            raise Refused("请选择方向").beside({"direction": "请选择方向"})
        words = request.form.get("words", "")
        unit_id = chosen_unit(mandate, actor)
        name_unit(mandate, words, unit_id=unit_id, direction=direction, actor=actor)
        return f"已转到{unit_name(unit_id)}，在该单位的“其他单位批复”中等待落实"

    return on_review_page(mandate_id, act, anchor="handed")


@bp.post("/handed-orders/<int:handed_id>/take-back")
@requires(Permission.MANDATE_IMPORT)
def take_back_handed_order(handed_id: int) -> ResponseReturnValue:
    handed = _handed(handed_id, of_reply=True)

    def act() -> str:
        withdraw_name(handed, reason=request.form.get("reason", ""), actor=current_actor())
        return "已收回"

    return on_review_page(handed.mandate_id, act, anchor="handed")


@bp.post("/handed-orders/<int:handed_id>/begin")
@requires(Permission.MANDATE_IMPORT)
def begin_handed_order(handed_id: int) -> ResponseReturnValue:
    """The reply becomes a draft of the unit."""
    handed = _handed(handed_id)
    unit_id = handed.unit_id
    try:
        draft = begin_change(handed, actor=current_actor())
    except NotFound:
        raise
    except DomainError as refused:
        db.session.rollback()
        return _page(unit_id, refused), refused.status
    db.session.commit()
    flash("已起草变更，请核对内容，由另一人确认后生效")
    return redirect(url_for("basic_info.show_mandate", mandate_id=draft.id), 303)


@bp.post("/handed-orders/<int:handed_id>/settle")
@requires(Permission.MANDATE_IMPORT)
def settle_handed_order(handed_id: int) -> ResponseReturnValue:
    handed = _handed(handed_id)
    unit_id = handed.unit_id
    try:
        settle_order(handed, note=request.form.get("note", ""), actor=current_actor())
    except DomainError as refused:
        db.session.rollback()
        return _page(unit_id, refused), refused.status
    db.session.commit()
    flash("已办结")
    return redirect(url_for("basic_info.unit_handed_orders", unit_id=unit_id), 303)


def _page(unit_id: int, refused: DomainError | None = None) -> str:
    actor = current_actor()
    rows = db.session.execute(handed_orders(HandedOrder.unit_id == unit_id, actor)).all()
    given = db.session.execute(handed_orders(HandedOrder.from_unit_id == unit_id, actor)).all()
    return render_template(
        "basic_info/mandates/handed_orders.html",
        unit_id=unit_id,
        unit_name=unit_name(unit_id),
        rows=rows,
        given=given,
        refused=refused_lines(refused),
        at=refused.at if isinstance(refused, Refused) else {},
        may_deal=actor.may(Permission.MANDATE_IMPORT) and _reaches(unit_id, actor),
    )


def refused_lines(refused: DomainError | None) -> list[object]:
    """For the list on top of a page: (field, message) each, or the message alone."""
    at = refused.at if isinstance(refused, Refused) else {}
    return list(at.items()) or ([str(refused)] if refused else [])


def _reaches(unit_id: int, actor: Actor) -> bool:
    reach = within(actor, Permission.MANDATE_IMPORT, unit=HandedOrder.unit_id)
    return bool(db.session.scalar(select(HandedOrder.id).where(HandedOrder.unit_id == unit_id, reach).limit(1)))


def _handed(handed_id: int, *, of_reply: bool = False) -> HandedOrder:
    """The order within reach; ``of_reply``: by the unit of the reply, else by the one that it is handed to."""
    unit = HandedOrder.from_unit_id if of_reply else HandedOrder.unit_id
    reach = within(current_actor(), Permission.MANDATE_IMPORT, unit=unit)
    found = db.session.scalar(select(HandedOrder).where(HandedOrder.id == handed_id, reach))
    if found is None:
        raise NotFound
    return found


def _rows(actor: Actor, values: Values) -> AnySelect:
    unit_id = whole_of(values, "unit_id")
    require_readable(unit_id, actor)
    return handed_orders(or_(HandedOrder.unit_id == unit_id, HandedOrder.from_unit_id == unit_id), actor)


def _of_order(read: Callable[[HandedOrder], object]) -> Callable[[object], object]:
    return lambda row: read(row.HandedOrder)  # type: ignore[attr-defined]


register_export(
    "basic_info.handed_orders",
    "批复涉及的其他单位",
    permission=Permission.DUTY_READ,
    columns={
        "来源单位": attrgetter("from_name"),
        "涉及单位": attrgetter("unit_name"),
        "文号": attrgetter("doc_no"),
        "批复原文": _of_order(lambda one: one.words),
        "方向": _of_order(lambda one: one.direction.label),
        "状态": _of_order(lambda one: one.hand_state.label),
        "起草版本": attrgetter("draft_no"),
        "说明": _of_order(lambda one: one.note),
    },
    rows=_rows,
)

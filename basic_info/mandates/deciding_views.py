"""What a reply leaves open is decided on the page of its review; what is refused comes back there."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.documents.queries import in_reach
from basic_info.duties.queries import unit_name
from basic_info.mandates.deciding import decide_order, place_duties, take_back_order
from basic_info.mandates.handed_queries import find_units
from basic_info.mandates.models import Mandate, MandateClause
from basic_info.mandates.reapplying import settle_astray
from basic_info.mandates.views import mandate_page
from basic_info.permissions import Permission
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound, Refused


@bp.post("/mandates/<int:mandate_id>/duties")
@requires(Permission.MANDATE_IMPORT)
def place_mandate_duties(mandate_id: int) -> ResponseReturnValue:
    """The ticked duties of one body go to another."""
    actor = current_actor()
    mandate = in_reach(Mandate, mandate_id, Permission.MANDATE_IMPORT, actor)
    giver, taker = _body(mandate, "giver_id"), _body(mandate, "taker_id")
    tasks = request.form.getlist("task")

    def act() -> str:
        if giver is None:
            raise Refused("没有找到要划出职责的机构，请按现在的内容重新决定")
        missing = {} if tasks else {f"tasks-{giver.id}": "请勾选要划入的职责"}
        if taker is None:
            missing[f"taker-{giver.id}"] = "请选择承接职责的机构"
        if taker is None or missing:
            raise Refused("；".join(missing.values())).beside(missing)
        place_duties(mandate, giver, taker, tasks, revision=_revision(), actor=actor)
        return f"已将 {len(tasks)} 项职责划入{taker.value['name']}，由另一人确认后生效"

    return on_review_page(mandate_id, act)


@bp.post("/mandates/<int:mandate_id>/orders")
@requires(Permission.MANDATE_IMPORT)
def decide_mandate_order(mandate_id: int) -> ResponseReturnValue:
    """An order without a named unit is this unit's or another's, which is named."""
    actor = current_actor()
    mandate = in_reach(Mandate, mandate_id, Permission.MANDATE_IMPORT, actor)
    whose, order = request.form.get("whose", ""), request.form.get("order", "")

    def act() -> str:
        if whose not in ("ours", "others"):
            message = "请选择这句话是给哪个单位的"
            raise Refused(message).beside({"whose": message})
        unit_id = mandate.unit_id if whose == "ours" else chosen_unit(mandate, actor)
        decide_order(mandate, order, unit_id=unit_id, revision=_revision(), actor=actor)
        if whose == "ours":
            return "已计入本单位的变更，由另一人确认后生效"
        return f"已转到{unit_name(unit_id)}，在该单位的“其他单位批复”中等待落实，没有计入本单位"

    return on_review_page(mandate_id, act)


@bp.post("/mandates/<int:mandate_id>/orders/take-back")
@requires(Permission.MANDATE_IMPORT)
def take_back_mandate_order(mandate_id: int) -> ResponseReturnValue:
    """What was decided about an order is taken back, with the reason."""
    actor = current_actor()
    mandate = in_reach(Mandate, mandate_id, Permission.MANDATE_IMPORT, actor)
    order, reason = request.form.get("order", ""), request.form.get("reason", "")

    def act() -> str:
        take_back_order(mandate, order, reason=reason, revision=_revision(), actor=actor)
        return "已收回，请重新决定这句话是给哪个单位的"

    return on_review_page(mandate_id, act)


@bp.post("/mandates/<int:mandate_id>/astray")
@requires(Permission.MANDATE_IMPORT)
def settle_mandate_astray(mandate_id: int) -> ResponseReturnValue:
    """What the reply says of a row that a person corrected is taken in, or left."""
    actor = current_actor()
    mandate = in_reach(Mandate, mandate_id, Permission.MANDATE_IMPORT, actor)
    table, reading_id = request.form.get("table", ""), request.form.get("reading_id", 0, type=int)
    take = request.form.get("take") == "yes"

    def act() -> str:
        settle_astray(mandate, table, reading_id, take=take, revision=_revision(), actor=actor)
        return "已按批复补入，由另一人确认后生效" if take else "已保留人工修改的内容"

    return on_review_page(mandate_id, act)


def on_review_page(mandate_id: int, act: Callable[[], str], *, anchor: str = "change") -> ResponseReturnValue:
    """Keep what ``act`` decides and say so; what it refuses is said on the page, where it is to be mended."""
    try:
        said = act()
    except NotFound:
        raise
    except DomainError as refused:
        db.session.rollback()
        return mandate_page(mandate_id, refused=refused), refused.status
    db.session.commit()
    flash(said)
    return redirect(url_for("basic_info.show_mandate", mandate_id=mandate_id, _anchor=anchor), 303)


def chosen_unit(mandate: Mandate, actor: Actor) -> int:
    """The one unit of the register that the field means. Raises Refused, which names those that it may mean."""
    word = request.form.get("unit", "")
    found = find_units(word, actor, but=mandate.unit_id)
    if found.exact is not None:
        return found.exact
    if not word.strip():
        message = "请填写单位的名称或编码"
    elif found.rows:
        names = "、".join(f"{row.name}（{row.code}）" for row in found.rows[:5])
        message = f"有几个单位符合“{word}”，请写全称或编码：{names}"
    else:
        message = f"您的管理范围内没有登记“{word}”，请核对名称；确是别的单位的，由共同上级的编办办理"
    raise Refused(message).beside({"unit": message})


def _body(mandate: Mandate, name: str) -> MandateClause | None:
    """The body of this version that the field names."""
    clause_id = request.form.get(name, type=int)
    found = db.session.get(MandateClause, clause_id) if clause_id else None
    return found if found is not None and found.mandate_id == mandate.id and found.is_section else None


def _revision() -> int:
    return request.form.get("revision", 0, type=int)

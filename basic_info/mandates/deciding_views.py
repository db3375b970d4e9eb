"""What a reply leaves open is decided on the page of its review; what is refused comes back there."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.documents.queries import in_reach
from basic_info.mandates.deciding import decide_order, place_duties
from basic_info.mandates.models import Mandate, MandateClause
from basic_info.mandates.views import mandate_page
from basic_info.permissions import Permission
from host.kernel.access import current_actor, requires
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

    return _decided(mandate_id, act)


@bp.post("/mandates/<int:mandate_id>/orders")
@requires(Permission.MANDATE_IMPORT)
def decide_mandate_order(mandate_id: int) -> ResponseReturnValue:
    """An order without a named unit is this unit's or another's."""
    actor = current_actor()
    mandate = in_reach(Mandate, mandate_id, Permission.MANDATE_IMPORT, actor)
    whose, order = request.form.get("whose", ""), request.form.get("order", "")

    def act() -> str:
        if whose not in ("ours", "others"):
            message = "请选择这句话是给哪个单位的"
            raise Refused(message).beside({"whose": message})
        decide_order(mandate, order, is_ours=whose == "ours", revision=_revision(), actor=actor)
        return "已计入本单位的变更，由另一人确认后生效" if whose == "ours" else "已记为给其他单位的，没有计入"

    return _decided(mandate_id, act)


def _decided(mandate_id: int, act: Callable[[], str]) -> ResponseReturnValue:
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
    return redirect(url_for("basic_info.show_mandate", mandate_id=mandate_id, _anchor="change"), 303)


def _body(mandate: Mandate, name: str) -> MandateClause | None:
    """The body of this version that the field names."""
    clause_id = request.form.get(name, type=int)
    found = db.session.get(MandateClause, clause_id) if clause_id else None
    return found if found is not None and found.mandate_id == mandate.id and found.is_section else None


def _revision() -> int:
    return request.form.get("revision", 0, type=int)

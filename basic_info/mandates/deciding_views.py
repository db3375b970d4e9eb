"""What a reply leaves open is decided on the page of its review."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.documents.queries import in_reach
from basic_info.mandates.deciding import decide_order, place_duties
from basic_info.mandates.models import Mandate, MandateClause
from basic_info.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import Refused


@bp.post("/mandates/<int:mandate_id>/duties")
@requires(Permission.MANDATE_IMPORT)
def place_mandate_duties(mandate_id: int) -> ResponseReturnValue:
    """The ticked duties of one body go to another."""
    mandate = in_reach(Mandate, mandate_id, Permission.MANDATE_IMPORT, current_actor())
    giver, taker = _clause(mandate, "giver_id"), _clause(mandate, "taker_id")
    tasks = request.form.getlist("task")
    place_duties(mandate, giver, taker, tasks, revision=_revision(), actor=current_actor())
    db.session.commit()
    flash(f"已将 {len(tasks)} 项职责划入{taker.value['name']}，由另一人确认后生效")
    return redirect(url_for("basic_info.show_mandate", mandate_id=mandate_id, _anchor="change"), 303)


@bp.post("/mandates/<int:mandate_id>/orders")
@requires(Permission.MANDATE_IMPORT)
def decide_mandate_order(mandate_id: int) -> ResponseReturnValue:
    """An order without a named unit is this unit's or another's."""
    mandate = in_reach(Mandate, mandate_id, Permission.MANDATE_IMPORT, current_actor())
    whose = request.form.get("whose", "")
    if whose not in ("ours", "others"):
        raise Refused("请选择这句话是给哪个单位的")
    order = request.form.get("order", "")
    decide_order(mandate, order, is_ours=whose == "ours", revision=_revision(), actor=current_actor())
    db.session.commit()
    flash("已计入本单位的变更，由另一人确认后生效" if whose == "ours" else "已记为给其他单位的，没有计入")
    return redirect(url_for("basic_info.show_mandate", mandate_id=mandate_id, _anchor="change"), 303)


def _clause(mandate: Mandate, name: str) -> MandateClause:
    clause_id = request.form.get(name, type=int)
    found = db.session.get(MandateClause, clause_id) if clause_id else None
    if found is None or found.mandate_id != mandate.id or not found.is_section:
        raise Refused("请选择承接职责的机构")
    return found


def _revision() -> int:
    return request.form.get("revision", 0, type=int)

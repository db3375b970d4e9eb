from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from basic_info.blueprint import bp
from basic_info.documents.forms import ReturnMandateForm
from basic_info.documents.queries import in_reach, readable
from basic_info.duties.queries import unit_name
from basic_info.mandates.models import Mandate, MandateState
from basic_info.mandates.operations import confirm_mandate, return_mandate
from basic_info.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import db


@bp.get("/mandates/<int:mandate_id>")
@requires(Permission.DUTY_READ)
def show_mandate(mandate_id: int) -> ResponseReturnValue:
    """A version with its clauses, quotas and leader posts, each with the words it came from."""
    return _page(mandate_id, ReturnMandateForm(formdata=None))


@bp.post("/mandates/<int:mandate_id>/confirm")
@requires(Permission.MANDATE_CONFIRM)
def put_mandate_in_force(mandate_id: int) -> ResponseReturnValue:
    actor = current_actor()
    confirm_mandate(in_reach(Mandate, mandate_id, Permission.MANDATE_CONFIRM, actor), actor=actor)
    db.session.commit()
    flash("已确认生效，单位职能和科室职责已更新")
    return redirect(url_for("basic_info.show_mandate", mandate_id=mandate_id), 303)


@bp.post("/mandates/<int:mandate_id>/return")
@requires(Permission.MANDATE_CONFIRM)
def send_mandate_back(mandate_id: int) -> ResponseReturnValue:
    actor = current_actor()
    mandate = in_reach(Mandate, mandate_id, Permission.MANDATE_CONFIRM, actor)
    form = ReturnMandateForm()
    if not form.validate_on_submit():
        return _page(mandate_id, form), 422
    return_mandate(mandate, reason=form.reason.data or "", actor=actor)
    db.session.commit()
    flash("已退回")
    return redirect(url_for("basic_info.show_mandate", mandate_id=mandate_id), 303)


def _page(mandate_id: int, form: ReturnMandateForm) -> str:
    actor = current_actor()
    parts = (Mandate.clauses, Mandate.quotas, Mandate.leaders, Mandate.document)
    mandate = readable(select(Mandate).options(*map(selectinload, parts)), Mandate, mandate_id, actor)
    return render_template(
        "basic_info/mandates/show.html",
        mandate=mandate,
        unit_name=unit_name(mandate.unit_id),
        form=form,
        may_match=mandate.mandate_state is MandateState.PENDING_REVIEW and actor.may(Permission.MANDATE_IMPORT),
        may_confirm=mandate.mandate_state is MandateState.PENDING_REVIEW
        and actor.may(Permission.MANDATE_CONFIRM)
        and actor.account_id != mandate.imported_by,
    )

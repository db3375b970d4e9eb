from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.delegations import queries
from duty_eval.delegations.forms import DelegationForm
from duty_eval.permissions import Permission
from host.auth.granting import delegate_role, end_delegation
from host.auth.models import Account
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError
from host.kernel.forms import options
from host.kernel.pages import today_in_china
from host.kernel.tables.paging import paged


@bp.get("/delegations")
@requires(Permission.REVIEW_DELEGATE)
def delegations() -> ResponseReturnValue:
    """What is delegated now, and the form for the next absence."""
    today = today_in_china()
    return _page(DelegationForm(formdata=None, data={"first": today, "last": today}))


@bp.post("/delegations")
@requires(Permission.REVIEW_DELEGATE, fresh=True)
def delegate() -> ResponseReturnValue:
    actor, today, form = current_actor(), today_in_china(), DelegationForm()
    _offer(form)
    if not form.validate_on_submit() or form.first.data is None or form.last.data is None:
        return _page(form), 422
    row = queries.delegable_grant(actor, form.grant_id.data, today)
    chosen = next(
        (one for one in queries.colleagues([row.unit_id], actor, today) if one.account_id == form.account_id.data), None
    )
    if chosen is None:
        form.form_errors.append("请委托给本单位的人员")
        return _page(form), 422
    try:
        delegate_role(
            row.RoleGrant,
            db.session.get_one(Account, chosen.account_id),
            first=form.first.data,
            last=form.last.data,
            reason=form.reason.data or "",
            actor=actor,
        )
    except DomainError as refused:
        db.session.rollback()
        form.form_errors.append(str(refused))
        return _page(form), refused.status
    db.session.commit()
    flash(f"已委托 {chosen.person_name}，到期自动收回", "success")
    return redirect(url_for("duty_eval.delegations"), 303)


@bp.post("/delegations/<int:delegation_id>/end")
@requires(Permission.REVIEW_DELEGATE)
def end_the_delegation(delegation_id: int) -> ResponseReturnValue:
    actor = current_actor()
    end_delegation(queries.delegation_to_end(actor, delegation_id, today_in_china()), actor=actor)
    db.session.commit()
    flash("已收回委托", "success")
    return redirect(url_for("duty_eval.delegations"), 303)


def _offer(form: DelegationForm) -> bool:
    """Set the choices; whether there is anything to delegate."""
    actor, today = current_actor(), today_in_china()
    mine = queries.delegable(actor, today)
    people = queries.colleagues({row.unit_id for row in mine}, actor, today)
    form.grant_id.choices = options(
        (row.RoleGrant.id, f"{row.place_name} · {row.RoleGrant.role.label}（{row.holder_name}）") for row in mine
    )
    form.account_id.choices = options(
        [(0, "请选择"), *((row.account_id, f"{row.person_name}（{row.section_name}）") for row in people)]
    )
    return bool(mine and people)


def _page(form: DelegationForm) -> str:
    actor, today = current_actor(), today_in_china()
    return render_template(
        "duty_eval/delegations/list.html",
        may_delegate=_offer(form),
        form=form,
        rows=paged(queries.delegations(actor, today)),
        today=today,
        own_account=actor.account_id,
    )

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.sanctions import queries
from duty_eval.sanctions.forms import EndForm, SanctionForm, WithdrawForm
from duty_eval.sanctions.operations import end_sanction, record_sanction, withdraw_sanction
from host.kernel.access import Actor, current_actor, requires
from host.kernel.answering import refusal
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.forms import validated
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import register_export
from host.kernel.tables.paging import paged


@bp.get("/sanctions")
@requires(Permission.SANCTION_KEEP)
def sanctions() -> ResponseReturnValue:
    """Sanctions and investigations of the people within reach, and a form for a further one."""
    return _page(SanctionForm(formdata=None))


@bp.post("/sanctions")
@requires(Permission.SANCTION_KEEP)
def enter_sanction() -> ResponseReturnValue:
    actor, form = current_actor(), SanctionForm()
    status = refusal(
        form,
        lambda: record_sanction(
            _person(actor, (form.person.data or "").strip()),
            form.sanction_kind.data,
            effective_on=validated(form.effective_on.data),
            ends_on=form.ends_on.data,
            document_no=form.document_no.data or "",
            effect=form.effect.data,
            actor=actor,
        ),
    )
    if status:
        return _page(form), status
    flash("已登记，进行中的平时考核按此办理", "success")
    return redirect(url_for("duty_eval.sanctions"), 303)


@bp.post("/sanctions/<int:sanction_id>/end")
@requires(Permission.SANCTION_KEEP)
def set_end_of_sanction(sanction_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), EndForm()
    found = queries.sanction_of(actor, sanction_id)
    if not form.validate_on_submit() or form.on.data is None:
        raise Refused("请填写截止日期和依据")
    end_sanction(found, on=form.on.data, reason=form.reason.data or "", actor=actor)
    db.session.commit()
    flash("截止日期已更新", "success")
    return redirect(url_for("duty_eval.sanctions"), 303)


@bp.post("/sanctions/<int:sanction_id>/withdraw")
@requires(Permission.SANCTION_KEEP)
def take_back_sanction(sanction_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), WithdrawForm()
    found = queries.sanction_of(actor, sanction_id)
    if not form.validate_on_submit():
        raise Refused("请填写撤销的原因，不超过 200 字")
    withdraw_sanction(found, reason=form.reason.data or "", actor=actor)
    db.session.commit()
    flash("已撤销", "success")
    return redirect(url_for("duty_eval.sanctions"), 303)


def _person(actor: Actor, words: str) -> int:
    """The one person within reach of that name or code. Raises Refused, naming those to choose from."""
    found = queries.people_called(actor, words)
    if not found:
        raise Refused(f"管理范围内没有姓名或编号为“{words}”的人员")
    if len(found) > 1:
        named = "；".join(f"{row.name} {row.code}（{row.unit_name}{row.section_name}）" for row in found[:10])
        raise Refused(f"有多人符合，请改填人员编号：{named}")
    person_id: int = found[0].person_id
    return person_id


def _page(form: SanctionForm) -> str:
    rows = paged(queries.sanctions(current_actor()))
    return render_template("duty_eval/sanctions/list.html", form=form, rows=rows, today=today_in_china())


register_export(
    "duty_eval.sanctions",
    "处分和立案",
    permission=Permission.SANCTION_KEEP,
    columns={
        "单位": "unit_name",
        "科室": "section_name",
        "姓名": "person_name",
        "类别": "Sanction.sanction_kind",
        "从": "Sanction.effective_on",
        "到": "Sanction.ends_on",
        "文号": "Sanction.document_no",
        "影响": "Sanction.effect",
        "撤销原因": "Sanction.withdraw_reason",
    },
    rows=lambda actor, _values: queries.sanctions(actor),
    names_people=True,
)

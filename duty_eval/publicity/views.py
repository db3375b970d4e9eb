from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.publicity import queries
from duty_eval.publicity.forms import ObjectionForm, ReopenForm
from duty_eval.publicity.operations import (
    answer_publicity_objection,
    close_round,
    object_to,
    publish_good,
    reopen_round,
)
from duty_eval.routine.forms import AnswerForm
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, Refused
from host.kernel.pages import day, today_in_china
from host.kernel.tables.exports import register_export
from host.kernel.tables.paging import paged


@bp.get("/routine/publicity")
@requires(Permission.DUTY_RECORD_LOG)
def routine_publicity() -> ResponseReturnValue:
    """Who is put up as 好 in one's own units, and one's own objections with what was answered."""
    return _publicity_page(ObjectionForm(formdata=None), 0)


@bp.post("/routine/publicity/<int:publicity_id>/objections")
@requires(Permission.DUTY_RECORD_LOG)
def object_to_publicity(publicity_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), ObjectionForm()
    if not form.validate_on_submit():
        return _publicity_page(form, publicity_id), 422
    today = today_in_china()
    publicity, assessment = queries.one_put_up(actor.person_id or 0, publicity_id, int(form.form_id.data or 0), today)
    try:
        object_to(publicity, assessment, form.content.data or "", today=today, actor=actor)
    except DomainError as refused:
        db.session.rollback()
        form.form_errors.append(str(refused))
        return _publicity_page(form, publicity_id), refused.status
    db.session.commit()
    flash("异议已提交，由确定等次以外的人员答复；答复会显示在本页", "success")
    return redirect(url_for("duty_eval.routine_publicity"), 303)


@bp.get("/routine/objections")
@requires(Permission.ROUTINE_ANSWER)
def routine_objections() -> ResponseReturnValue:
    """Objections that wait for the actor: to what was put up, and to one's own result."""
    actor = current_actor()
    return render_template(
        "duty_eval/publicity/objections.html",
        to_names=paged(queries.objections_to_answer(actor)),
        to_own=paged(queries.own_results_to_answer(actor), name="own"),
        form=AnswerForm(formdata=None),
    )


@bp.post("/routine/objections/<int:objection_id>/answer")
@requires(Permission.ROUTINE_ANSWER)
def answer_to_objection(objection_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), AnswerForm()
    objection = queries.objection_to_answer(actor, objection_id)
    if not form.validate_on_submit():
        raise Refused("请选择异议是否成立，并填写答复（不超过 500 字）")
    answer_publicity_objection(objection, form.answer.data or "", is_upheld=form.is_upheld.data == "yes", actor=actor)
    db.session.commit()
    told = "已答复，等次已退回，请重新确定" if objection.is_upheld else "已答复，提出人会看到"
    flash(told, "success")
    return redirect(url_for("duty_eval.routine_objections"), 303)


@bp.post("/routine/rounds/<int:round_id>/publicity")
@requires(Permission.ROUTINE_DECIDE)
def publish_routine_round(round_id: int) -> ResponseReturnValue:
    actor = current_actor()
    held = queries.round_to_run(actor, round_id, Permission.ROUTINE_DECIDE)
    made = publish_good(held, today=today_in_china(), actor=actor)
    db.session.commit()
    flash(f"已在本单位公示，到 {day(made.ends_on, short=True)} 为止", "success")
    return redirect(url_for("duty_eval.routine_round", round_id=round_id), 303)


@bp.post("/routine/rounds/<int:round_id>/close")
@requires(Permission.ROUTINE_DECIDE)
def close_routine_round(round_id: int) -> ResponseReturnValue:
    actor = current_actor()
    close_round(queries.round_to_run(actor, round_id, Permission.ROUTINE_DECIDE), today=today_in_china(), actor=actor)
    db.session.commit()
    flash("本期平时考核已结束，结果不再变动", "success")
    return redirect(url_for("duty_eval.routine_round", round_id=round_id), 303)


@bp.post("/routine/rounds/<int:round_id>/reopen")
@requires(Permission.ROUTINE_REOPEN)
def reopen_routine_round(round_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), ReopenForm()
    held = queries.round_to_run(actor, round_id, Permission.ROUTINE_REOPEN)
    if not form.validate_on_submit():
        raise Refused("请填写重新打开的原因，不超过 200 字")
    reopen_round(held, reason=form.reason.data or "", actor=actor)
    db.session.commit()
    flash("已重新打开，更正后请重新公示并结束", "success")
    return redirect(url_for("duty_eval.routine_round", round_id=round_id), 303)


def _publicity_page(form: ObjectionForm, publicity_id: int) -> str:
    """``publicity_id``: the one that ``form`` was sent for, 0 for none."""
    person_id = current_actor().person_id or 0
    return render_template(
        "duty_eval/publicity/list.html",
        rows=db.session.execute(queries.put_up_for(person_id, today_in_china())).all(),
        own=paged(queries.own_objections(person_id)),
        sent=form,
        sent_for=publicity_id,
        blank=ObjectionForm(formdata=None),
    )


register_export(
    "duty_eval.routine_publicity",
    "平时考核公示",
    permission=Permission.DUTY_RECORD_LOG,
    columns={
        "单位": "unit_name",
        "周期": "RoutineRound.name",
        "科室": "section_name",
        "姓名": "person_name",
        "公示从": "Publicity.starts_on",
        "公示到": "Publicity.ends_on",
    },
    rows=lambda actor, _values: queries.put_up_for(actor.person_id or 0, today_in_china()),
)
register_export(
    "duty_eval.routine_objections",
    "待答复的公示异议",
    permission=Permission.ROUTINE_ANSWER,
    columns={
        "单位": "unit_name",
        "周期": "RoutineRound.name",
        "公示人员": "person_name",
        "异议": "PublicityObjection.content",
        "提出时间": "PublicityObjection.raised_at",
    },
    rows=lambda actor, _values: queries.objections_to_answer(actor),
)

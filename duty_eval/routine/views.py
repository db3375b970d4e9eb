from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.publicity.queries import objections_of_round, publicities_of_round, unsettled
from duty_eval.routine import queries
from duty_eval.routine.forms import AnswerForm, LeaveOutForm, NoteForm, RoundForm, SummaryForm, last_quarter
from duty_eval.routine.models import NotAssessed, RoutineAssessment, RoutineGrade, RoutineRound
from duty_eval.routine.operations import (
    answer_objection,
    decide_routine_grade,
    leave_out,
    note_result,
    open_round,
    propose_routine_grade,
    settle_long_leave,
    submit_summary,
    take_back_grade,
    take_in,
    tell_result,
)
from duty_eval.sanctions.queries import blocking
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, Refused
from host.kernel.forms import options
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import Columns, register_export, whole_of
from host.kernel.tables.paging import paged

#: Forms that one submission of a head or a leader may hold.
MOST_AT_ONCE = 200


@bp.get("/routine")
@requires(Permission.DUTY_RECORD_LOG)
def my_routine() -> ResponseReturnValue:
    """One's own forms of all rounds."""
    rows = paged(queries.own_forms(current_actor().person_id or 0))
    return render_template("duty_eval/routine/mine.html", rows=rows)


@bp.get("/routine/<int:form_id>")
@requires(Permission.DUTY_RECORD_LOG)
def my_routine_form(form_id: int) -> ResponseReturnValue:
    assessment, held = queries.own_form(current_actor(), form_id)
    return _form_page(assessment, held, SummaryForm(formdata=None, data={"summary": assessment.summary}))


@bp.post("/routine/<int:form_id>/summary")
@requires(Permission.DUTY_RECORD_LOG)
def hand_in_summary(form_id: int) -> ResponseReturnValue:
    actor = current_actor()
    assessment, held = queries.own_form(actor, form_id)
    form = SummaryForm()
    if not form.validate_on_submit():
        return _form_page(assessment, held, form), 422
    submit_summary(assessment, form.summary.data or "", actor=actor)
    db.session.commit()
    flash("小结已提交，等待负责人审核", "success")
    return redirect(url_for("duty_eval.my_routine_form", form_id=form_id), 303)


@bp.post("/routine/<int:form_id>/open")
@requires(Permission.DUTY_RECORD_LOG)
def open_routine_result(form_id: int) -> ResponseReturnValue:
    """Open the result; when that was is recorded (结果反馈)."""
    actor = current_actor()
    assessment, _ = queries.own_form(actor, form_id)
    tell_result(assessment, actor=actor)
    db.session.commit()
    return redirect(url_for("duty_eval.my_routine_form", form_id=form_id), 303)


@bp.post("/routine/<int:form_id>/note")
@requires(Permission.DUTY_RECORD_LOG)
def note_routine_result(form_id: int) -> ResponseReturnValue:
    """Take note of the result, or object to it."""
    actor, form = current_actor(), NoteForm()
    if not form.validate_on_submit():
        raise Refused("异议不能超过 500 字")
    assessment, _ = queries.own_form(actor, form_id)
    note_result(assessment, objection=form.objection.data or "", actor=actor)
    db.session.commit()
    flash("异议已提交，由确定等次以外的人员答复" if assessment.objection else "已确认知悉", "success")
    return redirect(url_for("duty_eval.my_routine_form", form_id=form_id), 303)


@bp.get("/routine/review")
@requires(Permission.REVIEW_OPEN)
def routine_review() -> ResponseReturnValue:
    """The forms of the actor's people that are not decided yet: summary, numbers, grade and comment in one list."""
    return _review_page({})


@bp.post("/routine/review/what-if")
@requires(Permission.REVIEW_OPEN)
def routine_review_what_if() -> ResponseReturnValue:
    """How many 好 would be left with what is chosen; nothing is saved."""
    return _review_page(dict(_chosen()))


@bp.post("/routine/review")
@requires(Permission.REVIEW_OPEN)
def propose_routine_grades() -> ResponseReturnValue:
    """All grades chosen on the page at once; what was left open stays open."""
    actor, done = current_actor(), 0
    for form_id, grade in _chosen():
        assessment = queries.form_to_review(actor, form_id)
        comment = request.form.get(f"comment-{form_id}", "")[:500]
        if (grade, comment.strip()) != (assessment.proposed_grade, assessment.comment):
            propose_routine_grade(assessment, grade, comment=comment, actor=actor)
            done += 1
    db.session.commit()
    flash(f"已提出 {done} 人的建议", "success")
    return redirect(url_for("duty_eval.routine_review"), 303)


@bp.get("/routine/rounds")
@requires(Permission.ROUTINE_READ)
def routine_rounds() -> ResponseReturnValue:
    today = today_in_china()
    return _rounds_page(_round_form(RoundForm(formdata=None, data=last_quarter(today))))


@bp.post("/routine/rounds")
@requires(Permission.ROUTINE_DECIDE)
def open_routine_round() -> ResponseReturnValue:
    form = _round_form(RoundForm())
    if not form.validate_on_submit() or form.first_day.data is None or form.last_day.data is None:
        return _rounds_page(form), 422
    try:
        made = open_round(
            form.unit_id.data,
            name=form.name.data or "",
            first=form.first_day.data,
            last=form.last_day.data,
            actor=current_actor(),
        )
    except DomainError as refused:
        db.session.rollback()
        form.form_errors.append(str(refused))
        return _rounds_page(form), refused.status
    db.session.commit()
    flash("已开展，每个人的小结草稿已由履职纪实生成", "success")
    return redirect(url_for("duty_eval.routine_round", round_id=made.id), 303)


@bp.get("/routine/rounds/<int:round_id>")
@requires(Permission.ROUTINE_READ)
def routine_round(round_id: int) -> ResponseReturnValue:
    """A unit's round: who stands where, and the grades to decide, with the places that are left."""
    return _round_page(round_id, {})


@bp.post("/routine/rounds/<int:round_id>/what-if")
@requires(Permission.ROUTINE_DECIDE)
def routine_round_what_if(round_id: int) -> ResponseReturnValue:
    """How many 好 would be left with what is chosen; nothing is saved."""
    return _round_page(round_id, dict(_chosen()))


@bp.post("/routine/rounds/<int:round_id>")
@requires(Permission.ROUTINE_DECIDE)
def decide_routine_grades(round_id: int) -> ResponseReturnValue:
    """All grades chosen on the page at once, or none of them: one 好 too many refuses the whole."""
    actor, done = current_actor(), 0
    queries.round_of(actor, round_id)
    # The round before its forms: two leaders who decide at once wait for each other here and nowhere else.
    queries.hold_round(round_id)
    settle_long_leave(queries.round_of(actor, round_id).RoutineRound, actor=actor)
    # What gives a place back comes before what takes one.
    for form_id, grade in sorted(_chosen(), key=lambda pair: pair[1] is RoutineGrade.GOOD):
        assessment = queries.form_to_decide(actor, form_id)
        if assessment.round_id == round_id and grade is not assessment.final_grade:
            decide_routine_grade(assessment, grade, reason=request.form.get(f"reason-{form_id}", ""), actor=actor)
            done += 1
    db.session.commit()
    flash(f"已确定 {done} 人的等次，本人会看到结果", "success")
    return redirect(url_for("duty_eval.routine_round", round_id=round_id), 303)


@bp.post("/routine/<int:form_id>/leave-out")
@requires(Permission.ROUTINE_DECIDE)
def leave_out_of_routine(form_id: int) -> ResponseReturnValue:
    """Set down that the person gets no grade in this round, and why."""
    actor, form = current_actor(), LeaveOutForm()
    round_id = queries.round_of_form(actor, form_id, Permission.ROUTINE_DECIDE)
    if not form.validate_on_submit():
        raise Refused("请选择不确定等次的原因并填写说明（不超过 200 字）")
    queries.hold_round(round_id)
    assessment = queries.form_to_decide(actor, form_id)
    leave_out(assessment, form.why.data, note=form.note.data or "", actor=actor)
    db.session.commit()
    flash("已记为不确定等次，不计入“好”等次的基数", "success")
    return redirect(url_for("duty_eval.routine_round", round_id=round_id), 303)


@bp.post("/routine/<int:form_id>/take-in")
@requires(Permission.ROUTINE_DECIDE)
def take_in_to_routine(form_id: int) -> ResponseReturnValue:
    """Let a person who was left out take part after all."""
    actor = current_actor()
    round_id = queries.round_of_form(actor, form_id, Permission.ROUTINE_DECIDE)
    queries.hold_round(round_id)
    take_in(queries.form_to_decide(actor, form_id), reason=request.form.get("reason", "")[:200], actor=actor)
    db.session.commit()
    flash("已恢复参加考核", "success")
    return redirect(url_for("duty_eval.routine_round", round_id=round_id), 303)


@bp.post("/routine/<int:form_id>/take-back")
@requires(Permission.ROUTINE_DECIDE)
def take_back_routine_grade(form_id: int) -> ResponseReturnValue:
    """Undo a decision, with a reason; the grade is to be decided anew."""
    actor = current_actor()
    round_id = queries.round_of_form(actor, form_id, Permission.ROUTINE_DECIDE)
    queries.hold_round(round_id)
    take_back_grade(queries.form_to_decide(actor, form_id), reason=request.form.get("reason", "")[:200], actor=actor)
    db.session.commit()
    flash("已退回，请重新确定等次", "success")
    return redirect(url_for("duty_eval.routine_round", round_id=round_id), 303)


@bp.post("/routine/<int:form_id>/answer")
@requires(Permission.ROUTINE_ANSWER)
def answer_routine_objection(form_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), AnswerForm()
    # The round before its forms, as everywhere: an objection that is upheld gives a place of 好 back.
    queries.hold_round(queries.round_of_form(actor, form_id, Permission.ROUTINE_ANSWER))
    assessment = queries.form_to_decide(actor, form_id, Permission.ROUTINE_ANSWER)
    if not form.validate_on_submit():
        raise Refused("请选择异议是否成立，并填写答复（不超过 500 字）")
    is_upheld = form.is_upheld.data == "yes"
    answer_objection(assessment, form.answer.data or "", is_upheld=is_upheld, actor=actor)
    db.session.commit()
    flash("已答复，等次已退回，请重新确定" if is_upheld else "已答复，本人会看到", "success")
    return redirect(url_for("duty_eval.routine_objections"), 303)


def _form_page(assessment: RoutineAssessment, held: RoutineRound, form: SummaryForm) -> str:
    return render_template(
        "duty_eval/routine/form.html",
        one=assessment,
        round=held,
        form=form,
        note=NoteForm(formdata=None),
        block=blocking([assessment.person_id], held.first_day, held.last_day).get(assessment.person_id),
    )


def _review_page(chosen: dict[int, RoutineGrade]) -> str:
    """With the choices of the page, and how many 好 they would leave; only that number for htmx."""
    rows = db.session.execute(queries.forms_to_review(current_actor()).limit(MOST_AT_ONCE)).all()
    places = queries.places_if(rows, chosen, deciding=False)
    if "HX-Request" in request.headers:
        return render_template("duty_eval/routine/_places.html", places=places)
    return render_template(
        "duty_eval/routine/review.html",
        rows=rows,
        grades=list(RoutineGrade),
        chosen=chosen,
        places=places,
        blocks=queries.blocks_of(rows),
    )


def _round_page(round_id: int, chosen: dict[int, RoutineGrade]) -> str:
    """With the choices of the page, and how many 好 they would leave; only that number for htmx."""
    actor = current_actor()
    row = queries.round_of(actor, round_id)
    rows = db.session.execute(queries.forms_of_round(actor, round_id)).all()
    # What the page has chosen already when it comes: the proposals of those who are not decided yet.
    proposed = {
        one.RoutineAssessment.id: one.RoutineAssessment.proposed_grade
        for one in rows
        if one.RoutineAssessment.proposed_grade and not one.RoutineAssessment.final_grade
        if not one.RoutineAssessment.not_assessed and one.RoutineAssessment.person_id != actor.person_id
        if f"grade-{one.RoutineAssessment.id}" not in request.form
    }
    places = queries.places_if(rows, proposed | chosen, deciding=True)
    if "HX-Request" in request.headers:
        return render_template("duty_eval/routine/_places.html", places=places)
    return render_template(
        "duty_eval/routine/round.html",
        row=row,
        rows=rows,
        names={one.RoutineAssessment.section_id: one.section_name for one in rows},
        grades=list(RoutineGrade),
        reasons=list(NotAssessed),
        chosen=chosen,
        places=places,
        blocks=queries.blocks_of(rows),
        publicities=db.session.execute(publicities_of_round(round_id)).all(),
        objections=db.session.execute(objections_of_round(round_id)).all(),
        left=unsettled(round_id),
    )


def _chosen() -> list[tuple[int, RoutineGrade]]:
    """The grades that the page's lines name: ``grade-17=good``."""
    found = []
    for name, value in request.form.items():
        number = name.removeprefix("grade-")
        grade = RoutineGrade.of_word(value)
        if name.startswith("grade-") and number.isascii() and number.isdigit() and len(number) <= 18 and grade:
            found.append((int(number), grade))
    if len(found) > MOST_AT_ONCE:
        raise Refused(f"一次最多办理 {MOST_AT_ONCE} 人")
    return found


def _round_form(form: RoundForm) -> RoundForm:
    units = db.session.execute(queries.units_to_open(current_actor(), today_in_china())).all()
    form.unit_id.choices = options((row.id, row.name) for row in units)
    return form


def _rounds_page(form: RoundForm) -> str:
    rows = paged(queries.rounds(current_actor()))
    return render_template("duty_eval/routine/rounds.html", form=form, rows=rows)


_COLUMNS: Columns = {
    "科室": "section_name",
    "姓名": "person_name",
    "小结": "RoutineAssessment.summary",
    "建议等次": "RoutineAssessment.proposed_grade",
    "评语": "RoutineAssessment.comment",
    "等次": "RoutineAssessment.final_grade",
    "不定等次原因": "RoutineAssessment.not_assessed",
    "不定等次说明": "RoutineAssessment.not_assessed_note",
    "状态": "RoutineAssessment.routine_state",
}
register_export(
    "duty_eval.routine_round",
    "平时考核情况",
    permission=Permission.ROUTINE_READ,
    columns=_COLUMNS,
    rows=lambda actor, values: queries.forms_of_round(actor, whole_of(values, "round_id")),
    names_people=True,
)
register_export(
    "duty_eval.routine_rounds",
    "平时考核开展情况",
    permission=Permission.ROUTINE_READ,
    columns={
        "单位": "unit_name",
        "名称": "RoutineRound.name",
        "从": "RoutineRound.first_day",
        "到": "RoutineRound.last_day",
        "参加": "people",
        "好等次名额": "RoutineRound.good_places",
        "已定等次": "decided",
    },
    rows=lambda actor, _values: queries.rounds(actor),
)
register_export(
    "duty_eval.routine_review",
    "待审核的平时考核",
    permission=Permission.REVIEW_OPEN,
    columns=_COLUMNS,
    rows=lambda actor, _values: queries.forms_to_review(actor),
)
register_export(
    "duty_eval.my_routine",
    "我的平时考核",
    permission=Permission.DUTY_RECORD_LOG,
    columns={
        "名称": "RoutineRound.name",
        "从": "RoutineRound.first_day",
        "到": "RoutineRound.last_day",
        "小结": "RoutineAssessment.summary",
        "等次": "RoutineAssessment.told_grade",
        "评语": "RoutineAssessment.comment",
    },
    rows=lambda actor, _values: queries.own_forms(actor.person_id or 0),
)

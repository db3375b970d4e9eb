from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from host.kernel.access import current_actor, requires
from host.kernel.answering import refusal
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound
from host.kernel.forms import options, validated
from host.kernel.pages import day, today_in_china
from performance.blueprint import bp
from performance.grading import operations, queries
from performance.grading.forms import DecisionForm, PostingForm, ProposalForm, SettingForm
from performance.grading.models import AnnualAssessment, AnnualGrade
from performance.grading.quotas import allot, quotas_of
from performance.grading.routine import standing_of
from performance.grading.settings import NATIONAL, assessment_day, grading_for, set_grading
from performance.permissions import Permission


@bp.get("/grading")
@requires(Permission.GRADE_READ)
def list_grading_units() -> ResponseReturnValue:
    year = _year()
    key, number = request.args.get("after"), request.args.get("after_id", type=int)
    after = None if key is None or number is None else (key, number)
    units, more = queries.units_after(current_actor(), year, after)
    next_url = None
    if more:
        next_url = url_for("performance.list_grading_units", year=year, after=units[-1][2], after_id=units[-1][0])
    return render_template(
        "performance/grading/list.html",
        year=year,
        units=units,
        next_url=next_url,
        is_first=after is None,
        years=[(one, f"{one} 年") for one in range(today_in_china().year, today_in_china().year - 6, -1)],
        may_set=current_actor().may(Permission.GRADING_EDIT),
    )


@bp.get("/grading/units/<int:unit_id>")
@requires(Permission.GRADE_READ)
def show_grading(unit_id: int) -> ResponseReturnValue:
    actor = current_actor()
    unit, name = queries.unit_of(actor, unit_id, Permission.GRADE_READ)
    year = _year()
    on = assessment_day(year, today_in_china())
    sections = queries.sections_of(unit.id, on)
    chosen = request.args.get("section", type=int) or (sections[0].section_id if sections else None)
    return render_template(
        "performance/grading/unit.html",
        unit=unit,
        unit_name=name,
        year=year,
        quotas=quotas_of(unit.id, year),
        sections=sections,
        chosen=chosen,
        people=queries.people_of(unit.id, chosen, year, on) if chosen else [],
        may_propose=actor.may(Permission.GRADE_PROPOSE),
    )


@bp.get("/grading/units/<int:unit_id>/places")
@requires(Permission.GRADE_READ)
def show_places(unit_id: int) -> ResponseReturnValue:
    """The places left, as the page asks for them every 10 s."""
    unit, _ = queries.unit_of(current_actor(), unit_id, Permission.GRADE_READ)
    year = _year()
    return render_template("performance/grading/_places.html", unit=unit, year=year, quotas=quotas_of(unit.id, year))


@bp.post("/grading/units/<int:unit_id>/count")
@requires(Permission.GRADE_PROPOSE)
def count_places(unit_id: int) -> ResponseReturnValue:
    actor = current_actor()
    unit, _ = queries.unit_of(actor, unit_id, Permission.GRADE_PROPOSE)
    year = _year()
    allot(unit, year=year, today=today_in_china(), actor=actor)
    db.session.commit()
    flash("优秀名额已按现有人员核定", "success")
    return redirect(url_for("performance.show_grading", unit_id=unit_id, year=year), 303)


@bp.get("/grading/units/<int:unit_id>/people/<int:person_id>")
@requires(Permission.GRADE_READ)
def show_assessment(unit_id: int, person_id: int) -> ResponseReturnValue:
    return _show(unit_id, person_id)


@bp.post("/grading/units/<int:unit_id>/people/<int:person_id>")
@requires(Permission.GRADE_PROPOSE)
def propose_grade(unit_id: int, person_id: int) -> ResponseReturnValue:
    actor = current_actor()
    unit, _ = queries.unit_of(actor, unit_id, Permission.GRADE_PROPOSE)
    year = _year()
    row = queries.person_of(unit_id, person_id, year, assessment_day(year, today_in_china()))
    form = ProposalForm()
    form.offer(row.regime)
    if not form.validate_on_submit():
        return _show(unit_id, person_id, form=form), 422
    try:
        operations.propose_grade(
            person_id, unit=unit, year=year, proposal=form.proposal(), today=today_in_china(), actor=actor
        )
    except DomainError as refused:
        db.session.rollback()
        return _show(unit_id, person_id, form=form, refused=str(refused)), refused.status
    db.session.commit()
    flash("等次建议已保存", "success")
    section = request.args.get("section", type=int)
    return redirect(url_for("performance.show_grading", unit_id=unit_id, year=year, section=section), 303)


@bp.post("/grading/assessments/<int:assessment_id>/posting")
@requires(Permission.GRADE_PROPOSE, fresh=True)
def post_excellent(assessment_id: int) -> ResponseReturnValue:
    actor = current_actor()
    assessment = queries.assessment_of(actor, assessment_id, Permission.GRADE_PROPOSE)
    form = PostingForm()
    if not form.validate_on_submit() or form.posted_from.data is None:
        return _show(assessment.unit_id, assessment.person_id, posting=form, year=assessment.year), 422
    try:
        operations.post_excellent(assessment, on=form.posted_from.data, actor=actor)
    except DomainError as refused:
        return _refused(assessment, refused, posting=form)
    db.session.commit()
    flash(f"公示到{day(operations.posting_ends(form.posted_from.data))}结束", "success")
    return _back(assessment.unit_id, assessment.person_id, assessment.year)


@bp.post("/grading/assessments/<int:assessment_id>/decision")
@requires(Permission.GRADE_DECIDE)
def decide_grade(assessment_id: int) -> ResponseReturnValue:
    actor = current_actor()
    assessment = queries.assessment_of(actor, assessment_id, Permission.GRADE_DECIDE)
    form = DecisionForm()
    form.offer(assessment.regime)
    if not form.validate_on_submit():
        return _show(assessment.unit_id, assessment.person_id, decision=form, year=assessment.year), 422
    try:
        operations.decide_grade(assessment, grade=form.chosen(), today=today_in_china(), actor=actor)
    except DomainError as refused:
        return _refused(assessment, refused, decision=form)
    db.session.commit()
    flash("等次已确定", "success")
    return _back(assessment.unit_id, assessment.person_id, assessment.year)


@bp.get("/grading/settings")
@requires(Permission.GRADING_EDIT)
def show_grading_settings() -> ResponseReturnValue:
    return _settings(_setting_form(SettingForm(percent=NATIONAL.ratio * 100, base_includes_ungraded=True)))


@bp.post("/grading/settings")
@requires(Permission.GRADING_EDIT)
def set_grading_setting() -> ResponseReturnValue:
    form = _setting_form(SettingForm())
    status = refusal(
        form,
        lambda: set_grading(
            form.region_id.data,
            form.grading(),
            since=validated(form.since.data),
            reason=form.reason.data or "",
            actor=current_actor(),
        ),
    )
    if status:
        return _settings(form), status
    flash("设置已保存；已核定的名额不变，需要时请重新核定", "success")
    return redirect(url_for("performance.show_grading_settings"), 303)


def _show(
    unit_id: int,
    person_id: int,
    *,
    form: ProposalForm | None = None,
    posting: PostingForm | None = None,
    decision: DecisionForm | None = None,
    refused: str | None = None,
    year: int | None = None,
) -> str:
    actor = current_actor()
    unit, unit_name = queries.unit_of(actor, unit_id, Permission.GRADE_READ)
    year = year or _year()
    on = assessment_day(year, today_in_china())
    row = queries.person_of(unit_id, person_id, year, on)
    assessment = row.AnnualAssessment
    if form is None:
        form = ProposalForm(formdata=None)
        form.grade.data = assessment.proposed_grade.value if assessment and assessment.proposed_grade else ""
        form.comment.data = assessment.comment if assessment else ""
        if assessment and assessment.no_grade_reason:
            form.no_grade_reason.data = assessment.no_grade_reason.value
    form.offer(row.regime)
    decision = decision or DecisionForm(formdata=None)
    decision.offer(row.regime)
    ends = operations.posting_ends(assessment.posted_from) if assessment and assessment.posted_from else None
    return render_template(
        "performance/grading/person.html",
        unit=unit,
        unit_name=unit_name,
        year=year,
        row=row,
        assessment=assessment,
        form=form,
        posting=posting or PostingForm(formdata=None),
        decision=decision,
        refused=refused,
        quotas=quotas_of(unit_id, year),
        posting_ends=ends,
        routine=standing_of(person_id, year, grading_for(unit.region_id, on).routine_gate),
        run_id=queries.newest_score_run(person_id, year),
        is_excellent=bool(assessment and assessment.proposed_grade is AnnualGrade.EXCELLENT),
        may_propose=actor.may(Permission.GRADE_PROPOSE) and actor.person_id != person_id,
        may_decide=actor.may(Permission.GRADE_DECIDE) and actor.person_id != person_id,
    )


def _refused(assessment: AnnualAssessment, refused: DomainError, **forms: Any) -> ResponseReturnValue:
    """The person's page with what was refused and what was filled in."""
    unit_id, person_id, year = assessment.unit_id, assessment.person_id, assessment.year
    db.session.rollback()
    return _show(unit_id, person_id, refused=str(refused), year=year, **forms), refused.status


def _settings(form: SettingForm) -> str:
    return render_template(
        "performance/grading/settings.html",
        form=form,
        settings=queries.settings_of(current_actor(), today_in_china()),
        national=NATIONAL,
    )


def _setting_form(form: SettingForm) -> SettingForm:
    regions = queries.regions_of(current_actor(), Permission.GRADING_EDIT)
    form.region_id.choices = options((row.id, row.name) for row in regions)
    return form


def _back(unit_id: int, person_id: int, year: int) -> ResponseReturnValue:
    return redirect(url_for("performance.show_assessment", unit_id=unit_id, person_id=person_id, year=year), 303)


def _year() -> int:
    """The year of assessment: that of the address, else the running one (until March the one before)."""
    given = request.args.get("year", type=int)
    if given is None:
        today = today_in_china()
        return today.year if today.month > 3 else today.year - 1
    if not 2000 <= given <= 2100:
        raise NotFound
    return given

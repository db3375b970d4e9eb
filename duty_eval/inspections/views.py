from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from basic_info.organization.models import Section
from basic_info.regions.models import Region
from duty_eval.blueprint import bp
from duty_eval.inspections import queries, sheets
from duty_eval.inspections.forms import AddSubjectForm, LineForm, PlanForm, ReasonForm
from duty_eval.inspections.models import Inspection, InspectionState
from duty_eval.inspections.operations import (
    PlanDraft,
    add_line,
    add_subject,
    discard_plan,
    draw_sample,
    edit_plan,
    make_plan,
    remove_line,
    remove_subject,
    start_inspection,
)
from duty_eval.inspections.risks import risk_sources
from duty_eval.inspections.sampling import frame_of, proves_true, sections_in_place
from duty_eval.periods.queries import place_of
from duty_eval.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound, Refused
from host.kernel.forms import options, validated
from host.kernel.pages import today_in_china


@bp.get("/inspections")
@requires(Permission.INSPECTION_READ)
def inspections() -> ResponseReturnValue:
    """The plans that the actor may know of."""
    actor, filters = current_actor(), queries.Filters.of(request.args)
    after = request.args.get("after", "")
    rows = queries.plans(actor, filters)
    if after.isascii() and after.isdigit() and len(after) <= 18:
        rows = rows.where(Inspection.id < int(after))
    found = db.session.execute(rows.limit(queries.PAGE + 1)).all()
    more = found[queries.PAGE - 1].Inspection.id if len(found) > queries.PAGE else None
    return render_template(
        "duty_eval/inspections/list.html",
        rows=found[: queries.PAGE],
        more=more,
        after=after,
        filters=filters,
        states=[(one.value, one.label) for one in InspectionState],
        may_make=actor.may(Permission.INSPECTION_MAKE),
    )


@bp.get("/inspections/new")
@requires(Permission.INSPECTION_MAKE)
def new_inspection() -> ResponseReturnValue:
    today = today_in_china()
    usual = {"starts_on": today, "ends_on": today, "draw_amount": 10, "inspection_method": "on_site"}
    return _plan_page(PlanForm(formdata=None, data=usual | {"subject_kind": "section", "draw_rule": "share"}))


@bp.post("/inspections/new")
@requires(Permission.INSPECTION_MAKE)
def make_inspection() -> ResponseReturnValue:
    form = _with_choices(PlanForm())
    if not form.validate_on_submit():
        return _plan_page(form), 422
    try:
        plan = make_plan(_draft_of(form), actor=current_actor())
    except DomainError as refused:
        return _refused(form, refused)
    db.session.commit()
    flash("计划已建立，请核对检查清单后抽取", "success")
    return _to_plan(plan.id)


@bp.get("/inspections/<int:inspection_id>")
@requires(Permission.INSPECTION_READ)
def inspection(inspection_id: int) -> ResponseReturnValue:
    return _show(inspection_id)


@bp.get("/inspections/<int:inspection_id>/edit")
@requires(Permission.INSPECTION_MAKE)
def edit_inspection_form(inspection_id: int) -> ResponseReturnValue:
    plan = queries.plan_to_make(current_actor(), inspection_id)
    values = {name: getattr(plan, name) for name in ("name", "basis", "starts_on", "ends_on", "draw_amount", "risks")}
    words = {name: getattr(plan, name).value for name in ("inspection_method", "subject_kind", "draw_rule")}
    place = {"place": _place_key(plan), "is_announced": "yes" if plan.is_announced else "no"}
    return _plan_page(PlanForm(formdata=None, data=values | words | place), plan)


@bp.post("/inspections/<int:inspection_id>/edit")
@requires(Permission.INSPECTION_MAKE)
def edit_inspection(inspection_id: int) -> ResponseReturnValue:
    plan = queries.plan_to_make(current_actor(), inspection_id)
    form = _with_choices(PlanForm())
    if not form.validate_on_submit():
        return _plan_page(form, plan), 422
    try:
        edit_plan(plan, _draft_of(form), actor=current_actor())
    except DomainError as refused:
        return _refused(form, refused, plan)
    db.session.commit()
    flash("已保存", "success")
    return _to_plan(plan.id)


@bp.post("/inspections/<int:inspection_id>/discard")
@requires(Permission.INSPECTION_MAKE)
def discard_inspection(inspection_id: int) -> ResponseReturnValue:
    discard_plan(queries.plan_to_make(current_actor(), inspection_id), actor=current_actor())
    db.session.commit()
    flash("草拟的计划已删除", "success")
    return redirect(url_for("duty_eval.inspections"), 303)


@bp.post("/inspections/<int:inspection_id>/lines")
@requires(Permission.INSPECTION_MAKE)
def add_inspection_line(inspection_id: int) -> ResponseReturnValue:
    form = LineForm()
    plan = queries.plan_to_make(current_actor(), inspection_id)
    if not form.validate_on_submit():
        return _show(inspection_id, line_form=form), 422
    line = {"inspection_block": form.inspection_block.data, "text": form.text.data or ""}
    add_line(plan, **line, weight=form.weight.data or 1, actor=current_actor())
    db.session.commit()
    return _to_plan(inspection_id)


@bp.post("/inspections/<int:inspection_id>/lines/<int:line_id>/remove")
@requires(Permission.INSPECTION_MAKE)
def remove_inspection_line(inspection_id: int, line_id: int) -> ResponseReturnValue:
    remove_line(queries.plan_to_make(current_actor(), inspection_id), line_id, actor=current_actor())
    db.session.commit()
    return _to_plan(inspection_id)


@bp.get("/inspections/<int:inspection_id>/draw")
@requires(Permission.INSPECTION_MAKE)
def inspection_draw(inspection_id: int) -> ResponseReturnValue:
    """Before the draw: the strata and how many each would give. After it: the draw made again, to prove it."""
    plan = queries.plan_to_make(current_actor(), inspection_id)
    kept = queries.draw_of(plan.id)
    if kept is None:
        return render_template("duty_eval/inspections/draw.html", plan=plan, strata=frame_of(plan, today_in_china()))
    return render_template("duty_eval/inspections/proof.html", plan=plan, kept=kept, is_true=proves_true(plan, kept))


@bp.post("/inspections/<int:inspection_id>/draw")
@requires(Permission.INSPECTION_MAKE)
def draw_inspection(inspection_id: int) -> ResponseReturnValue:
    plan = queries.plan_to_make(current_actor(), inspection_id)
    draw_sample(plan, day=today_in_china(), actor=current_actor())
    db.session.commit()
    flash("已抽取，种子和抽取框已留存，可随时复核", "success")
    return _to_plan(inspection_id)


@bp.post("/inspections/<int:inspection_id>/start")
@requires(Permission.INSPECTION_MAKE)
def begin_inspection(inspection_id: int) -> ResponseReturnValue:
    plan = queries.plan_to_make(current_actor(), inspection_id)
    start_inspection(plan, today=today_in_china(), actor=current_actor())
    db.session.commit()
    flash("检查已开始，可以登记发现的情况", "success")
    return _to_plan(inspection_id)


@bp.post("/inspections/<int:inspection_id>/subjects")
@requires(Permission.INSPECTION_MAKE)
def add_inspection_subject(inspection_id: int) -> ResponseReturnValue:
    form = AddSubjectForm()
    plan = queries.plan_to_make(current_actor(), inspection_id)
    if not form.validate_on_submit():
        return _show(inspection_id, add_form=form), 422
    section_id, post_id = _chosen(form.chosen.data or "")
    in_place = select(Section.id).where(Section.id == section_id, sections_in_place(plan))
    if db.session.scalar(in_place) is None:
        raise NotFound
    add_subject(plan, section_id=section_id, post_id=post_id, reason=form.reason.data or "", actor=current_actor())
    db.session.commit()
    flash("已补充，原因已留存", "success")
    return _to_plan(inspection_id)


@bp.post("/inspections/<int:inspection_id>/subjects/<int:subject_id>/remove")
@requires(Permission.INSPECTION_MAKE)
def remove_inspection_subject(inspection_id: int, subject_id: int) -> ResponseReturnValue:
    plan, form = queries.plan_to_make(current_actor(), inspection_id), ReasonForm()
    if not form.validate_on_submit():
        raise Refused("移出抽查对象请写明原因，不超过 200 字")
    subject = queries.subject_to_change(plan, subject_id)
    remove_subject(plan, subject, reason=form.reason.data or "", actor=current_actor())
    db.session.commit()
    flash("已移出，原因已留存", "success")
    return _to_plan(inspection_id)


def _show(inspection_id: int, *, line_form: LineForm | None = None, add_form: AddSubjectForm | None = None) -> str:
    actor = current_actor()
    row = queries.plan_row(actor, inspection_id)
    plan = row.Inspection
    words = request.values.get("find", "").strip()[:40]
    found = queries.could_be_added(plan, words) if row.may_make and plan.may_change_sample and words else []
    return render_template(
        "duty_eval/inspections/show.html",
        row=row,
        plan=plan,
        lines=queries.lines_of_inspection(plan.id),
        standing=sheets.standing_of(plan.id),
        requests=sheets.requests_of(actor, plan_id=plan.id),
        subjects=db.session.execute(queries.subjects(actor, plan.id).limit(queries.MOST_SUBJECTS)).all(),
        line_form=line_form or LineForm(formdata=None),
        add_form=add_form or AddSubjectForm(formdata=None),
        reason_form=ReasonForm(formdata=None),
        words=words,
        found=found,
        # Whoever made a plan does not close it.
        closes_others=plan.made_by is None or plan.made_by != actor.account_id,
        today=today_in_china(),
    )


def _plan_page(form: PlanForm, plan: Inspection | None = None) -> str:
    return render_template("duty_eval/inspections/edit.html", form=_with_choices(form), plan=plan)


def _refused(form: PlanForm, refused: DomainError, plan: Inspection | None = None) -> ResponseReturnValue:
    db.session.rollback()
    form.form_errors.append(str(refused))
    return _plan_page(form, plan), refused.status


def _with_choices(form: PlanForm) -> PlanForm:
    form.place.choices = options(queries.places_to_make(current_actor()))
    form.risks.choices = options((one.name, one.label) for one in risk_sources())
    return form


def _draft_of(form: PlanForm) -> PlanDraft:
    place = place_of(form.place.data or "", current_actor(), Permission.INSPECTION_MAKE)
    region = select(Region.id).where(Region.code == place.region_code)
    return PlanDraft(
        name=form.name.data or "",
        basis=form.basis.data or "",
        region_id=db.session.scalar(region) if place.region_code else None,
        unit_id=place.unit_id,
        inspection_method=form.inspection_method.data,
        is_announced=form.is_announced.data == "yes",
        starts_on=validated(form.starts_on.data),
        ends_on=validated(form.ends_on.data),
        subject_kind=form.subject_kind.data,
        draw_rule=form.draw_rule.data,
        draw_amount=form.draw_amount.data or 0,
        risks=form.risks.data or (),
    )


def _place_key(plan: Inspection) -> str:
    if plan.unit_id is not None:
        return f"unit:{plan.unit_id}"
    return f"region:{db.session.scalars(select(Region.code).where(Region.id == plan.region_id)).one()}"


def _chosen(text: str) -> tuple[int, int | None]:
    """``17:`` → (17, None), ``17:4`` → (17, 4). Raises Refused."""
    section, _, post = text.partition(":")
    if not all(one.isascii() and one.isdigit() and len(one) <= 18 for one in (section, post or "0")):
        raise Refused("请重新查找并选择要补充的对象")
    return int(section), int(post) if post else None


def _to_plan(inspection_id: int) -> ResponseReturnValue:
    return redirect(url_for("duty_eval.inspection", inspection_id=inspection_id), 303)

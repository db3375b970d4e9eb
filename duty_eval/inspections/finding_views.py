"""Findings as lists and one by one, and the requests for evidence that sections answer."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.organization.queries import unit_name_map
from duty_eval.blueprint import bp
from duty_eval.evidence.operations import evidence_from
from duty_eval.inspections import queries, sheets
from duty_eval.inspections.asking import answer_request, decide_answer
from duty_eval.inspections.evidence import evidence_of_answers, evidence_of_findings
from duty_eval.inspections.finding import withdraw_finding
from duty_eval.inspections.forms import AnswerForm, DecideForm, ReasonForm
from duty_eval.inspections.models import FindingVerdict, InspectionBlock, InspectionFinding, RequestState, Violation
from duty_eval.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.answering import refusal
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import day_of
from host.kernel.tables.paging import paged


@bp.get("/inspection-findings")
@requires(Permission.INSPECTION_FINDING_READ)
def inspection_findings() -> ResponseReturnValue:
    return _list(sheets.Filters.of(request.args))


@bp.get("/units/<int:unit_id>/inspection-findings")
@requires(Permission.INSPECTION_READ)
def unit_inspection_findings(unit_id: int) -> ResponseReturnValue:
    """What was found in a unit, with the sum of its closed checks."""
    actor = current_actor()
    name = unit_name_map([unit_id], today_in_china()).get(unit_id, "")
    filters = sheets.Filters.of({**request.args, "unit_id": str(unit_id)})
    return _list(filters, unit_id=unit_id, unit_name=name, sums=sheets.results_of_unit(actor, unit_id))


def _list(filters: sheets.Filters, **more: Any) -> ResponseReturnValue:
    after = request.args.get("after", "")
    rows = sheets.findings(current_actor(), filters)
    if after.isascii() and after.isdigit() and len(after) <= 18:
        rows = rows.where(InspectionFinding.id < int(after))
    found = db.session.execute(rows.limit(sheets.PAGE + 1)).all()
    next_key = found[sheets.PAGE - 1].InspectionFinding.id if len(found) > sheets.PAGE else None
    shown = {key: value for key, value in request.args.items() if key != "after"}
    return render_template(
        "duty_eval/inspections/findings.html",
        rows=found[: sheets.PAGE],
        next_url=_here(**shown, after=next_key) if next_key else None,
        after=after,
        own_id=current_actor().person_id,
        may_read_plans=current_actor().may(Permission.INSPECTION_READ),
        filters=filters,
        verdicts=[(one.value, one.label) for one in FindingVerdict],
        blocks=[(one.value, one.label) for one in InspectionBlock],
        violations=[(one.value, one.label) for one in Violation],
        **{"unit_id": None, "unit_name": "", "sums": None, **more},
    )


def _here(**values: Any) -> str:
    assert request.endpoint is not None  # a request that a view answers has one
    return url_for(request.endpoint, **(request.view_args or {}), **values)


@bp.get("/people/<int:person_id>/inspections")
@requires(Permission.INSPECTION_FINDING_READ)
def person_inspections(person_id: int) -> ResponseReturnValue:
    """The results of checks that a person's score counts: of themselves, and of their section or post."""
    today = today_in_china()
    first = day_of(request.args, "from", today.replace(month=1, day=1))
    last = day_of(request.args, "to", today)
    rows = sheets.results_of_person(current_actor(), person_id, first, last)
    return render_template("duty_eval/inspections/person.html", rows=rows, person_id=person_id, first=first, last=last)


@bp.get("/inspection-findings/<int:finding_id>")
@requires(Permission.INSPECTION_FINDING_READ)
def inspection_finding(finding_id: int) -> ResponseReturnValue:
    actor = current_actor()
    row = sheets.finding_row(actor, finding_id)
    return render_template(
        "duty_eval/inspections/finding.html",
        row=row,
        finding=row.InspectionFinding,
        plan=row.Inspection,
        evidence=evidence_of_findings([finding_id]).get(finding_id, []),
        may_read_plan=actor.may(Permission.INSPECTION_READ),
        may_read_record=actor.may(Permission.DUTY_RECORD_READ),
    )


@bp.post("/inspection-findings/<int:finding_id>/withdraw")
@requires(Permission.INSPECTION_MAKE)
def withdraw_inspection_finding(finding_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), ReasonForm()
    if not form.validate_on_submit():
        raise Refused("撤回检查发现请写明原因，不超过 200 字")
    plan = queries.plan_to_fill(actor, sheets.plan_of_finding(finding_id))
    finding = sheets.finding_to_withdraw(plan, finding_id)
    withdraw_finding(plan, finding, reason=form.reason.data or "", actor=actor)
    db.session.commit()
    flash("已撤回，原因已留存", "success")
    return redirect(url_for("duty_eval.inspection_finding", finding_id=finding_id), 303)


@bp.get("/inspection-requests")
@requires(Permission.INSPECTION_READ)
def evidence_requests() -> ResponseReturnValue:
    """The requests for evidence, what is due first in front; those that are over on demand."""
    which = "" if request.args.get("which") == "all" else "open"
    rows = paged(sheets.requests(current_actor(), which=which))
    return render_template(
        "duty_eval/inspections/requests.html", rows=rows, which=which or "all", today=today_in_china()
    )


@bp.get("/inspection-requests/<int:request_id>")
@requires(Permission.INSPECTION_READ)
def evidence_request(request_id: int) -> ResponseReturnValue:
    return _request_page(request_id)


@bp.post("/inspection-requests/<int:request_id>/answer")
@requires(Permission.INSPECTION_ANSWER)
def answer_evidence_request(request_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), AnswerForm()
    asked = sheets.request_to_answer(actor, request_id)

    def act() -> None:
        evidence = evidence_from(request.files.getlist("evidence"), form.link.data or "")
        answer_request(asked, words=form.words.data or "", evidence=evidence, actor=actor)

    if status := refusal(form, act):
        return _request_page(request_id, answer_form=form), status
    flash("已提交，等待检查人员核对", "success")
    return redirect(url_for("duty_eval.evidence_request", request_id=request_id), 303)


@bp.post("/inspection-requests/<int:request_id>/decide")
@requires(Permission.INSPECTION_MAKE)
def decide_evidence_request(request_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), DecideForm()
    asked = sheets.request_to_decide(actor, request_id)
    status = refusal(
        form,
        lambda: decide_answer(
            asked,
            is_accepted=form.verdict.data == "accept",
            note=form.note.data or "",
            limit_workdays=form.limit_workdays.data or 0,
            today=today_in_china(),
            actor=actor,
        ),
    )
    if status:
        return _request_page(request_id, decide_form=form), status
    flash("已采纳" if asked.request_state is RequestState.ACCEPTED else "已要求重新补充", "success")
    return redirect(url_for("duty_eval.evidence_request", request_id=request_id), 303)


def _request_page(
    request_id: int, *, answer_form: AnswerForm | None = None, decide_form: DecideForm | None = None
) -> str:
    row = sheets.request_row(current_actor(), request_id)
    answers = sheets.answers_of(request_id)
    return render_template(
        "duty_eval/inspections/request.html",
        row=row,
        asked=row.EvidenceRequest,
        plan=row.Inspection,
        answers=answers,
        evidence=evidence_of_answers([one.id for one in answers]),
        answer_form=answer_form or AnswerForm(formdata=None),
        decide_form=decide_form or DecideForm(formdata=None),
        today=today_in_china(),
    )

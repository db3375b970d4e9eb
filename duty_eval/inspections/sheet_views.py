"""The sheet of one subject: verdicts, findings, what is asked back; and the closing of a plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.evidence.operations import Evidence, evidence_from
from duty_eval.inspections import queries, sheets
from duty_eval.inspections.asking import ask_evidence
from duty_eval.inspections.closing import close_inspection
from duty_eval.inspections.evidence import evidence_of_findings
from duty_eval.inspections.finding import (
    Found,
    Judgement,
    judge_lines,
    note_absence,
    note_duty,
    note_record,
)
from duty_eval.inspections.forms import AbsenceForm, DutyFindingForm, FindingForm, RecordFindingForm, RequestForm
from duty_eval.inspections.models import FindingVerdict, Inspection, InspectionSubject, Violation
from duty_eval.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.answering import refusal
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.forms import ChineseForm, options, validated
from host.kernel.pages import today_in_china

#: Lines that one submission of a sheet may hold.
MOST_LINES = 200


@bp.get("/inspections/<int:inspection_id>/subjects/<int:subject_id>")
@requires(Permission.INSPECTION_READ)
def inspection_subject(inspection_id: int, subject_id: int) -> ResponseReturnValue:
    """The sheet: verdicts and findings for all who may know of the subject, with forms for the makers."""
    return _sheet(inspection_id, subject_id)


@bp.post("/inspections/<int:inspection_id>/subjects/<int:subject_id>/verdicts")
@requires(Permission.INSPECTION_MAKE)
def judge_inspection_lines(inspection_id: int, subject_id: int) -> ResponseReturnValue:
    """All verdicts chosen on the sheet; with ``rest`` the lines left open have no problem."""
    plan, subject = _held(inspection_id, subject_id)
    chosen = _judgements(plan)
    judge_lines(plan, subject, chosen, actor=current_actor())
    db.session.commit()
    flash("已保存", "success")
    return _to_sheet(inspection_id, subject_id)


@bp.post("/inspections/<int:inspection_id>/subjects/<int:subject_id>/duties")
@requires(Permission.INSPECTION_MAKE)
def note_inspected_duty(inspection_id: int, subject_id: int) -> ResponseReturnValue:
    plan, subject = _held(inspection_id, subject_id)
    form = DutyFindingForm()
    form.about.choices = options(sheets.duties_of(subject, today_in_china()))

    def note() -> None:
        kind, _, number = (form.about.data or "").partition(":")
        about = {"post_duty_id" if kind == "duty" else "function_id": int(number)}
        violation = Violation.of_word(form.violation.data) if form.violation.data else None
        note_duty(plan, subject, _found(form, violation), **about, actor=current_actor())

    return _noted(plan, subject, form, note, "duty_form")


@bp.post("/inspections/<int:inspection_id>/subjects/<int:subject_id>/records")
@requires(Permission.INSPECTION_MAKE)
def note_inspected_record(inspection_id: int, subject_id: int) -> ResponseReturnValue:
    plan, subject = _held(inspection_id, subject_id)
    form = RecordFindingForm()

    def note() -> None:
        record = sheets.record_to_note(subject, *_record_key(form.record.data or ""))
        note_record(plan, subject, _found(form), record=record, actor=current_actor())

    return _noted(plan, subject, form, note, "record_form")


@bp.post("/inspections/<int:inspection_id>/subjects/<int:subject_id>/absences")
@requires(Permission.INSPECTION_MAKE)
def note_inspected_absence(inspection_id: int, subject_id: int) -> ResponseReturnValue:
    plan, subject = _held(inspection_id, subject_id)
    form = AbsenceForm()
    people = sheets.whereabouts(subject, form.day.data or _day(plan))
    form.person_id.choices = options((row.person_id, row.name) for row in people)

    def note() -> None:
        person_id, day = form.person_id.data, validated(form.day.data)
        note_absence(plan, subject, _found(form), person_id=person_id, day=day, actor=current_actor())

    return _noted(plan, subject, form, note, "absence_form")


@bp.post("/inspections/<int:inspection_id>/subjects/<int:subject_id>/requests")
@requires(Permission.INSPECTION_MAKE)
def ask_inspected_section(inspection_id: int, subject_id: int) -> ResponseReturnValue:
    plan, subject = _held(inspection_id, subject_id)
    form = RequestForm()
    form.finding_id.choices = _finding_choices(subject)

    def ask() -> None:
        ask_evidence(
            plan,
            subject,
            text=form.text.data or "",
            limit_workdays=form.limit_workdays.data or 0,
            finding_id=form.finding_id.data or None,
            today=today_in_china(),
            actor=current_actor(),
        )

    return _noted(plan, subject, form, ask, "request_form", done="已要求补证，科室会在待办中看到")


@bp.post("/inspections/<int:inspection_id>/close")
@requires(Permission.INSPECTION_CLOSE)
def finish_inspection(inspection_id: int) -> ResponseReturnValue:
    plan = queries.plan_to_close(current_actor(), inspection_id)
    close_inspection(plan, today=today_in_china(), actor=current_actor())
    db.session.commit()
    flash("已办结，检查结果可以用于考核", "success")
    return redirect(url_for("duty_eval.inspection", inspection_id=inspection_id), 303)


def _held(inspection_id: int, subject_id: int) -> tuple[Inspection, InspectionSubject]:
    plan = queries.plan_to_fill(current_actor(), inspection_id)
    return plan, sheets.subject_to_fill(plan, subject_id)


def _noted(
    plan: Inspection,
    subject: InspectionSubject,
    form: ChineseForm,
    act: Callable[[], None],
    name: str,
    *,
    done: str = "已登记",
) -> ResponseReturnValue:
    """Do what the form asks, or show the sheet again with what is to be mended."""
    plan_id, subject_id = plan.id, subject.id
    if isinstance(form, FindingForm):
        form.line_id.choices = _line_choices(queries.lines_of_inspection(plan_id))
    if status := refusal(form, act):
        return _sheet(plan_id, subject_id, **{name: form}), status
    flash(done, "success")
    return _to_sheet(plan_id, subject_id)


def _sheet(inspection_id: int, subject_id: int, **forms: Any) -> str:
    actor = current_actor()
    row = queries.plan_row(actor, inspection_id)
    plan, one = row.Inspection, sheets.subject_row(actor, inspection_id, subject_id)
    subject = one.InspectionSubject
    found = sheets.findings_of_subject(actor, subject_id)
    fills = row.may_make and plan.inspection_state.value == "under_way" and subject.removed_at is None
    day = _day(plan)
    lines = queries.lines_of_inspection(plan.id)
    return render_template(
        "duty_eval/inspections/sheet.html",
        row=row,
        plan=plan,
        one=one,
        subject=subject,
        lines=lines,
        verdicts=list(FindingVerdict),
        judged={f.InspectionFinding.line_id: f.InspectionFinding for f in found if _is_line_verdict(f)},
        found=[f for f in found if not _is_line_verdict(f)],
        evidence=evidence_of_findings([f.InspectionFinding.id for f in found]),
        requests=sheets.requests_of(actor, plan_id=plan.id, subject_id=subject_id),
        fills=fills,
        today=today_in_china(),
        day=day,
        **(_to_fill(subject, day, lines, forms) if fills else {}),
    )


def _to_fill(subject: InspectionSubject, day: date, lines: Any, forms: dict[str, Any]) -> dict[str, Any]:
    """What only those see who fill the sheet in."""
    people = sheets.whereabouts(subject, day)
    made: dict[str, Any] = {
        "duty_form": DutyFindingForm(formdata=None),
        "record_form": RecordFindingForm(formdata=None),
        "absence_form": AbsenceForm(formdata=None, data={"day": day}),
        "request_form": RequestForm(formdata=None),
        **forms,
    }
    for name in ("duty_form", "record_form", "absence_form"):
        made[name].line_id.choices = _line_choices(lines)
    made["duty_form"].about.choices = options(sheets.duties_of(subject, today_in_china()))
    made["absence_form"].person_id.choices = options((one.person_id, one.name) for one in people)
    made["request_form"].finding_id.choices = _finding_choices(subject)
    return {
        **made,
        "people": people,
        "is_registered_away": sheets.is_registered_away,
        "records": sheets.records_of_day(subject, day),
        "is_workday": load_workdays().is_workday(day),
    }


def _is_line_verdict(row: Any) -> bool:
    finding = row.InspectionFinding
    about = (finding.post_duty_id, finding.function_id, finding.record_id, finding.absent_on)
    return all(one is None for one in about) and finding.withdrawn_at is None


def _line_choices(lines: Any) -> Any:
    return options((line.id, line.text) for line in lines)


def _finding_choices(subject: InspectionSubject) -> Any:
    found = sheets.findings_of_subject(current_actor(), subject.id)
    standing = [row.InspectionFinding for row in found if row.InspectionFinding.withdrawn_at is None]
    problems = [one for one in standing if one.finding_verdict is FindingVerdict.PROBLEM]
    return options([(0, "不针对某一条"), *((one.id, one.words[:40]) for one in problems)])


def _found(form: FindingForm, violation: Violation | None = None) -> Found:
    return Found(line_id=form.line_id.data, words=form.words.data or "", violation=violation, evidence=_evidence(form))


def _evidence(form: Any) -> Evidence:
    return evidence_from(request.files.getlist("evidence"), form.link.data or "")


def _judgements(plan: Inspection) -> dict[int, Judgement]:
    """``verdict-17=problem`` and ``words-17=…``; with ``rest=ok`` also the lines that have no verdict yet."""
    chosen: dict[int, Judgement] = {}
    rest_is_ok = request.form.get("rest") == "ok"
    for line in queries.lines_of_inspection(plan.id)[:MOST_LINES]:
        verdict = FindingVerdict.of_word(request.form.get(f"verdict-{line.id}", ""))
        words = request.form.get(f"words-{line.id}", "")
        if verdict is not None:
            chosen[line.id] = Judgement(verdict=verdict, words=words)
        elif rest_is_ok:
            chosen[line.id] = Judgement(verdict=FindingVerdict.OK)
    return chosen


def _record_key(text: str) -> tuple[int, date]:
    number, _, day = text.partition(":")
    try:
        return int(number[:18]), date.fromisoformat(day)
    except ValueError:
        raise Refused("请重新选择履职纪实") from None


def _day(plan: Inspection) -> date:
    """The day that the sheet looks at: as the address says, else today or the nearest day of the plan."""
    try:
        return date.fromisoformat(request.values.get("day", ""))
    except ValueError:
        return min(max(today_in_china(), plan.starts_on), plan.ends_on)


def _to_sheet(inspection_id: int, subject_id: int) -> ResponseReturnValue:
    return redirect(url_for("duty_eval.inspection_subject", inspection_id=inspection_id, subject_id=subject_id), 303)

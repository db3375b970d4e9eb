"""Granted leave within reach, month by month, and its correction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.absences import queries
from duty_eval.absences.correcting import correct_absence, revoke_absence
from duty_eval.absences.forms import CorrectForm, RevokeForm
from duty_eval.absences.models import Absence, AbsenceState
from duty_eval.absences.views import ABSENCE_COLUMNS
from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.records.forms import day_of
from host.kernel.access import current_actor, requires
from host.kernel.answering import refusal
from host.kernel.forms import validated
from host.kernel.pages import day as day_words
from host.kernel.pages import month as month_words
from host.kernel.pages import today_in_china
from host.kernel.partitions import first_of_month
from host.kernel.tables.exports import register_export
from host.kernel.tables.paging import paged

#: Months to choose from: a year back, and leave that is granted ahead.
_MONTHS = range(3, -13, -1)


@bp.get("/absences/granted")
@requires(Permission.ABSENCE_DECIDE)
def granted_absences() -> ResponseReturnValue:
    """What was granted in a month, with what was corrected since."""
    month = _month(request.args)
    months = [first_of_month(today_in_china(), plus=plus) for plus in _MONTHS]
    return render_template(
        "duty_eval/absences/granted.html",
        rows=paged(queries.granted(current_actor(), month, first_of_month(month, plus=1))),
        month=month,
        month_options=[(one.isoformat(), month_words(one)) for one in sorted({*months, month}, reverse=True)],
    )


@bp.get("/absences/<int:absence_id>/correct")
@requires(Permission.ABSENCE_DECIDE)
def correct_absence_form(absence_id: int) -> ResponseReturnValue:
    absence = queries.granted_absence(current_actor(), absence_id).Absence
    return _page(absence_id, _as_it_is(absence), RevokeForm(formdata=None, prefix="revoke-"))


@bp.post("/absences/<int:absence_id>/correct")
@requires(Permission.ABSENCE_DECIDE)
def correct_granted_absence(absence_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), CorrectForm()
    absence = queries.absence_to_decide(actor, absence_id)
    revoke = RevokeForm(formdata=None, prefix="revoke-")
    made: list[Absence] = []

    def act() -> None:
        made.append(
            correct_absence(
                absence,
                form.absence_kind.data,
                validated(form.first.data),
                validated(form.last.data),
                is_half=bool(form.is_half.data),
                half_part=form.half,
                reason=form.reason.data or "",
                actor=actor,
            )
        )

    return _do(
        absence,
        act,
        form,
        lambda: _page(absence_id, form, revoke),
        lambda: f"已更正，原登记保留，本人会收到通知{_with_records(made[0], absence)}",
    )


@bp.post("/absences/<int:absence_id>/revoke")
@requires(Permission.ABSENCE_DECIDE)
def revoke_granted_absence(absence_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), RevokeForm(prefix="revoke-")
    absence = queries.absence_to_decide(actor, absence_id)
    correct = _as_it_is(absence)
    return _do(
        absence,
        lambda: revoke_absence(absence, reason=form.reason.data or "", actor=actor),
        form,
        lambda: _page(absence_id, correct, form),
        lambda: "已作废，这些日子恢复为应填写的工作日，本人会收到通知",
    )


def _do(
    absence: Absence,
    act: Callable[[], object],
    form: CorrectForm | RevokeForm,
    page: Callable[[], str],
    done: Callable[[], str],
) -> ResponseReturnValue:
    """Back to the month of the absence once ``act`` is done, or the ``page`` with the words of the refusal."""
    if status := refusal(form, act):
        return page(), status
    flash(done(), "success")
    return redirect(url_for("duty_eval.granted_absences", month=first_of_month(absence.first).isoformat()), 303)


def _with_records(new: Absence, old: Absence) -> str:
    """What is there already on days that the leave now takes in, as the end of a sentence."""
    days = sorted({one.worked_on for one in queries.records_on(new, besides=old)})
    if not days:
        return ""
    return f"；{'、'.join(day_words(one, short=True) for one in days)}已有纪实，已提示审核人"


def _page(absence_id: int, form: CorrectForm, revoke: RevokeForm) -> str:
    row = queries.granted_absence(current_actor(), absence_id)
    return render_template(
        "duty_eval/absences/correct.html",
        one=row.Absence,
        is_granted=row.Absence.absence_state is AbsenceState.CONFIRMED,
        person_name=row.person_name,
        section_name=row.section_name,
        earlier=queries.earlier_versions(row.Absence),
        form=form,
        revoke=revoke,
    )


def _as_it_is(absence: Absence) -> CorrectForm:
    facts = {"first": absence.first, "last": absence.last, "is_half": absence.is_half}
    facts |= {"half_part": absence.half_part.value if absence.half_part else ""}
    return CorrectForm(formdata=None, data={"absence_kind": absence.absence_kind.value, **facts})


def _month(values: Mapping[str, str]) -> date:
    return first_of_month(day_of(values, "month", today_in_china()))


register_export(
    "duty_eval.granted_absences",
    "已确认的请假出差",
    permission=Permission.ABSENCE_DECIDE,
    columns={
        "科室": "section_name",
        "姓名": "person_name",
        **ABSENCE_COLUMNS,
        "更正人": "Absence.corrected_by_name",
        "更正原因": "Absence.correction_reason",
    },
    rows=lambda actor, values: queries.granted(actor, _month(values), first_of_month(_month(values), plus=1)),
)

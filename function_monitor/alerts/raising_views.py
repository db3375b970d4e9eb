"""The form that makes an alert of a gap."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from basic_info.api import GAPS, Gap
from function_monitor.alerts.evidence import evidence_of
from function_monitor.alerts.forms import RaiseForm
from function_monitor.alerts.gap_rules import LEVELS
from function_monitor.alerts.raising import gap_in_reach, raise_of_gap
from function_monitor.blueprint import bp
from function_monitor.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import AnyRow, db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china


@bp.get("/gaps/<gap>/<int:thing_id>/alert")
@requires(Permission.ALERT_RAISE)
def raise_alert_form(gap: str, thing_id: int) -> ResponseReturnValue:
    kind = _gap(gap)
    return _page(kind, gap_in_reach(kind, thing_id, today_in_china(), current_actor()), RaiseForm(formdata=None))


@bp.post("/gaps/<gap>/<int:thing_id>/alert")
@requires(Permission.ALERT_RAISE)
def raise_alert(gap: str, thing_id: int) -> ResponseReturnValue:
    """Make an alert of the gap; where one stands it stays the only one."""
    kind, day, actor = _gap(gap), today_in_china(), current_actor()
    row, form = gap_in_reach(kind, thing_id, day, actor), RaiseForm()
    if not form.validate_on_submit():
        return _page(kind, row, form), 422
    alert, is_new = raise_of_gap(kind, thing_id, reason=form.reason.data or "", day=day, actor=actor)
    db.session.commit()
    if is_new:
        flash(f"已转为预警 {alert.alert_no}，由发生的单位或科室签收、整改", "success")
    else:
        flash(f"这一处已有未销号的预警 {alert.alert_no}，没有重复产生")
    return redirect(url_for("basic_info.unit_coverage", unit_id=row.unit_id, gap=kind.value), 303)


def _gap(word: str) -> Gap:
    gap = GAPS.get(word)
    if gap is None:
        raise NotFound
    return gap


def _page(gap: Gap, row: AnyRow, form: RaiseForm) -> str:
    return render_template(
        "function_monitor/alerts/raise.html",
        gap=gap,
        row=row,
        level=LEVELS[gap],
        evidence=evidence_of(row.subject_kind, row.evidence, current_actor()),
        form=form,
    )

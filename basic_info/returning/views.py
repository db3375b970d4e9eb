from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.breakdown.models import Breakdown
from basic_info.breakdown.queries import shown_breakdown
from basic_info.breakdown.views import breakdown_page
from basic_info.documents.queries import in_reach
from basic_info.duties.queries import require_reach
from basic_info.flowcharts.models import Flowchart
from basic_info.flowcharts.views import chart_page
from basic_info.permissions import Permission
from basic_info.power_lists.models import PowerList
from basic_info.power_lists.views import list_page
from basic_info.returning.forms import ReturnForm
from basic_info.returning.operations import Draft, hand_in_again, return_draft
from host.kernel.access import current_actor, requires
from host.kernel.answering import refusal
from host.kernel.db import db
from host.kernel.errors import NotFound


@bp.post("/units/<int:unit_id>/breakdown/<int:version_no>/return")
@requires(Permission.BREAKDOWN_CONFIRM)
def return_breakdown(unit_id: int, version_no: int) -> ResponseReturnValue:
    actor = current_actor()
    return _returned(
        _breakdown(unit_id, version_no, Permission.BREAKDOWN_CONFIRM),
        url_for("basic_info.show_breakdown", unit_id=unit_id, version=version_no),
        lambda form: breakdown_page(unit_id, actor, version_no=version_no, return_form=form),
    )


@bp.post("/units/<int:unit_id>/breakdown/<int:version_no>/hand-in")
@requires(Permission.DUTY_EDIT)
def hand_in_breakdown(unit_id: int, version_no: int) -> ResponseReturnValue:
    form = _breakdown(unit_id, version_no, Permission.DUTY_EDIT)
    return _handed_in(form, url_for("basic_info.show_breakdown", unit_id=unit_id, version=version_no))


@bp.post("/power-lists/<int:list_id>/return")
@requires(Permission.POWER_LIST_CONFIRM)
def return_power_list(list_id: int) -> ResponseReturnValue:
    actor = current_actor()
    power_list = in_reach(PowerList, list_id, Permission.POWER_LIST_CONFIRM, actor)
    return _returned(
        power_list,
        url_for("basic_info.show_power_list", list_id=list_id),
        lambda form: list_page(power_list, actor, return_form=form),
    )


@bp.post("/power-lists/<int:list_id>/hand-in")
@requires(Permission.POWER_LIST_IMPORT)
def hand_in_power_list(list_id: int) -> ResponseReturnValue:
    power_list = in_reach(PowerList, list_id, Permission.POWER_LIST_IMPORT, current_actor())
    return _handed_in(power_list, url_for("basic_info.show_power_list", list_id=list_id))


@bp.post("/flowcharts/<int:chart_id>/return")
@requires(Permission.FLOWCHART_PUBLISH)
def return_flowchart(chart_id: int) -> ResponseReturnValue:
    actor = current_actor()
    return _returned(
        in_reach(Flowchart, chart_id, Permission.FLOWCHART_PUBLISH, actor),
        url_for("basic_info.show_flowchart", chart_id=chart_id),
        lambda form: chart_page(chart_id, actor, return_form=form),
    )


@bp.post("/flowcharts/<int:chart_id>/hand-in")
@requires(Permission.FLOWCHART_IMPORT)
def hand_in_flowchart(chart_id: int) -> ResponseReturnValue:
    chart = in_reach(Flowchart, chart_id, Permission.FLOWCHART_IMPORT, current_actor())
    return _handed_in(chart, url_for("basic_info.show_flowchart", chart_id=chart_id))


def _breakdown(unit_id: int, version_no: int, permission: Permission) -> Breakdown:
    require_reach(unit_id, permission, current_actor())
    form = shown_breakdown(unit_id, version_no)
    if form is None:
        raise NotFound
    return form


def _returned(draft: Draft, page: str, shown: Callable[[ReturnForm], str]) -> ResponseReturnValue:
    """Send it back and show ``page``; what is refused comes back on the draft's own page, as ``shown`` draws it."""
    form, actor = ReturnForm(), current_actor()
    status = refusal(form, lambda: return_draft(draft, reason=form.reason.data or "", actor=actor))
    if status:
        return shown(form), status
    flash("已退回，提交人会在待办和消息里看到原因")
    return redirect(page, 303)


def _handed_in(draft: Draft, page: str) -> ResponseReturnValue:
    hand_in_again(draft, actor=current_actor())
    db.session.commit()
    flash("已重新提交，由另一人核对")
    return redirect(page, 303)

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from function_monitor.blueprint import bp
from function_monitor.cases import queries
from function_monitor.cases.models import CaseState
from function_monitor.paging import page_urls
from function_monitor.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.pages import today_in_china


@bp.get("/cases")
@requires(Permission.CASE_READ)
def list_cases() -> ResponseReturnValue:
    today = today_in_china()
    page = queries.list_cases(
        current_actor(),
        today=today,
        state=CaseState.of_word(request.args.get("state", "")),
        number=request.args.get("number", "").strip(),
        late_only=request.args.get("late") == "1",
        post_duty_id=request.args.get("post_duty_id", type=int),
        power_item_id=request.args.get("power_item_id", type=int),
        after=request.args.get("after", type=int),
    )
    return render_template(
        "function_monitor/cases/list.html",
        page=page,
        states=[(one.value, one.label) for one in CaseState],
        **page_urls(
            "function_monitor.list_cases",
            ("state", "number", "late", "post_duty_id", "power_item_id"),
            next_key=page.next_key,
        ),
    )


@bp.get("/cases/<int:case_id>")
@requires(Permission.CASE_READ)
def show_case(case_id: int) -> ResponseReturnValue:
    row = queries.case_row(current_actor(), case_id)
    return render_template(
        "function_monitor/cases/case.html",
        row=row,
        case=row[0],
        events=queries.events_of(case_id),
        clocks=queries.clocks_of_case(case_id),
        today=today_in_china(),
    )

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from basic_info.api import library_settings
from function_monitor.blueprint import bp
from function_monitor.cases import queries
from function_monitor.cases.models import CaseState, FlowCase
from function_monitor.deadlines import queries as clock_queries
from function_monitor.deadlines import words
from function_monitor.deadlines.counting import Circumstances
from function_monitor.deadlines.models import ClockSuspension
from function_monitor.paging import page_urls
from function_monitor.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.calendar.workdays import load_workdays
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
        suspended_only=request.args.get("late") == "stopped",
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
    actor, today, workdays = current_actor(), today_in_china(), load_workdays()
    row = queries.case_row(actor, case_id)
    held: FlowCase = row[0]
    suspensions = clock_queries.suspensions_of_case(case_id)
    rows: list[ClockSuspension] = [one[0] for one in suspensions]
    about = Circumstances(
        stops=words.stops_of(rows),
        supplement_suspends=bool(held.flowchart and held.flowchart.supplement_suspends),
        hours_per_day=library_settings().hours_per_day,
    )
    return render_template(
        "function_monitor/cases/case.html",
        row=row,
        case=held,
        events=queries.events_of(case_id),
        clocks=[
            words.clock_line(clock, step_name, about, today, workdays)
            for clock, step_name in clock_queries.clocks_of_case(case_id)
        ],
        suspensions=[(one, words.sentence(one[0], today, workdays)) for one in suspensions],
        is_suspended=held.case_state is CaseState.OPEN and any(one.is_open for one in rows),
        extensions=clock_queries.extensions_of_case(case_id),
        uncounted=[words.uncounted_words(one) for one in clock_queries.uncounted_starts(case_id, rows)],
        may={permission.name.lower() for permission in clock_queries.may_there(actor, case_id)},
    )

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from basic_info.blueprint import bp
from basic_info.documents.queries import in_reach, readable
from basic_info.duties.queries import unit_name
from basic_info.flowcharts.models import ChartState, Flowchart
from basic_info.flowcharts.operations import publish_flowchart
from basic_info.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import db


@bp.get("/flowcharts/<int:chart_id>")
@requires(Permission.DUTY_READ)
def show_flowchart(chart_id: int) -> ResponseReturnValue:
    """The drawing and its steps."""
    actor = current_actor()
    chart = readable(select(Flowchart).options(selectinload(Flowchart.steps)), Flowchart, chart_id, actor)
    return render_template(
        "basic_info/flowcharts/show.html",
        chart=chart,
        unit_name=unit_name(chart.unit_id),
        may_publish=chart.chart_state is ChartState.DRAFT and actor.may(Permission.FLOWCHART_IMPORT),
    )


@bp.get("/flowcharts/<int:chart_id>/model")
@requires(Permission.DUTY_READ)
def flowchart_model(chart_id: int) -> ResponseReturnValue:
    """The BPMN document as it came in, for the drawing on the page."""
    chart = readable(select(Flowchart), Flowchart, chart_id, current_actor())
    return Response(chart.model, content_type="application/xml; charset=utf-8")


@bp.post("/flowcharts/<int:chart_id>/publish")
@requires(Permission.FLOWCHART_IMPORT)
def publish_chart(chart_id: int) -> ResponseReturnValue:
    actor = current_actor()
    publish_flowchart(in_reach(Flowchart, chart_id, Permission.FLOWCHART_IMPORT, actor), actor=actor)
    db.session.commit()
    flash("流程图已发布")
    return redirect(url_for("basic_info.show_flowchart", chart_id=chart_id), 303)

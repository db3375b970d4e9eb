from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from basic_info.blueprint import bp
from basic_info.documents.queries import readable
from basic_info.duties.queries import unit_name
from basic_info.flowcharts import queries
from basic_info.flowcharts.models import ChartState, Flowchart, SuspensionKind
from basic_info.permissions import Permission
from basic_info.returning.forms import ReturnForm
from basic_info.returning.operations import may_return
from host.kernel.access import Actor, current_actor, requires


@bp.get("/flowcharts/<int:chart_id>")
@requires(Permission.DUTY_READ)
def show_flowchart(chart_id: int) -> ResponseReturnValue:
    """The drawing and its steps."""
    return chart_page(chart_id, current_actor())


def chart_page(chart_id: int, actor: Actor, *, return_form: ReturnForm | None = None) -> str:
    """The chart with what the actor may do with it; ``return_form``: what was filled in and refused."""
    chart = readable(select(Flowchart).options(selectinload(Flowchart.steps)), Flowchart, chart_id, actor)
    return render_template(
        "basic_info/flowcharts/show.html",
        chart=chart,
        unit_name=unit_name(chart.unit_id),
        may_edit=actor.may(Permission.FLOWCHART_IMPORT),
        may_publish=actor.may(Permission.FLOWCHART_PUBLISH),
        is_draft=chart.chart_state is ChartState.DRAFT,
        saves=queries.saves_of(chart.id) if actor.may(Permission.FLOWCHART_IMPORT) else [],
        may_return=may_return(chart, actor, Permission.FLOWCHART_PUBLISH),
        return_form=return_form or ReturnForm(formdata=None),
        suspension_words={kind.value: kind.label for kind in SuspensionKind},
    )


@bp.get("/flowcharts/<int:chart_id>/model")
@requires(Permission.DUTY_READ)
def flowchart_model(chart_id: int) -> ResponseReturnValue:
    """The BPMN document as it came in, for the drawing on the page."""
    chart = readable(select(Flowchart), Flowchart, chart_id, current_actor())
    return Response(chart.model, content_type="application/xml; charset=utf-8")

"""Drawing a chart in the browser: new, edit, save, check, publish, export."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from lxml import etree
from sqlalchemy import select

from basic_info.blueprint import bp
from basic_info.documents.queries import in_reach, readable
from basic_info.duties.queries import require_reach, unit_name
from basic_info.flowcharts import queries
from basic_info.flowcharts.compiled import compiled
from basic_info.flowcharts.drawing import blank_plan, bpmn_document
from basic_info.flowcharts.editing import draw_flowchart, new_draft, save_draft
from basic_info.flowcharts.errors import ChartNotCheckable, ChartNotDraft, ChartTooLarge, EditedMeanwhile, NotAFlowchart
from basic_info.flowcharts.forms import NewChartForm, PublishForm
from basic_info.flowcharts.models import ChartState, Flowchart, StepKind, SuspensionKind
from basic_info.flowcharts.operations import is_barred_from_publishing, publish_flowchart
from basic_info.flowcharts.parsing import parse_flowchart
from basic_info.flowcharts.parsing.document import MAX_BYTES, read_definitions
from basic_info.permissions import Permission
from basic_info.power_lists.models import LimitUnit
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china


@bp.get("/units/<int:unit_id>/flowcharts/new")
@requires(Permission.FLOWCHART_IMPORT)
def new_chart(unit_id: int) -> ResponseReturnValue:
    require_reach(unit_id, Permission.FLOWCHART_IMPORT, current_actor())
    return _new_page(unit_id, NewChartForm(formdata=None))


@bp.post("/units/<int:unit_id>/flowcharts/new")
@requires(Permission.FLOWCHART_IMPORT)
def draw_chart(unit_id: int) -> ResponseReturnValue:
    """Begin a chart with its lanes; the editor opens."""
    actor = current_actor()
    require_reach(unit_id, Permission.FLOWCHART_IMPORT, actor)
    form = NewChartForm()
    form.power_item_id.choices = _items(unit_id)
    if not form.validate_on_submit():
        return _new_page(unit_id, form), 422
    name = " ".join((form.name.data or "").split())
    try:
        model = bpmn_document(blank_plan(name, form.lane_names()))
    except ValueError as unprintable:
        raise Refused("名称或岗位中有无法保存的字符，请修改后重新提交") from unprintable
    chart = draw_flowchart(
        unit_id=unit_id,
        name=name,
        power_item_id=int(form.power_item_id.data) if form.power_item_id.data else None,
        model_xml=model,
        supplement_suspends=bool(form.supplement_suspends.data),
        actor=actor,
    )
    db.session.commit()
    return redirect(url_for("basic_info.edit_chart", chart_id=chart.id), 303)


@bp.get("/flowcharts/<int:chart_id>/editor")
@requires(Permission.FLOWCHART_IMPORT)
def edit_chart(chart_id: int) -> ResponseReturnValue:
    chart = _draft(chart_id)
    return render_template(
        "basic_info/flowcharts/editor.html",
        chart=chart,
        unit_name=unit_name(chart.unit_id),
        posts=queries.post_names(chart.unit_id, today_in_china()),
        duties=queries.duty_choices(chart.unit_id, today_in_china()),
        called=queries.callable_charts(chart),
        kinds=StepKind,
        units=LimitUnit,
        suspensions=[
            kind for kind in SuspensionKind if chart.supplement_suspends or kind is not SuspensionKind.SUPPLEMENT
        ],
    )


@bp.post("/flowcharts/<int:chart_id>/editor")
@requires(Permission.FLOWCHART_IMPORT)
def save_chart(chart_id: int) -> ResponseReturnValue:
    """Keep the drawing sent as the file ``model``; 409 with the differences when somebody saved since ``revision``."""
    chart = _draft(chart_id)
    revision = request.form.get("revision", "")
    upload = request.files.get("model")
    if upload is None or not (revision.isascii() and revision.isdigit() and len(revision) < 10):
        raise Refused("没有收到图，请刷新页面后重试")
    data = upload.stream.read(MAX_BYTES + 1)
    parsed = parse_flowchart(data)
    model = etree.tostring(read_definitions(data), encoding="unicode")
    try:
        save_draft(chart, parsed, model_xml=model, revision=int(revision), actor=current_actor())
    except EditedMeanwhile as meanwhile:
        db.session.rollback()
        body = {"code": 409, "message": str(meanwhile), "revision": meanwhile.revision}
        return jsonify(**body, differences=meanwhile.differences), 409
    db.session.commit()
    return jsonify(revision=chart.revision, reasons=parsed.reasons)


@bp.get("/flowcharts/<int:chart_id>/file")
@requires(Permission.DUTY_READ)
def export_chart(chart_id: int) -> ResponseReturnValue:
    """The BPMN file with the details of the steps."""
    chart = readable(select(Flowchart), Flowchart, chart_id, current_actor())
    return _download(queries.file_of(chart), f"{chart.name}-第{chart.version_no}版.bpmn")


@bp.get("/flowcharts/<int:chart_id>/saves/<int:revision>")
@requires(Permission.FLOWCHART_IMPORT)
def saved_chart(chart_id: int, revision: int) -> ResponseReturnValue:
    """One save of a draft as a file: what somebody wrote over is not lost."""
    chart = in_reach(Flowchart, chart_id, Permission.FLOWCHART_IMPORT, current_actor())
    model = queries.DECLARATION + queries.saved_model(chart.id, revision)
    return _download(model.encode(), f"{chart.name}-第{chart.version_no}版-保存{revision}.bpmn")


@bp.post("/flowcharts/<int:chart_id>/draft")
@requires(Permission.FLOWCHART_IMPORT)
def draft_chart(chart_id: int) -> ResponseReturnValue:
    """The next version, begun as a copy."""
    actor = current_actor()
    chart = new_draft(in_reach(Flowchart, chart_id, Permission.FLOWCHART_IMPORT, actor), actor=actor)
    db.session.commit()
    return redirect(url_for("basic_info.edit_chart", chart_id=chart.id), 303)


@bp.get("/flowcharts/<int:chart_id>/publish")
@requires(Permission.FLOWCHART_PUBLISH)
def check_chart(chart_id: int) -> ResponseReturnValue:
    """What stands against publishing, by name, or the form to publish."""
    return _publish_page(
        _draft(chart_id, Permission.FLOWCHART_PUBLISH), PublishForm(formdata=None, on=today_in_china())
    )


@bp.post("/flowcharts/<int:chart_id>/publish")
@requires(Permission.FLOWCHART_PUBLISH)
def publish_chart(chart_id: int) -> ResponseReturnValue:
    chart = _draft(chart_id, Permission.FLOWCHART_PUBLISH)
    form = PublishForm()
    if not form.validate_on_submit():
        return _publish_page(chart, form), 422
    publish_flowchart(chart, on=form.on.data, actor=current_actor())
    db.session.commit()
    flash("流程图已发布", "success")
    return redirect(url_for("basic_info.show_flowchart", chart_id=chart_id), 303)


def _publish_page(chart: Flowchart, form: PublishForm) -> str:
    reasons: list[str] = []
    states = None
    try:
        parsed = parse_flowchart(chart.model.encode())
        reasons += parsed.reasons
        if not reasons:
            states = compiled(chart).size
    except (ChartNotCheckable, ChartTooLarge, NotAFlowchart) as against:
        reasons.append(str(against))
    return render_template(
        "basic_info/flowcharts/publish.html",
        chart=chart,
        unit_name=unit_name(chart.unit_id),
        reasons=reasons,
        states=states,
        form=form,
        is_barred=is_barred_from_publishing(chart, current_actor()),
        may_edit=current_actor().may(Permission.FLOWCHART_IMPORT),
    )


def _new_page(unit_id: int, form: NewChartForm) -> str:
    form.power_item_id.choices = _items(unit_id)
    return render_template("basic_info/flowcharts/new.html", form=form, unit_id=unit_id, unit_name=unit_name(unit_id))


def _items(unit_id: int) -> list[Any]:
    return [("", "不对应权责事项"), *queries.item_choices(unit_id)]


def _draft(chart_id: int, permission: Permission = Permission.FLOWCHART_IMPORT) -> Flowchart:
    chart = in_reach(Flowchart, chart_id, permission, current_actor())
    if chart.chart_state is not ChartState.DRAFT:
        raise ChartNotDraft
    return chart


def _download(data: bytes, name: str) -> Response:
    answer = Response(data, content_type="application/xml; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename=\"flowchart.bpmn\"; filename*=UTF-8''{quote(name)}"
    return answer

"""The public pages, which need no account, and the office's page that opens them."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.catalogue import queries
from basic_info.catalogue.operations import close_catalogue, open_catalogue
from basic_info.duties.queries import require_reach
from basic_info.flowcharts.models import Flowchart
from basic_info.flowcharts.public import public_model
from basic_info.permissions import Permission
from basic_info.power_lists.models import PowerKind
from host.kernel.access import current_actor, public, requires
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china


@bp.get("/catalogue")
@public
def catalogue() -> ResponseReturnValue:
    """The units that are open; while there is none, there is no such page."""
    if not queries.is_any_open():
        raise NotFound
    words = request.args.get("q", "").strip()[:50]
    page = queries.open_units(day=today_in_china(), words=words, after=request.args.get("after", type=int))
    return render_template("basic_info/catalogue/units.html", page=page, q=words, today=today_in_china())


@bp.get("/catalogue/<code>")
@public
def catalogue_unit(code: str) -> ResponseReturnValue:
    unit = queries.open_unit(code, day=today_in_china())
    kind, words = PowerKind.of_word(request.args.get("kind", "")), request.args.get("q", "").strip()[:50]
    items, next_after = queries.items_of(
        unit.list_id, kind=kind, words=words, after=request.args.get("after", 0, type=int)
    )
    return render_template(
        "basic_info/catalogue/items.html",
        unit=unit,
        items=items,
        next_after=next_after,
        kinds=queries.counts_by_kind(unit.list_id),
        kind=kind,
        q=words,
    )


@bp.get("/catalogue/<code>/<int:item_id>")
@public
def catalogue_item(code: str, item_id: int) -> ResponseReturnValue:
    unit = queries.open_unit(code, day=today_in_china())
    item = queries.item_of(unit.list_id, item_id)
    return render_template(
        "basic_info/catalogue/item.html",
        unit=unit,
        item=item,
        handled_by=queries.handling_names(item_id),
        charts=db.session.scalars(queries.published_charts(item_id)).all(),
    )


@bp.get("/catalogue/<code>/<int:item_id>/flowcharts/<int:chart_id>")
@public
def catalogue_chart(code: str, item_id: int, chart_id: int) -> ResponseReturnValue:
    """The BPMN document of an item's published flowchart, for the drawing on the page."""
    unit = queries.open_unit(code, day=today_in_china())
    item = queries.item_of(unit.list_id, item_id)
    chart = db.session.scalar(queries.published_charts(item.id).where(Flowchart.id == chart_id))
    if chart is None:
        raise NotFound
    return Response(public_model(chart.model), content_type="application/xml; charset=utf-8")


@bp.get("/catalogue-opening")
@requires(Permission.CATALOGUE_OPEN)
def catalogue_opening() -> ResponseReturnValue:
    """Which units are open, with a button for each."""
    words = request.args.get("q", "").strip()[:50]
    page = queries.units_of_office(
        current_actor(), day=today_in_china(), words=words, after=request.args.get("after", type=int)
    )
    return render_template("basic_info/catalogue/opening.html", page=page, q=words, is_open=queries.is_any_open())


@bp.post("/catalogue-opening/<int:unit_id>")
@requires(Permission.CATALOGUE_OPEN)
def set_catalogue_opening(unit_id: int) -> ResponseReturnValue:
    actor = current_actor()
    require_reach(unit_id, Permission.CATALOGUE_OPEN, actor)
    if request.form.get("open") == "1":
        open_catalogue(unit_id, actor=actor)
        flash("已向社会公开", "success")
    else:
        close_catalogue(unit_id, actor=actor)
        flash("已停止公开", "success")
    db.session.commit()
    return redirect(url_for("basic_info.catalogue_opening", q=request.args.get("q") or None), 303)

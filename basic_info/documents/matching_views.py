"""Pages where a person says which section or post of the register a name in a document means (R54)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from basic_info.blueprint import bp
from basic_info.documents import matching_queries
from basic_info.documents.forms import MatchForm
from basic_info.documents.matching_queries import Choices, MatchRow
from basic_info.documents.queries import in_reach
from basic_info.flowcharts.models import Flowchart, FlowStep
from basic_info.flowcharts.operations import match_step
from basic_info.mandates.models import Mandate, MandateClause
from basic_info.mandates.operations import match_section
from basic_info.permissions import Permission
from basic_info.power_lists.models import PowerList
from basic_info.power_lists.operations import match_handling
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china


@bp.get("/mandates/<int:mandate_id>/sections")
@requires(Permission.MANDATE_IMPORT)
def mandate_sections(mandate_id: int) -> ResponseReturnValue:
    return _mandate_page(_mandate(mandate_id), MatchForm(formdata=None))


@bp.post("/mandates/<int:mandate_id>/sections")
@requires(Permission.MANDATE_IMPORT)
def match_mandate_section(mandate_id: int) -> ResponseReturnValue:
    mandate, form = _mandate(mandate_id), MatchForm()
    form.target.choices = matching_queries.section_choices(mandate.unit_id, today_in_china())
    if not form.validate_on_submit():
        return _mandate_page(mandate, form), 422
    key = form.key.data or ""
    clause = db.session.get(MandateClause, int(key)) if key.isdecimal() and len(key) < 19 else None
    if clause is None:
        raise NotFound
    match_section(mandate, clause, section_id=form.target.data, actor=current_actor())
    db.session.commit()
    flash("已对应到登记的科室", "success")
    return redirect(url_for("basic_info.mandate_sections", mandate_id=mandate_id), 303)


@bp.get("/power-lists/<int:list_id>/handling")
@requires(Permission.POWER_LIST_IMPORT)
def handling_names(list_id: int) -> ResponseReturnValue:
    return _list_page(_power_list(list_id), MatchForm(formdata=None))


@bp.post("/power-lists/<int:list_id>/handling")
@requires(Permission.POWER_LIST_IMPORT)
def match_handling_name(list_id: int) -> ResponseReturnValue:
    power_list, form = _power_list(list_id), MatchForm()
    form.target.choices = matching_queries.section_choices(power_list.unit_id, today_in_china())
    if not form.validate_on_submit():
        return _list_page(power_list, form), 422
    count = match_handling(power_list, form.key.data or "", section_id=form.target.data, actor=current_actor())
    db.session.commit()
    flash(f"已对应 {count} 项", "success")
    return redirect(url_for("basic_info.handling_names", list_id=list_id), 303)


@bp.get("/flowcharts/<int:chart_id>/posts")
@requires(Permission.FLOWCHART_IMPORT)
def chart_posts(chart_id: int) -> ResponseReturnValue:
    return _chart_page(_chart(chart_id), MatchForm(formdata=None))


@bp.post("/flowcharts/<int:chart_id>/posts")
@requires(Permission.FLOWCHART_IMPORT)
def match_lane(chart_id: int) -> ResponseReturnValue:
    """Every step of the lane is done by the post."""
    chart, form = _chart(chart_id), MatchForm()
    form.target.choices = matching_queries.post_choices(chart.unit_id, today_in_china())
    if not form.validate_on_submit():
        return _chart_page(chart, form), 422
    steps = db.session.scalars(
        select(FlowStep).where(FlowStep.flowchart_id == chart_id, FlowStep.lane_name == form.key.data)
    ).all()
    if not steps:
        raise NotFound
    for step in steps:
        match_step(chart, step, post_id=form.target.data, actor=current_actor())
    db.session.commit()
    flash(f"已对应 {len(steps)} 个环节", "success")
    return redirect(url_for("basic_info.chart_posts", chart_id=chart_id), 303)


def _mandate_page(mandate: Mandate, form: MatchForm) -> str:
    return _page(
        "对应内设机构",
        matching_queries.sections_named_by(mandate.id),
        matching_queries.section_choices(mandate.unit_id, today_in_china()),
        form,
        back=(url_for("basic_info.show_mandate", mandate_id=mandate.id), "「三定」规定"),
    )


def _list_page(power_list: PowerList, form: MatchForm) -> str:
    return _page(
        "对应承办机构",
        matching_queries.handling_names_of(power_list.id),
        matching_queries.section_choices(power_list.unit_id, today_in_china()),
        form,
        back=(url_for("basic_info.show_power_list", list_id=power_list.id), f"{power_list.year} 年权责清单"),
    )


def _chart_page(chart: Flowchart, form: MatchForm) -> str:
    return _page(
        "对应岗位",
        matching_queries.lanes_of(chart.id),
        matching_queries.post_choices(chart.unit_id, today_in_china()),
        form,
        back=(url_for("basic_info.show_flowchart", chart_id=chart.id), chart.name),
    )


def _page(title: str, rows: Sequence[MatchRow], choices: Choices, form: MatchForm, *, back: tuple[str, str]) -> str:
    """``back`` is the address and the title of the paper."""
    return render_template(
        "basic_info/duties/matching.html", title=title, rows=rows, choices=choices, form=form, back=back
    )


def _mandate(mandate_id: int) -> Mandate:
    return in_reach(Mandate, mandate_id, Permission.MANDATE_IMPORT, current_actor())


def _power_list(list_id: int) -> PowerList:
    return in_reach(PowerList, list_id, Permission.POWER_LIST_IMPORT, current_actor())


def _chart(chart_id: int) -> Flowchart:
    return in_reach(Flowchart, chart_id, Permission.FLOWCHART_IMPORT, current_actor())

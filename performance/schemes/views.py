from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from basic_info.regions.models import Region, RegionVersion
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound
from host.kernel.forms import options
from host.kernel.pages import CHINA_TIME
from host.kernel.tables.paging import paged
from performance.blueprint import bp
from performance.permissions import Permission
from performance.schemes import operations
from performance.schemes.errors import SchemeNameTaken
from performance.schemes.forms import CopyForm, IndicatorForm, NewSchemeForm
from performance.schemes.models import DataSource, Indicator, IndicatorScheme, RuleKind
from performance.schemes.queries import indicators_of, readable_schemes, regions_within, scheme_of
from performance.schemes.rules import read_rule
from performance.schemes.wholeness import branches, shortfalls
from performance.scoring.explaining import rule_words
from performance.scoring.measures import MEASURES


@bp.get("/schemes")
@requires(Permission.SCHEME_READ)
def list_schemes() -> ResponseReturnValue:
    form = _new_form(current_actor())
    form.year.data = datetime.now(CHINA_TIME).year
    return _list(form)


@bp.post("/schemes")
@requires(Permission.SCHEME_EDIT)
def create_scheme() -> ResponseReturnValue:
    actor = current_actor()
    form = _new_form(actor)
    if not form.validate_on_submit():
        return _list(form), 422
    create = operations.default_scheme if form.content.data == "default" else operations.create_scheme
    try:
        scheme = create(form.region_id.data, year=form.year.data or 0, name=(form.name.data or "").strip(), actor=actor)
    except SchemeNameTaken as taken:
        db.session.rollback()
        form.name.errors = [str(taken)]
        return _list(form), taken.status
    db.session.commit()
    return redirect(url_for("performance.show_scheme", scheme_id=scheme.id), 303)


@bp.get("/schemes/<int:scheme_id>")
@requires(Permission.SCHEME_READ)
def show_scheme(scheme_id: int) -> ResponseReturnValue:
    return _show(scheme_of(current_actor(), scheme_id))


@bp.post("/schemes/<int:scheme_id>/publish")
@requires(Permission.SCHEME_EDIT, fresh=True)
def publish_scheme(scheme_id: int) -> ResponseReturnValue:
    scheme = _editable(scheme_id)
    try:
        operations.publish_scheme(scheme, actor=current_actor())
    except DomainError as refused:
        return _show(scheme, refused=str(refused)), refused.status
    db.session.commit()
    flash("已发布，现在可以计分", "success")
    return redirect(url_for("performance.show_scheme", scheme_id=scheme_id), 303)


@bp.post("/schemes/<int:scheme_id>/archive")
@requires(Permission.SCHEME_EDIT)
def archive_scheme(scheme_id: int) -> ResponseReturnValue:
    operations.archive_scheme(_editable(scheme_id), actor=current_actor())
    db.session.commit()
    flash("已归档", "success")
    return redirect(url_for("performance.show_scheme", scheme_id=scheme_id), 303)


@bp.post("/schemes/<int:scheme_id>/copy")
@requires(Permission.SCHEME_EDIT)
def copy_scheme(scheme_id: int) -> ResponseReturnValue:
    scheme = scheme_of(current_actor(), scheme_id, permission=Permission.SCHEME_EDIT)
    form = CopyForm()
    if not form.validate_on_submit():
        return _show(scheme, copy_form=form), 422
    try:
        copied = operations.copy_scheme(
            scheme, year=form.year.data or 0, name=(form.name.data or "").strip(), actor=current_actor()
        )
    except SchemeNameTaken as taken:
        db.session.rollback()
        form.name.errors = [str(taken)]
        return _show(scheme_of(current_actor(), scheme_id), copy_form=form), taken.status
    db.session.commit()
    flash("已复制为草稿，可以修改", "success")
    return redirect(url_for("performance.show_scheme", scheme_id=copied.id), 303)


@bp.get("/schemes/<int:scheme_id>/indicators/new")
@requires(Permission.SCHEME_EDIT)
def new_indicator(scheme_id: int) -> ResponseReturnValue:
    scheme = scheme_of(current_actor(), scheme_id, permission=Permission.SCHEME_EDIT)
    form = _indicator_form(scheme)
    if request.args.get("under", type=int):
        form.parent_id.data = request.args.get("under", type=int)
    return _indicator_page(scheme, form)


@bp.post("/schemes/<int:scheme_id>/indicators")
@requires(Permission.SCHEME_EDIT)
def add_indicator(scheme_id: int) -> ResponseReturnValue:
    scheme = _editable(scheme_id)
    form = _indicator_form(scheme)
    if form.validate_on_submit():
        parent = _part(scheme, form.parent_id.data) if form.parent_id.data else None
        try:
            operations.add_indicator(scheme, parent=parent, actor=current_actor(), **_content(form))
        except DomainError as refused:
            form.form_errors.append(str(refused))
        else:
            db.session.commit()
            return redirect(url_for("performance.show_scheme", scheme_id=scheme_id), 303)
    return _indicator_page(scheme, form), 422


@bp.get("/schemes/<int:scheme_id>/indicators/<int:indicator_id>")
@requires(Permission.SCHEME_EDIT)
def show_indicator(scheme_id: int, indicator_id: int) -> ResponseReturnValue:
    scheme = scheme_of(current_actor(), scheme_id, permission=Permission.SCHEME_EDIT)
    indicator = _part(scheme, indicator_id)
    form = _indicator_form(scheme)
    form.show(indicator)
    return _indicator_page(scheme, form, indicator)


@bp.post("/schemes/<int:scheme_id>/indicators/<int:indicator_id>")
@requires(Permission.SCHEME_EDIT)
def edit_indicator(scheme_id: int, indicator_id: int) -> ResponseReturnValue:
    scheme = _editable(scheme_id)
    indicator = _part(scheme, indicator_id)
    form = _indicator_form(scheme)
    if form.validate_on_submit():
        try:
            operations.edit_indicator(scheme, indicator, actor=current_actor(), **_content(form))
        except DomainError as refused:
            form.form_errors.append(str(refused))
        else:
            db.session.commit()
            return redirect(url_for("performance.show_scheme", scheme_id=scheme_id), 303)
    return _indicator_page(scheme, form, indicator), 422


@bp.post("/schemes/<int:scheme_id>/indicators/<int:indicator_id>/remove")
@requires(Permission.SCHEME_EDIT)
def remove_indicator(scheme_id: int, indicator_id: int) -> ResponseReturnValue:
    scheme = _editable(scheme_id)
    operations.remove_indicator(scheme, _part(scheme, indicator_id), actor=current_actor())
    db.session.commit()
    return redirect(url_for("performance.show_scheme", scheme_id=scheme_id), 303)


def _indicator_page(scheme: IndicatorScheme, form: IndicatorForm, indicator: Indicator | None = None) -> str:
    others = [one for one in indicators_of(scheme.id) if indicator is None or one.id != indicator.id]
    return render_template(
        "performance/schemes/indicator.html",
        scheme=scheme,
        form=form,
        indicator=indicator,
        taken={str(group.parent_id or 0): str(group.total) for group in branches(others)},
    )


def _editable(scheme_id: int) -> IndicatorScheme:
    return scheme_of(current_actor(), scheme_id, permission=Permission.SCHEME_EDIT, to_change=True)


def _part(scheme: IndicatorScheme, indicator_id: int) -> Indicator:
    found = db.session.scalar(select(Indicator).where(Indicator.id == indicator_id, Indicator.scheme_id == scheme.id))
    if found is None:
        raise NotFound
    return found


def _list(form: NewSchemeForm) -> str:
    actor = current_actor()
    return render_template(
        "performance/schemes/list.html",
        schemes=paged(readable_schemes(actor)),
        form=form,
        may_edit=actor.may(Permission.SCHEME_EDIT),
    )


def _show(scheme: IndicatorScheme, *, refused: str | None = None, copy_form: CopyForm | None = None) -> str:
    indicators = indicators_of(scheme.id)
    actor = current_actor()
    if copy_form is None:
        copy_form = CopyForm(formdata=None, year=scheme.year + 1, name=scheme.name)
    return render_template(
        "performance/schemes/show.html",
        scheme=scheme,
        indicators=indicators,
        rules={one.id: _words_of(one) for one in indicators},
        copy_form=copy_form,
        refused=refused,
        branches=branches(indicators),
        shortfalls=[str(one) for one in shortfalls(indicators)],
        may_edit=actor.may(Permission.SCHEME_EDIT),
        may_run=actor.may(Permission.RUN_START),
    )


def _words_of(indicator: Indicator) -> str:
    if indicator.rule_kind is None or indicator.data_source is None:
        return ""
    rule = read_rule(indicator.rule_kind, indicator.rule)
    return rule_words(indicator.rule_kind, rule, MEASURES[indicator.data_source])


def _new_form(actor: Actor) -> NewSchemeForm:
    form = NewSchemeForm()
    form.region_id.choices = options(
        (row.id, row.name)
        for row in db.session.execute(
            select(Region.id, RegionVersion.name)
            .join(RegionVersion, RegionVersion.region_id == Region.id)
            .where(
                regions_within(actor, Permission.SCHEME_EDIT),
                RegionVersion.superseded_at.is_(None),
                RegionVersion.valid.contains(func.current_date()),
                func.length(Region.code) == 6,
            )
            .order_by(Region.code)
        )
    )
    return form


def _indicator_form(scheme: IndicatorScheme) -> IndicatorForm:
    form = IndicatorForm()
    heads = [one for one in indicators_of(scheme.id) if one.rule_kind is None and one.level < 3]
    form.parent_id.choices = options([(0, "无（一级指标）"), *((head.id, head.name) for head in heads)])
    return form


def _content(form: IndicatorForm) -> dict[str, Any]:
    kind, source = form.rule_kind.data, form.data_source.data
    return {
        "name": form.name.data,
        "weight": form.weight.data,
        "rule_kind": next((one for one in RuleKind if one.value == kind), None),
        "data_source": next((one for one in DataSource if one.value == source), None),
        "rule": form.rule() if kind else None,
    }

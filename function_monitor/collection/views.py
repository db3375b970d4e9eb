from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from basic_info.regions.models import Region
from function_monitor.blueprint import bp
from function_monitor.collection import operations, queries
from function_monitor.collection.forms import SourceForm, SystemForm
from function_monitor.collection.models import BusinessSystem, QuarantineState
from function_monitor.collection.schemas import ALL_FIELDS
from function_monitor.paging import page_urls
from function_monitor.permissions import Permission
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.errors import Refused


@bp.get("/sources")
@requires(Permission.SOURCE_EDIT)
def list_sources() -> ResponseReturnValue:
    return _sources()


@bp.post("/systems")
@requires(Permission.SOURCE_EDIT)
def create_system() -> ResponseReturnValue:
    """Register a system and show its key, this once."""
    actor = current_actor()
    form = _system_form(actor)
    if not form.validate_on_submit():
        return _sources(system_form=form), 422
    if db.session.scalar(select(BusinessSystem.id).where(BusinessSystem.code == form.code.data)):
        form.code.errors = ["该代码已被使用"]
        return _sources(system_form=form), 422
    region = db.session.get_one(Region, form.region_id.data)
    system = operations.create_system(region, code=form.code.data or "", name=form.name.data or "", actor=actor)
    return _with_key(system, actor)


@bp.post("/systems/<int:system_id>/key")
@requires(Permission.SOURCE_EDIT)
def issue_key(system_id: int) -> ResponseReturnValue:
    actor = current_actor()
    return _with_key(queries.system_of(actor, system_id), actor)


@bp.post("/systems/<int:system_id>/switch")
@requires(Permission.SOURCE_EDIT)
def switch_system(system_id: int) -> ResponseReturnValue:
    actor = current_actor()
    system = queries.system_of(actor, system_id)
    operations.switch_system(system, is_on=request.form.get("is_on") == "1", actor=actor)
    db.session.commit()
    flash("已启用" if system.is_on else "已停用")
    return redirect(url_for("function_monitor.list_sources"), 303)


@bp.post("/sources")
@requires(Permission.SOURCE_EDIT)
def create_source() -> ResponseReturnValue:
    actor = current_actor()
    form = _source_form(actor)
    if not form.validate_on_submit():
        return _sources(source_form=form), 422
    try:
        operations.create_source(
            queries.system_of(actor, form.system_id.data),
            name=form.name.data or "",
            folder=form.folder.data or "",
            pattern=form.pattern.data or "",
            mapping=form.chosen,
            actor=actor,
        )
    except Refused as refused:
        form.form_errors.append(str(refused))
        return _sources(source_form=form), 422
    db.session.commit()
    flash("已保存，下一次采集时读取")
    return redirect(url_for("function_monitor.list_sources"), 303)


@bp.get("/quarantine")
@requires(Permission.QUARANTINE_RESOLVE)
def quarantine() -> ResponseReturnValue:
    actor = current_actor()
    sieve = queries.Sieve.of(request.args)
    page = queries.quarantine(actor, sieve, after=request.args.get("after", type=int))
    reasons = queries.quarantine_reasons(actor, sieve)
    return render_template(
        "function_monitor/collection/quarantine.html",
        page=page,
        sieve=sieve,
        state=sieve.state,
        reasons=reasons,
        total=sum(row.rows for row in reasons if not sieve.reason or row.reason == sieve.reason),
        states=[(one.value, one.label) for one in QuarantineState],
        fields=ALL_FIELDS,
        now=datetime.now(UTC),
        **page_urls("function_monitor.quarantine", ("state", "reason", "file"), next_key=page.next_key),
    )


@bp.post("/quarantine/chosen")
@requires(Permission.QUARANTINE_RESOLVE)
def resolve_chosen() -> ResponseReturnValue:
    """Take the chosen rows again, or leave them out, together."""
    actor = current_actor()
    ids = [int(text) for text in request.form.getlist("chosen")[: queries.PAGE] if text.isascii() and text.isdigit()]
    if not ids:
        raise Refused("请先勾选要处理的行")
    rows = queries.chosen_waiting(actor, ids)
    if request.form.get("act") == "dismiss":
        for row in rows:
            operations.dismiss_row(row, actor=actor)
        words = f"已将 {len(rows)} 行标为不予采集"
    else:
        taken = sum(1 for row in rows if not operations.retry_row(row, actor=actor).reason)
        words = f"已采集 {taken} 行" + (f"，{len(rows) - taken} 行仍不能采集，原因见各行" if taken < len(rows) else "")
    db.session.commit()
    flash(words, "success")
    kept: dict[str, Any] = {name: request.form.get(name) or None for name in ("reason", "file")}
    return redirect(url_for("function_monitor.quarantine", **kept), 303)


@bp.post("/quarantine/<int:row_id>/retry")
@requires(Permission.QUARANTINE_RESOLVE)
def retry_row(row_id: int) -> ResponseReturnValue:
    actor = current_actor()
    taken = operations.retry_row(queries.quarantined(actor, row_id), actor=actor)
    db.session.commit()
    flash(f"仍不能采集：{taken.reason}" if taken.reason else "已采集")
    return redirect(url_for("function_monitor.quarantine"), 303)


@bp.post("/quarantine/<int:row_id>/dismiss")
@requires(Permission.QUARANTINE_RESOLVE)
def dismiss_row(row_id: int) -> ResponseReturnValue:
    actor = current_actor()
    operations.dismiss_row(queries.quarantined(actor, row_id), actor=actor)
    db.session.commit()
    flash("已标为不予采集")
    return redirect(url_for("function_monitor.quarantine"), 303)


def _with_key(system: BusinessSystem, actor: Actor) -> str:
    """The page that shows a new key: the only time it can be seen, so it is rendered and not redirected to."""
    key = operations.issue_key(system, actor=actor)
    db.session.commit()
    return render_template("function_monitor/collection/key.html", system=system, key=key)


def _sources(**forms: Any) -> str:
    actor = current_actor()
    return render_template(
        "function_monitor/collection/sources.html",
        systems=queries.systems(actor),
        sources=queries.sources(actor),
        files=queries.recent_files(actor),
        system_form=forms.get("system_form") or _system_form(actor, blank=True),
        source_form=forms.get("source_form") or _source_form(actor, blank=True),
    )


def _system_form(actor: Actor, *, blank: bool = False) -> SystemForm:
    form = SystemForm(formdata=None) if blank else SystemForm()
    form.region_id.choices = queries.region_choices(actor)
    return form


def _source_form(actor: Actor, *, blank: bool = False) -> SourceForm:
    form = SourceForm(formdata=None) if blank else SourceForm()
    form.system_id.choices = [(one.id, one.name) for one in queries.systems(actor)]
    return form

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from basic_info.organization.scope import reaches_every_unit
from function_monitor.alerts import operations, queries
from function_monitor.alerts.errors import BadThreshold
from function_monitor.alerts.evaluating import Trial, rules_in_order, would_fire
from function_monitor.alerts.evidence import evidence_lines
from function_monitor.alerts.forms import NoteForm, RectifyForm, RuleForm
from function_monitor.alerts.models import Alert, AlertLevel, AlertRule, AlertState, StepKind
from function_monitor.alerts.rules import RULES
from function_monitor.blueprint import bp
from function_monitor.ladder.forecast import forecast
from function_monitor.ladder.queries import notices_with_names
from function_monitor.paging import page_urls
from function_monitor.permissions import Permission
from host.kernel.access import Actor, current_actor, requires
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted
from host.kernel.files.kinds import FileKind
from host.kernel.files.operations import store_upload
from host.kernel.files.subjects import register_subject
from host.kernel.pages import CHINA_TIME, today_in_china

#: Nothing was recorded before.
FIRST_TRIAL = date(2000, 1, 1)


@bp.get("/alerts")
@requires(Permission.ALERT_READ)
def alert_desk() -> ResponseReturnValue:
    filters = queries.Filters.of(request.args)
    page = queries.desk(current_actor(), filters, after=request.args.get("after", type=int))
    counts = queries.count_by_level(current_actor(), filters)
    return render_template(
        "function_monitor/alerts/desk.html",
        page=page,
        counts=counts,
        total=counts[filters.level] if filters.level else sum(counts.values()),
        now=datetime.now(CHINA_TIME),
        filters=filters,
        names_people=queries.names_people(current_actor()),
        rules=rules_in_order(),
        levels=[(one.value, one.label) for one in AlertLevel],
        states=[(one.value, one.label) for one in AlertState],
        **page_urls("function_monitor.alert_desk", ("level", "state", "rule", "which"), next_key=page.next_key),
    )


@bp.get("/alerts/<int:alert_id>")
@requires(Permission.ALERT_READ)
def show_alert(alert_id: int) -> ResponseReturnValue:
    return _show(alert_id)


@bp.post("/alerts/<int:alert_id>/acknowledge")
@requires(Permission.ALERT_HANDLE)
def acknowledge_alert(alert_id: int) -> ResponseReturnValue:
    actor = current_actor()
    operations.acknowledge(queries.locked(actor, alert_id, Permission.ALERT_HANDLE), actor=actor)
    return _done(alert_id, "已签收，请整改后提交情况")


@bp.post("/alerts/<int:alert_id>/rectify")
@requires(Permission.ALERT_HANDLE)
def rectify_alert(alert_id: int) -> ResponseReturnValue:
    actor = current_actor()
    alert = queries.locked(actor, alert_id, Permission.ALERT_HANDLE)
    form = RectifyForm()
    if not form.validate_on_submit():
        return _show(alert_id, rectify_form=form), 422
    upload = form.evidence.data
    file = (
        store_upload(upload, subject=f"alert:{alert.id}", allowed=tuple(FileKind), actor=actor)
        if upload and upload.filename
        else None
    )
    operations.rectify(alert, done=form.done.data or "", actor=actor, file_id=file.id if file else None)
    return _done(alert_id, "已提交，等待他人核验")


@bp.post("/alerts/<int:alert_id>/verify")
@requires(Permission.ALERT_VERIFY)
def verify_alert(alert_id: int) -> ResponseReturnValue:
    return _with_note(
        alert_id,
        Permission.ALERT_VERIFY,
        lambda alert, note, actor: operations.verify(alert, finding=note, actor=actor),
    )


@bp.post("/alerts/<int:alert_id>/reopen")
@requires(Permission.ALERT_VERIFY)
def reopen_alert(alert_id: int) -> ResponseReturnValue:
    return _with_note(
        alert_id, Permission.ALERT_VERIFY, lambda alert, note, actor: operations.reopen(alert, reason=note, actor=actor)
    )


@bp.post("/alerts/<int:alert_id>/false-alarm")
@requires(Permission.ALERT_VERIFY)
def call_alert_false(alert_id: int) -> ResponseReturnValue:
    return _with_note(
        alert_id,
        Permission.ALERT_VERIFY,
        lambda alert, note, actor: operations.call_false(alert, reason=note, actor=actor),
    )


@bp.post("/alerts/<int:alert_id>/close")
@requires(Permission.ALERT_CLOSE)
def close_alert(alert_id: int) -> ResponseReturnValue:
    actor = current_actor()
    alert = queries.locked(actor, alert_id, Permission.ALERT_CLOSE)
    operations.close(alert, on=today_in_china(), actor=actor)
    return _done(alert_id, "已销号")


@bp.get("/rules")
@requires(Permission.RULE_READ)
def list_rules() -> ResponseReturnValue:
    """The rules as they are set; with ``?try=<rule>`` also how often one would have fired with other numbers."""
    try:
        return _rules(tried=_try())
    except BadThreshold as refused:
        return _rules(refused=str(refused)), 422


def _try() -> Trial | None:
    """试算: the rule, day and thresholds of the address (R130). Raises BadThreshold."""
    rule = next((one for one in rules_in_order() if one.id == request.args.get("try", type=int)), None)
    if rule is None:
        return None
    asked = {name: value.strip() for name, value in request.args.items() if name in rule.params}
    params = operations.checked_params(rule, asked)
    day = _trial_day(request.args.get("day", ""))
    return Trial(rule_id=rule.id, day=day, params=params, count=would_fire(rule, day, params=params))


@bp.post("/rules/<int:rule_id>")
@requires(Permission.RULE_EDIT)
def edit_rule(rule_id: int) -> ResponseReturnValue:
    if not reaches_every_unit(current_actor(), Permission.RULE_EDIT):
        raise NotPermitted("规则全市统一，只能由管理全市的编办人员修改")
    rule = db.session.scalars(select(AlertRule).where(AlertRule.id == rule_id).with_for_update()).one_or_none()
    if rule is None:
        raise NotFound
    form = RuleForm()
    if not form.validate_on_submit():
        return _rules(), 422
    try:
        params = {name: value.strip() for name, value in request.form.items() if name in rule.params}
        operations.edit_rule(rule, params={**rule.params, **params}, is_on=bool(form.is_on.data), actor=current_actor())
    except BadThreshold as refused:
        db.session.rollback()
        return _rules(refused=str(refused)), 422
    db.session.commit()
    flash("已保存，下次评估按新的阈值")
    return redirect(url_for("function_monitor.list_rules"), 303)


def _trial_day(text: str) -> date:
    today = today_in_china()
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        raise BadThreshold("试算日期：应为日期") from None
    if not FIRST_TRIAL <= day <= today:
        raise BadThreshold(f"试算日期：应在 {FIRST_TRIAL.year} 年以后，不晚于今天")
    return day


def _rules(refused: str = "", tried: Trial | None = None) -> str:
    today = today_in_china()
    rules = rules_in_order()
    return render_template(
        "function_monitor/alerts/rules.html",
        rules=rules,
        known=RULES,
        open_counts=queries.count_by_rule(current_actor()),
        may_edit=reaches_every_unit(current_actor(), Permission.RULE_EDIT),
        refused=refused,
        tried=tried,
        today=today,
    )


def _with_note(
    alert_id: int, permission: Permission, operation: Callable[[Alert, str, Actor], None]
) -> ResponseReturnValue:
    actor = current_actor()
    alert = queries.locked(actor, alert_id, permission)
    form = NoteForm()
    if not form.validate_on_submit():
        return _show(alert_id, note_form=form), 422
    operation(alert, form.note.data or "", actor)
    return _done(alert_id, "已保存")


def _done(alert_id: int, words: str) -> ResponseReturnValue:
    db.session.commit()
    flash(words)
    return redirect(url_for("function_monitor.show_alert", alert_id=alert_id), 303)


def _show(alert_id: int, **forms: Any) -> str:
    actor = current_actor()
    row = queries.alert_row(actor, alert_id)
    alert: Alert = row[0]
    there = queries.may_there(actor, alert_id)
    steps = {step for step in operations.possible_steps(alert, actor) if operations.WAYS[step][2] in there}
    return render_template(
        "function_monitor/alerts/alert.html",
        row=row,
        alert=alert,
        evidence=evidence_lines(alert, actor),
        history=queries.history(alert),
        notices=notices_with_names(alert_id),
        forecast=forecast(alert_id, today=today_in_china(), workdays=load_workdays()),
        steps={step.value for step in steps},
        next_words=_NEXT.get(alert.alert_state, "这条预警已办结，不用再做什么。"),
        is_my_turn=bool(steps - {StepKind.FALSE_ALARM, StepKind.REOPENED}),
        note_steps=[step for step in _NOTED if step in steps],
        note_urls={step: url_for(endpoint, alert_id=alert_id) for step, endpoint in _NOTED.items()},
        rectify_form=forms.get("rectify_form") or RectifyForm(formdata=None),
        note_form=forms.get("note_form") or NoteForm(formdata=None),
    )


#: Who does what next, in each open state.
_NEXT = {
    AlertState.PENDING: "下一步：由发生预警的单位或科室签收。",
    AlertState.ACKNOWLEDGED: "下一步：由发生预警的单位或科室整改，提交整改情况和佐证材料。",
    AlertState.REOPENED: "已退回：请按退回说明重新整改后再提交。",
    AlertState.RECTIFIED: "下一步：由编办核验整改情况；提交整改的人不能核验。",
    AlertState.VERIFIED: "下一步：由编办复核人员销号；提交整改和核验的人不能销号。",
}
#: Steps that want words, and where they are sent.
_NOTED = {
    StepKind.VERIFIED: "function_monitor.verify_alert",
    StepKind.REOPENED: "function_monitor.reopen_alert",
    StepKind.FALSE_ALARM: "function_monitor.call_alert_false",
}


def _may_open_evidence(alert_id: int, actor: Actor) -> bool:
    """Evidence opens for those who may read the alert."""
    return db.session.scalar(select(Alert.id).where(Alert.id == alert_id, queries.in_scope(actor))) is not None


register_subject("alert", _may_open_evidence)

"""Stopping, starting and extending the clocks of a case: one form a page, each from the case's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.flowcharts.models import Flowchart, SuspensionKind
from function_monitor.alerts.recounting import recount
from function_monitor.blueprint import bp
from function_monitor.cases.models import FlowCase
from function_monitor.deadlines import queries, suspending, words
from function_monitor.deadlines.extending import approver_of, extend, withdraw_extension
from function_monitor.deadlines.forms import CorrectionForm, ExtensionForm, ResumeForm, SuspensionForm, WhyForm
from function_monitor.deadlines.models import ClockSuspension
from function_monitor.deadlines.signals import follow_signals
from function_monitor.permissions import Permission
from host.kernel.access import Actor, current_actor, requires
from host.kernel.answering import refusal
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.forms import ChineseForm, validated
from host.kernel.pages import day as day_words
from host.kernel.pages import today_in_china


@dataclass(frozen=True, kw_only=True)
class Page:
    """A form, what its page says around it, what it does, and why the case is then counted anew.

    ``why`` is told what ``act`` returned.
    """

    form: ChineseForm
    title: str
    lead: str
    submit: str
    done: str
    act: Callable[[], Any]
    why: Callable[[Any], str]


def of_case(permission: Permission) -> Callable[[Callable[..., Page]], Callable[..., ResponseReturnValue]]:
    """Make the view out of the function that makes its ``Page`` from the case, which ``permission`` must reach.

    It shows the form, or does what it says, counts the case anew and goes back to it.
    """

    def view_of(make: Callable[..., Page]) -> Callable[..., ResponseReturnValue]:
        @wraps(make)
        def view(case_id: int, **ids: int) -> ResponseReturnValue:
            actor = current_actor()
            held = queries.case_for(actor, case_id, permission, is_locked=request.method == "POST")
            page = make(held, **ids)
            if not page.form.is_submitted():
                return _shown(held, page)
            status = refusal(page.form, lambda: _count_anew(held, page.why(page.act()), actor))
            if status:
                return _shown(held, page), status
            flash(page.done, "success")
            return redirect(url_for("function_monitor.show_case", case_id=case_id), 303)

        return view

    return view_of


@bp.route("/cases/<int:case_id>/suspend", methods=["GET", "POST"])
@requires(Permission.CASE_SUSPEND)
@of_case(Permission.CASE_SUSPEND)
def suspend_case(held: FlowCase) -> Page:
    form = SuspensionForm()
    form.offer(_kinds(held))
    return Page(
        form=form,
        title="登记中止计时",
        lead="听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审所需时间不计入办理期限，"
        "应当把所需时间书面告知申请人（行政许可法第四十五条）。"
        "中止日期起不计入法定时限和承诺时限，恢复日期起重新计入。",
        submit="登记中止",
        done="已登记，时限已重新计算",
        act=lambda: suspending.suspend(held, form.draft, today=today_in_china(), actor=current_actor()),
        why=lambda row: f"原因：{day_words(row.from_on)}起因{row.suspension_kind.label}中止计时（{row.paper_no}）。",
    )


@bp.route("/cases/<int:case_id>/suspensions/<int:suspension_id>/resume", methods=["GET", "POST"])
@requires(Permission.CASE_SUSPEND)
@of_case(Permission.CASE_SUSPEND)
def resume_case(held: FlowCase, suspension_id: int) -> Page:
    today = today_in_china()
    row, form = queries.suspension_of(held, suspension_id), ResumeForm(data={"on": today})
    return Page(
        form=form,
        title="登记恢复计时",
        lead=_sentence(row),
        submit="恢复计时",
        done="已恢复计时，时限已重新计算",
        act=lambda: suspending.resume(row, on=validated(form.on.data), today=today, actor=current_actor()),
        why=lambda _: f"原因：{day_words(row.to_on)}恢复计时。",
    )


@bp.route("/cases/<int:case_id>/suspensions/<int:suspension_id>/correct", methods=["GET", "POST"])
@requires(Permission.CASE_SUSPEND)
@of_case(Permission.CASE_SUSPEND)
def correct_suspension(held: FlowCase, suspension_id: int) -> Page:
    row = queries.suspension_of(held, suspension_id)
    form = CorrectionForm(obj=row)
    form.offer(_kinds(held, row.suspension_kind))
    return Page(
        form=form,
        title="更正中止登记",
        lead=f"原登记：{_sentence(row)}更正后原登记留在记录中。",
        submit="保存更正",
        done="已更正，时限已重新计算",
        act=lambda: suspending.correct(
            row, held, form.draft, why=form.why.data or "", today=today_in_china(), actor=current_actor()
        ),
        why=lambda _: f"原因：更正中止登记（{form.why.data}）。",
    )


@bp.route("/cases/<int:case_id>/suspensions/<int:suspension_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.CASE_SUSPEND)
@of_case(Permission.CASE_SUSPEND)
def withdraw_suspension(held: FlowCase, suspension_id: int) -> Page:
    row = queries.suspension_of(held, suspension_id)
    return _withdrawal(
        "撤销中止登记",
        f"{_sentence(row)}撤销后这些日子照常计入时限，到期日会提前；已经超期的会亮灯。",
        lambda why: suspending.withdraw(row, why=why, actor=current_actor()),
    )


@bp.route("/cases/<int:case_id>/clocks/<int:clock_id>/extend", methods=["GET", "POST"])
@requires(Permission.CASE_EXTEND)
@of_case(Permission.CASE_EXTEND)
def extend_clock(held: FlowCase, clock_id: int) -> Page:
    clock, form = queries.clock_to_extend(held, clock_id), ExtensionForm()
    approver = approver_of(clock)
    return Page(
        form=form,
        title="登记延长",
        lead=f"法定到期日 {words.due_words(clock.due_on)}。"
        f"经{approver.label}批准可以延长一次，最多 {approver.most_days} 日，"
        "并应当把延长的理由告知申请人（行政许可法第四十二条）。承诺时限不随之延长。",
        submit="登记延长",
        done="已登记延长，时限已重新计算",
        act=lambda: extend(clock, form.draft, today=today_in_china(), actor=current_actor()),
        why=lambda row: f"原因：经{row.approver_name}批准延长 {row.days} 日（{row.paper_no}）。",
    )


@bp.route("/cases/<int:case_id>/extensions/<int:extension_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.CASE_EXTEND)
@of_case(Permission.CASE_EXTEND)
def withdraw_clock_extension(held: FlowCase, extension_id: int) -> Page:
    row = queries.extension_of(held, extension_id)
    return _withdrawal(
        "撤销延长登记",
        f"经{row.approver_name}批准延长 {row.days} 日（{row.paper_no}）。"
        "撤销后到期日恢复为延长以前的，已经超期的会亮灯。",
        lambda why: withdraw_extension(row, why=why, actor=current_actor()),
    )


def _withdrawal(title: str, lead: str, withdraw: Callable[[str], object]) -> Page:
    form = WhyForm()
    return Page(
        form=form,
        title=title,
        lead=lead,
        submit="撤销登记",
        done="已撤销，时限已重新计算",
        act=lambda: withdraw(form.why.data or ""),
        why=lambda _: f"原因：{title}（{form.why.data}）。",
    )


def _count_anew(held: FlowCase, why: str, actor: Actor) -> None:
    """What a person takes out may make room for what a business system reported."""
    follow_signals([held.id], actor=actor)
    recount([held.id], why=why, day=today_in_china(), actor=actor, raises=True)


def _shown(held: FlowCase, page: Page) -> str:
    return render_template("function_monitor/deadlines/form.html", form=page.form, case=held, page=page)


def _kinds(held: FlowCase, chosen: SuspensionKind | None = None) -> list[SuspensionKind]:
    """The kinds that stop this case's clocks, and the one that was chosen before."""
    chart = db.session.get(Flowchart, held.flowchart_id) if held.flowchart_id else None
    allowed = {chosen} | ({SuspensionKind.SUPPLEMENT} if chart and chart.supplement_suspends else set())
    return [kind for kind in SuspensionKind if kind is not SuspensionKind.SUPPLEMENT or kind in allowed]


def _sentence(row: ClockSuspension) -> str:
    return words.sentence(row, today_in_china(), load_workdays())

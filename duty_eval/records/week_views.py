from __future__ import annotations

from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.entry_rules.queries import rules_of_person
from duty_eval.permissions import Permission
from duty_eval.records.copying import not_copied
from duty_eval.records.errors import OverlapWithoutReason
from duty_eval.records.forms import day_of
from duty_eval.records.operations import Logged, is_late, new_client_key, told
from duty_eval.records.spans import MINUTES_OF_A_DAY
from duty_eval.records.week import away_in_week, copy_week, log_week, week_of
from host.kernel.access import current_actor, requires
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import KeyReused, Refused
from host.kernel.pages import day as day_words
from host.kernel.pages import today_in_china

_SENT_BEFORE = (
    "这张表已经提交过一次，写入的见各格“已有”。下面是您又填的内容，还没有提交：请清空已经写入的格，核对后再提交其余的"
)


@bp.get("/week")
@requires(Permission.DUTY_RECORD_LOG)
def week() -> ResponseReturnValue:
    """My week at a desk: duties by days."""
    return _page(day_of(request.args, "week", today_in_china()))


@bp.post("/week")
@requires(Permission.DUTY_RECORD_LOG)
def log_the_week() -> ResponseReturnValue:
    """All cells at once: every day that was typed into, or none of them."""
    actor, today = current_actor(), today_in_china()
    day = day_of(request.form, "week", today)
    try:
        done = log_week(
            week_of(actor.person_id or 0, day, today=today),
            request.form,
            client_key=request.form.get("client_key", ""),
            actor=actor,
            today=today,
            late_reason=request.form.get("late_reason", "")[:200],
            overlap_reason=request.form.get("overlap_reason", "")[:200],
        )
    except Refused as refused:
        db.session.rollback()
        return _page(day, refused=refused), refused.status
    except KeyReused as refused:
        # Sent once already, then changed and sent again from the page as it was: shown as it stands now.
        db.session.rollback()
        return _page(day, refused=Refused(_SENT_BEFORE), key=new_client_key()), refused.status
    db.session.commit()
    flash(f"已提交 {len(done)} 天共 {_records(done)} 项{_told(done)}", "success")
    return redirect(url_for("duty_eval.week", week=day.isoformat()), 303)


@bp.post("/week/copy")
@requires(Permission.DUTY_RECORD_LOG)
def copy_last_week() -> ResponseReturnValue:
    """Last week's records on the working days of this one."""
    today = today_in_china()
    day = day_of(request.form, "week", today)
    try:
        done = copy_week(
            day,
            client_key=request.form.get("client_key", ""),
            actor=current_actor(),
            today=today,
            late_reason=request.form.get("late_reason", "")[:200],
            overlap_reason=request.form.get("overlap_reason", "")[:200],
        )
    except Refused as refused:
        db.session.rollback()
        return _page(day, refused=refused), refused.status
    gone = [one for one in away_in_week(current_actor().person_id or 0, day) if one <= today]
    db.session.commit()
    left_out = (
        f"；{'、'.join(day_words(one, short=True) for one in gone)}您不在岗（请假、借出等），没有复制" if gone else ""
    )
    left_out += not_copied(list(dict.fromkeys(text for one in done for text in one.left_out)))
    if count := _records(done):
        days = sum(1 for one in done if one.record_ids)
        flash(f"已复制上周 {days} 天共 {count} 项，可到当天逐项撤回修改{left_out}{_told(done)}", "success")
    else:
        flash(f"上周没有可以复制的内容，或这一周都已有{left_out}")
    return redirect(url_for("duty_eval.week", week=day.isoformat()), 303)


def _records(done: list[Logged]) -> int:
    return sum(len(one.record_ids) for one in done)


def _told(done: list[Logged]) -> str:
    return told([words for one in done for words in one.notices])


def _said(refused: Refused | None) -> list[str | tuple[str, str]]:
    """What stands on top of the page: each message a link to its field, once."""
    if refused is None:
        return []
    fields: dict[str, str] = {}
    for name, message in refused.at.items():
        fields.setdefault(message, name)
    return [(name, message) for message, name in fields.items()] or [str(refused)]


def _page(day: date, *, refused: Refused | None = None, key: str = "") -> str:
    actor, today = current_actor(), today_in_china()
    found = week_of(actor.person_id or 0, day, today=today)
    last = week_of(actor.person_id or 0, day - timedelta(days=7), today=today)
    workdays = load_workdays()
    return render_template(
        "duty_eval/records/week.html",
        week=found,
        refused=_said(refused),
        at=refused.at if refused else {},
        asks_overlap=isinstance(refused, OverlapWithoutReason),
        typed=request.form if refused else {},
        today=today,
        work={one for one in found.days if workdays.is_workday(one)},
        most=MINUTES_OF_A_DAY,
        key=key or request.form.get("client_key") or new_client_key(),
        copy_key=new_client_key(),
        before=found.days[0] - timedelta(days=7),
        after=found.days[-1] + timedelta(days=1),
        free_late_workdays=rules_of_person(actor.person_id or 0, today).free_late_workdays,
        is_late=is_late(found.days[0], person_id=actor.person_id or 0, today=today),
        last_records=sum(there.records for line in last.lines for there in line.there.values()),
        weekdays="一二三四五六日",
    )

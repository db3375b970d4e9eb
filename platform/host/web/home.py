"""The first page after signing in: what waits for me, from all systems."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from host.kernel.access import current_actor, signed_in
from host.kernel.calendar.workdays import load_workdays
from host.kernel.pages import today_in_china
from host.kernel.system import System

bp = Blueprint("home", __name__)


@bp.get("/")
@signed_in
def home() -> ResponseReturnValue:
    actor = current_actor()
    systems: tuple[System, ...] = current_app.extensions["systems"]
    todo = [item for system in systems if system.todo for item in system.todo(actor) if item.count]
    today = today_in_china()
    return render_template(
        "host/home.html",
        todo=sorted(todo, key=lambda item: not item.is_urgent),
        today=today,
        weekday=f"星期{'一二三四五六日'[today.weekday()]}",
        is_workday=load_workdays().is_workday(today),
    )

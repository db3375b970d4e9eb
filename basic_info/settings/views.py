from __future__ import annotations

from decimal import Decimal

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.organization.scope import reaches_every_unit
from basic_info.permissions import Permission
from basic_info.settings.forms import LibraryForm
from basic_info.settings.operations import set_library
from basic_info.settings.queries import DEFAULT, LibrarySettings, library_settings
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotPermitted


@bp.get("/settings")
@requires(Permission.SETTING_EDIT)
def show_library_settings() -> ResponseReturnValue:
    held = library_settings()
    return _page(
        LibraryForm(
            formdata=None,
            overlap_percent=int(held.overlap_least * 100),
            hours_per_day=held.hours_per_day,
        )
    )


@bp.post("/settings")
@requires(Permission.SETTING_EDIT)
def set_library_settings() -> ResponseReturnValue:
    actor = current_actor()
    if not reaches_every_unit(actor, Permission.SETTING_EDIT):
        raise NotPermitted("设置全市统一，只能由管理全市的编办人员修改")
    form = LibraryForm()
    if not form.validate_on_submit():
        return _page(form), 422
    least = Decimal(form.overlap_percent.data or 0) / 100
    hours = form.hours_per_day.data or DEFAULT.hours_per_day
    set_library(LibrarySettings(least, hours), actor=actor)
    db.session.commit()
    flash("设置已保存", "success")
    return redirect(url_for("basic_info.show_library_settings"), 303)


def _page(form: LibraryForm) -> str:
    may_set = reaches_every_unit(current_actor(), Permission.SETTING_EDIT)
    return render_template("basic_info/settings/show.html", form=form, may_set=may_set)

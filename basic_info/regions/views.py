from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.organization.asking import asked_day, day_in_url
from basic_info.permissions import Permission
from basic_info.regions.queries import divisions
from host.kernel.access import requires


@bp.get("/regions")
@requires(Permission.UNIT_READ)
def list_regions() -> ResponseReturnValue:
    day = asked_day()
    return render_template("basic_info/regions/list.html", below=divisions(day), day=day, on=day_in_url(day))

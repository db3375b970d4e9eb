"""One door for all exports: small ones come at once, long ones become a job."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.jobs.operations import enqueue
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import MOST_AT_ONCE, find_export, table_of
from host.kernel.tables.leaving import let_out
from host.kernel.tables.tasks import EXPORT_JOB
from host.kernel.tables.writing import table_response
from host.permissions import Permission

bp = Blueprint("exports", __name__, url_prefix="/exports")

KINDS = ("xlsx", "csv")


@bp.post("/<list_name>")
@requires(Permission.TABLE_EXPORT)
def export_list(list_name: str) -> ResponseReturnValue:
    """The list with the filters of this address. A POST: what left the platform is written down."""
    actor, kind = current_actor(), request.form.get("kind", "")
    if kind not in KINDS:
        raise NotFound("导出格式只有 Excel（xlsx）和 CSV")
    export = find_export(list_name, actor)
    values = {name: value[:200] for name, value in request.args.items()}
    table = table_of(export, actor, values)
    let_out(export.title, [table], kind=kind, values=values, actor=actor)
    if table.is_large:
        run = enqueue(
            EXPORT_JOB,
            arguments={"name": list_name, "kind": kind, "values": values},
            title=f"导出{export.title}",
            actor=actor,
        )
        db.session.commit()
        flash(f"超过 {MOST_AT_ONCE:,} 行，已转为后台任务；完成后在此下载，可以离开本页")
        return redirect(url_for("jobs.show_job", run_id=run.id), 303)
    db.session.commit()
    day = today_in_china()
    return table_response(kind, f"{export.title}{day.isoformat()}", export.headings, table.rows())

"""One door for all exports: small ones come at once, long ones become a job."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from host.kernel.access import Actor, current_actor, require_fresh, requires
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.jobs.operations import enqueue
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import MOST_AT_ONCE, MOST_PEOPLE_UNASKED, Table, Values, find_export, table_of
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
    if export.names_people and table.count > MOST_PEOPLE_UNASKED:
        require_fresh(actor)
    _written_down(table, kind, values, actor)
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


def _written_down(table: Table, kind: str, values: Values, actor: Actor) -> None:
    """Who took which list out, with which filters and how many rows (None: more than one answer carries)."""
    record_change(
        f"account:{actor.account_id or 0}",
        action="table.exported",
        actor=actor,
        after={
            "list": table.export.title,
            "kind": kind,
            "filters": dict(values),
            "rows": None if table.is_large else table.count,
        },
    )

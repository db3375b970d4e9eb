from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from host.kernel.access import current_actor, requires
from host.kernel.clock import views as clock_views  # its pages belong to the same blueprint
from host.kernel.db import db
from host.kernel.files.models import StoredFile
from host.kernel.files.subjects import may_open
from host.kernel.jobs import operations, queries
from host.kernel.jobs.actors import names_of
from host.kernel.jobs.blueprint import bp
from host.kernel.jobs.models import JobRun, JobState
from host.kernel.jobs.results import result_of
from host.kernel.tables.exports import register_export
from host.permissions import Permission

__all__ = ["bp", "clock_views"]


@bp.get("")
@requires(Permission.JOB_READ)
def list_jobs() -> ResponseReturnValue:
    actor = current_actor()
    state = request.args.get("state", "")
    chosen = JobState(state) if state in {kind.value for kind in JobState} else None
    before = request.args.get("before", type=int)
    runs, next_before = queries.page_of_runs(actor, before=before, state=chosen)
    return render_template(
        "host/jobs/list.html",
        runs=runs,
        names=names_of({run.created_by for run in runs if run.created_by is not None}),
        sees_all=actor.may(Permission.JOB_READ_ALL),
        states=[(kind.value, kind.label) for kind in JobState],
        chosen=chosen.value if chosen else "",
        is_first=before is None,
        next_before=next_before,
    )


@bp.get("/<int:run_id>")
@requires(Permission.JOB_READ)
def show_job(run_id: int) -> ResponseReturnValue:
    return render_template("host/jobs/show.html", **_shown(queries.run_of(current_actor(), run_id)))


@bp.get("/<int:run_id>/progress")
@requires(Permission.JOB_READ)
def show_progress(run_id: int) -> ResponseReturnValue:
    """What the page asks for every 2 s until the run is over."""
    return render_template("host/jobs/_live.html", **_shown(queries.run_of(current_actor(), run_id)))


@bp.post("/<int:run_id>/cancel")
@requires(Permission.JOB_READ)
def cancel_job(run_id: int) -> ResponseReturnValue:
    actor = current_actor()
    run = queries.run_of(actor, run_id, to_change=True)
    operations.cancel(run, actor=actor)
    db.session.commit()
    flash("任务已取消" if run.state.is_over else "已请求取消，任务会在处理完手头一批后停下")
    return redirect(url_for("jobs.show_job", run_id=run_id), 303)


@bp.post("/<int:run_id>/retry")
@requires(Permission.JOB_READ)
def retry_job(run_id: int) -> ResponseReturnValue:
    actor = current_actor()
    run = queries.run_of(actor, run_id, to_change=True)
    operations.retry(run, actor=actor)
    db.session.commit()
    flash("任务已重新排队")
    return redirect(url_for("jobs.show_job", run_id=run_id), 303)


def _shown(run: JobRun) -> dict[str, Any]:
    creators = names_of({run.created_by}) if run.created_by is not None else {}
    result = result_of(run)
    file = db.session.get(StoredFile, result.file_id) if result.file_id is not None else None
    return {
        "run": run,
        "creator": creators.get(run.created_by or 0, "系统"),
        "pace": queries.pace_of(run),
        "lines": queries.last_lines(run),
        "result": result,
        "result_url": result.url or (url_for("files.download", file_id=file.id) if _opens(file) and file else None),
        "file": file if _opens(file) else None,
        "file_is_gone": result.file_id is not None and file is None,
        "may_change": queries.may_change(current_actor(), run),
    }


def _opens(file: StoredFile | None) -> bool:
    return file is not None and may_open(file, current_actor())


register_export(
    "jobs.list",
    "后台任务",
    permission=Permission.JOB_READ,
    columns={
        "编号": "JobRun.id",
        "任务": "JobRun.title",
        "状态": "JobRun.state",
        "已完成": "JobRun.progress_done",
        "总数": "JobRun.progress_total",
        "发起时间": "JobRun.created_at",
        "结束时间": "JobRun.finished_at",
        "说明": "JobRun.error",
    },
    rows=lambda actor, values: queries.runs_in_state(actor, values.get("state", "")),
)

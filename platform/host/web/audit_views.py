"""The audit log for the 审计管理员: search, one entry with its difference, export. Nothing here writes."""

from __future__ import annotations

from datetime import datetime

import structlog
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from host.kernel.access import current_actor, requires
from host.kernel.pages import CHINA_TIME
from host.kernel.tables.writing import table_response
from host.permissions import Permission
from host.web import audit_queries as queries
from host.web.audit_words import action_words, subject_words

bp = Blueprint("audit", __name__, url_prefix="/audit")
log = structlog.get_logger("host.audit")

COLUMNS = ("序号", "时间", "人员", "账号编号", "地址", "操作", "对象", "变更前", "变更后", "理由", "请求编号")


@bp.get("/")
@requires(Permission.AUDIT_READ)
def list_entries() -> ResponseReturnValue:
    search = _search()
    entries, before = queries.page_of_entries(search, before=request.args.get("before", type=int))
    return render_template(
        "host/audit/list.html",
        entries=entries,
        before=before,
        search=search,
        is_first="before" not in request.args,
        action_words=action_words,
        subject_words=subject_words,
    )


@bp.get("/<int:entry_id>")
@requires(Permission.AUDIT_READ)
def show_entry(entry_id: int) -> ResponseReturnValue:
    entry = queries.entry_of(entry_id)
    return render_template(
        "host/audit/show.html",
        entry=entry,
        differences=queries.differences(entry),
        action_words=action_words,
        subject_words=subject_words,
    )


@bp.get("/export.<kind>")
@requires(Permission.AUDIT_READ)
def export(kind: str) -> ResponseReturnValue:
    """The entries found as CSV or .xlsx, at most 100,000 of them."""
    search = _search()
    log.info("audit_exported", account_id=current_actor().account_id, **search.as_values())
    rows = (
        (
            entry.id,
            entry.at,
            entry.actor_name,
            entry.actor_id,
            entry.ip,
            action_words(entry.action),
            subject_words(entry.subject),
            queries.as_words(entry.before),
            queries.as_words(entry.after),
            entry.reason,
            entry.request_id,
        )
        for entry in queries.entries_to_export(search)
    )
    return table_response(kind, f"审计日志 {search.first} 至 {search.last}", COLUMNS, rows)


def _search() -> queries.Search:
    return queries.Search.of(request.args, today=datetime.now(CHINA_TIME).date())

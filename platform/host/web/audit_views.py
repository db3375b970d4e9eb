"""The audit log for the 审计管理员: search, one entry with its difference, export. Nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from host.kernel.access import current_actor, requires
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import register_export
from host.permissions import Permission
from host.web import audit_queries as queries
from host.web.audit_words import action_words, field_words, subject_words, thing_choices, verb_choices

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("/")
@requires(Permission.AUDIT_READ)
def list_entries() -> ResponseReturnValue:
    search = _search()
    entries, before = queries.page_of_entries(current_actor(), search, before=request.args.get("before", type=int))
    return render_template(
        "host/audit/list.html",
        entries=entries,
        before=before,
        search=search,
        is_first="before" not in request.args,
        things=thing_choices(),
        verbs=verb_choices(),
        action_words=action_words,
        subject_words=subject_words,
    )


@bp.get("/<int:entry_id>")
@requires(Permission.AUDIT_READ)
def show_entry(entry_id: int) -> ResponseReturnValue:
    entry = queries.entry_of(entry_id, actor=current_actor())
    return render_template(
        "host/audit/show.html",
        entry=entry,
        differences=queries.differences(entry),
        field_words=field_words,
        action_words=action_words,
        subject_words=subject_words,
    )


def _search(values: Mapping[str, str] | None = None) -> queries.Search:
    return queries.Search.of(request.args if values is None else values, today=today_in_china())


register_export(
    "audit.entries",
    "审计日志",
    permission=Permission.AUDIT_READ,
    columns={
        "序号": "AuditEntry.id",
        "时间": "AuditEntry.at",
        "人员": "AuditEntry.actor_name",
        "账号编号": "AuditEntry.actor_id",
        "地址": "AuditEntry.ip",
        "操作": lambda row: action_words(row.AuditEntry.action),
        "对象": lambda row: subject_words(row.AuditEntry.subject),
        "变更前": lambda row: queries.as_words(row.AuditEntry.before),
        "变更后": lambda row: queries.as_words(row.AuditEntry.after),
        "理由": "AuditEntry.reason",
        "请求编号": "AuditEntry.request_id",
    },
    rows=lambda actor, values: queries.found(actor, _search(values)),
)

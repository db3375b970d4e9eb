"""The page of the document ledger and its table for download."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.documents.ledger import SORTS, Wanted, ledger, page
from basic_info.mandates.subjects import SUBJECT_WORDS
from basic_info.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.errors import Refused
from host.kernel.tables.exports import register_export


@bp.get("/documents")
@requires(Permission.DUTY_READ)
def documents() -> ResponseReturnValue:
    """Documents by number, subject word, unit and day; each opens its original file."""
    wanted = wanted_of(request.args)
    rows, next_after = page(current_actor(), wanted, request.args.get("after", type=int))
    asked = {key: value for key, value in request.args.items() if key != "after" and value}
    return render_template(
        "basic_info/documents/ledger.html",
        rows=rows,
        wanted=wanted,
        subjects=[(word, word) for word in SUBJECT_WORDS],
        sorts=SORTS.items(),
        next_url=url_for("basic_info.documents", **{**asked, "after": next_after}) if next_after else None,  # type: ignore[arg-type]
    )


def wanted_of(values: Mapping[str, str]) -> Wanted:
    """The filters of an address. Raises Refused for what is no day."""
    sort = values.get("sort", "")
    return Wanted(
        words=values.get("q", "").strip()[:100],
        subject=values.get("subject", "").strip()[:20],
        unit=values.get("unit", "").strip()[:100],
        since=_day(values.get("since", "")),
        until=_day(values.get("until", "")),
        sort=sort if sort in SORTS else "issued",
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("日期格式应为 2026-03-02") from None


register_export(
    "basic_info.documents",
    "文件台账",
    permission=Permission.DUTY_READ,
    columns={
        "名称": "title",
        "文号": "doc_no",
        "主题词": lambda row: "、".join(row.subject_words),
        "单位": "unit_name",
        "成文日期": "issued_on",
    },
    rows=lambda actor, values: ledger(actor, wanted_of(values)),
)

"""The office's list of openings as a table."""

from __future__ import annotations

from basic_info.catalogue.queries import all_units_of_office
from basic_info.permissions import Permission
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import register_export

register_export(
    "basic_info.catalogue_opening",
    "权责清单公开情况",
    permission=Permission.CATALOGUE_OPEN,
    columns={
        "单位": "name",
        "事项": "items",
        "年度": "year",
        "状态": lambda row: "已公开" if row.is_open else "未公开",
    },
    rows=lambda actor, values: all_units_of_office(actor, day=today_in_china(), words=values.get("q", "").strip()[:50]),
)

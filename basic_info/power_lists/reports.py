"""Differences between two versions as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter

from basic_info.permissions import Permission
from basic_info.power_lists.comparing import Verdict, differences
from basic_info.power_lists.version_views import compared
from host.kernel.access import Actor
from host.kernel.tables.exports import register_export, whole_of


def _rows(actor: Actor, values: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """A line for each changed column; one for an item that was added or ended."""
    against = whole_of(values, "with") if values.get("with") else None
    newer, older = compared(whole_of(values, "list_id"), against, actor)
    verdict = Verdict.of_word(values.get("change", ""))
    for one in differences(older.id, newer.id) if older else []:
        if verdict not in {None, one.verdict}:
            continue
        item = one.item
        facts = (one.verdict.label, item.name, item.subitem_name, item.power_kind.label, item.item_code or "")
        look = "需核对" if one.needs_look else ""
        if not one.fields:
            yield *facts, "", "", "", look
        for field in one.fields:
            yield *facts, field.title, field.before, field.after, look


register_export(
    "basic_info.power_list_differences",
    "权责清单版本差异",
    permission=Permission.DUTY_READ,
    columns={
        title: itemgetter(place)
        for place, title in enumerate(("变化", "事项", "子项", "类型", "编码", "栏目", "原为", "现为", "衔接"))
    },
    rows=_rows,
)

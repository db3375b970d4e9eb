"""Writes of power lists: a workbook comes in as a draft version, a person puts it in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import Range

from basic_info.documents.matching import SectionNames, names_together, section_names
from basic_info.organization.models import Section, Unit
from basic_info.power_lists.errors import ListHasErrors, ListNotDraft, ListOlderThanInForce, SamePerson
from basic_info.power_lists.lines import carry_links, join_lines
from basic_info.power_lists.models import (
    LegalBasis,
    ListState,
    PowerItem,
    PowerItemSection,
    PowerKind,
    PowerList,
    PowerTimeLimit,
)
from basic_info.power_lists.parsing import ParsedPowerList, PowerListItem
from basic_info.power_lists.parsing.columns import Field
from basic_info.returning.errors import IsReturned
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.kernel.pages import today_in_china

YEARS = range(1990, 2101)
#: Columns without a column of their own in the register, under the heading that people know.
_EXTRAS = {
    Field.BASIC_CODE: "基本编码",
    Field.IMPLEMENT_CODE: "实施编码",
    Field.TARGET: "实施对象",
    Field.CONDITIONS: "申请条件",
    Field.MATERIALS: "申请材料",
    Field.FEE_BASIS: "收费依据和标准",
    Field.USES_AGENCY: "是否涉及中介服务",
    Field.APPEAL_CHANNEL: "诉求渠道",
    Field.DISCLOSURE_KIND: "公开类型",
    Field.IS_PUBLIC: "是否公示",
}
_COLUMNS = (
    Field.EXERCISING_BODY,
    Field.HANDLING_TEXT,
    Field.EXERCISE_TIER,
    Field.AUTHORITY,
    Field.DEPARTMENT_DUTY,
    Field.RESPONSIBILITY,
    Field.RESPONSIBILITY_BASIS,
    Field.ACCOUNTABLE_SCOPE,
    Field.ACCOUNTABLE_CASES,
    Field.REMARK,
)


def import_power_list(
    parsed: ParsedPowerList, *, unit_id: int, year: int, file_id: int | None, actor: Actor
) -> PowerList:
    """Keep a parsed list as the unit's next draft version: items, laws, limits, and the sections that handle them.

    All or nothing (R53): raises ListHasErrors when a cell could not be understood, Refused, NotFound.
    """
    refuse_errors(parsed)
    if year not in YEARS:
        raise Refused(f"年度应在 {YEARS.start} 到 {YEARS.stop - 1} 之间")
    # Two imports of one unit wait for each other: the version numbers are its own.
    if db.session.scalar(select(Unit.id).where(Unit.id == unit_id).with_for_update()) is None:
        raise NotFound
    last = db.session.scalar(select(func.max(PowerList.version_no)).where(PowerList.unit_id == unit_id))
    power_list = PowerList(
        unit_id=unit_id,
        version_no=(last or 0) + 1,
        year=year,
        source_file_id=file_id,
        list_state=ListState.DRAFT,
        valid=Range(date(year, 1, 1), None),
        imported_by=actor.account_id,
    )
    db.session.add(power_list)
    db.session.flush()  # the items need its id
    _keep_items(power_list, parsed.items)
    record_change(
        power_list,
        action="power_list.imported",
        actor=actor,
        after={"unit_id": unit_id, "version_no": power_list.version_no, "year": year, "items": len(parsed.items)},
    )
    return power_list


def put_in_force(power_list: PowerList, *, actor: Actor) -> PowerList:
    """The draft becomes the list in force and supersedes the one before; items that stay keep their confirmed links.

    For lists from a workbook, by another than who took it in; adjustments go through ``confirm_adjustment``. Raises
    ListNotDraft, SamePerson, IsReturned, ListOlderThanInForce.
    """
    db.session.scalar(select(Unit.id).where(Unit.id == power_list.unit_id).with_for_update())
    db.session.refresh(power_list, with_for_update=True)
    if power_list.list_state is not ListState.DRAFT or power_list.based_on_id is not None:
        raise ListNotDraft
    if actor.account_id is None or actor.account_id == power_list.imported_by:
        raise SamePerson
    if power_list.is_returned:
        raise IsReturned
    before = db.session.scalar(
        select(PowerList)
        .where(PowerList.unit_id == power_list.unit_id, PowerList.list_state == ListState.IN_FORCE)
        .with_for_update()
    )
    if before is not None:
        _supersede(before, power_list)
        # While it is a draft: afterwards its items do not change any more.
        join_lines(before.id, power_list.id)
    power_list.list_state = ListState.IN_FORCE
    power_list.put_by, power_list.put_at = actor.account_id, datetime.now(UTC)
    db.session.flush()
    if before is not None:
        carry_links(before.id, power_list.id)
    record_change(
        power_list,
        action="power_list.put_in_force",
        actor=actor,
        before={"list_state": ListState.DRAFT},
        after={"list_state": ListState.IN_FORCE, "supersedes": before.id if before else None},
    )
    return power_list


def match_handling(power_list: PowerList, name: str, *, section_id: int, actor: Actor) -> int:
    """A person says which section a handling name of the list means (R54); how many items that settles.

    Raises NotFound: the section is another unit's, or no item of the list has the name.
    """
    section = db.session.get(Section, section_id)
    if section is None or section.unit_id != power_list.unit_id:
        raise NotFound
    of_list = select(PowerItem.id).where(PowerItem.power_list_id == power_list.id)
    changed = db.session.scalars(
        update(PowerItemSection)
        .where(PowerItemSection.power_item_id.in_(of_list), PowerItemSection.name == name)
        .values(section_id=section_id)
        .returning(PowerItemSection.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        raise NotFound
    record_change(
        power_list,
        action="power_list.handling_matched",
        actor=actor,
        after={"name": name, "section_id": section_id, "items": len(changed)},
    )
    return len(changed)


def refuse_errors(parsed: ParsedPowerList) -> None:
    """Raises ListHasErrors naming the first cells and how many there are."""
    if parsed.errors:
        first = "；".join(f"{e.sheet} 第 {e.row} 行 {e.column}：{e.message}" for e in parsed.errors[:3])
        raise ListHasErrors(f"有 {len(parsed.errors)} 处需要修改：{first}")


def _supersede(before: PowerList, after: PowerList) -> None:
    if before.year > after.year:
        raise ListOlderThanInForce
    since = _first_day(before, after)
    before.list_state = ListState.SUPERSEDED
    before.valid = Range(before.valid.lower, since)
    db.session.flush()  # two lists in force may not meet, not even for a statement
    after.valid = Range(since, None)


def _first_day(before: PowerList, after: PowerList) -> date:
    """The first of its year; a second list of a year holds from the day it is put in force."""
    new_year, first = date(after.year, 1, 1), before.valid.lower
    if first is None or first < new_year:
        return new_year
    return max(first, today_in_china())


def _keep_items(power_list: PowerList, items: Sequence[PowerListItem]) -> None:
    if not items:
        return
    names = section_names(power_list.unit_id, today_in_china())
    rows = [_item_row(power_list, number, item) for number, item in enumerate(items, start=1)]
    statement = insert(PowerItem).returning(PowerItem.id, sort_by_parameter_order=True)
    pairs = list(zip(db.session.scalars(statement, rows), items, strict=True))
    _insert(PowerItemSection, [row for item_id, item in pairs for row in _handling_rows(item_id, item, names)])
    _insert(
        LegalBasis,
        [
            {
                "power_item_id": item_id,
                "basis_kind": basis.basis_kind or "",
                "title": basis.title,
                "article": basis.article,
                "text": basis.text,
            }
            for item_id, item in pairs
            for basis in item.legal_bases
        ],
    )
    _insert(
        PowerTimeLimit,
        [
            {
                "power_item_id": item_id,
                "limit_kind": limit.limit_kind,
                "value": limit.value,
                "limit_unit": limit.limit_unit,
                "condition": limit.condition,
            }
            for item_id, item in pairs
            for limit in item.time_limits
        ],
    )


def _item_row(power_list: PowerList, number: int, item: PowerListItem) -> dict[str, Any]:
    codes = (item.text(name) for name in (Field.ITEM_CODE, Field.IMPLEMENT_CODE, Field.BASIC_CODE))
    extras = {label: text for name, label in _EXTRAS.items() if (text := item.text(name))}
    return {
        "power_list_id": power_list.id,
        "unit_id": power_list.unit_id,
        "sort_no": number,
        "name": item.name,
        "subitem_name": item.subitem_name,
        # A kind that nobody knows counts among the others, in the words of the list.
        "power_kind": item.power_kind or PowerKind.OTHER,
        "power_subkind": item.power_subkind or ("" if item.power_kind else item.kind_text),
        "item_code": next((code for code in codes if code), None),
        "extras": {**extras, **item.extras},
        **{name.value: item.text(name) for name in _COLUMNS},
    }


def _handling_rows(item_id: int, item: PowerListItem, names: SectionNames) -> list[dict[str, Any]]:
    """Every handling name once; one that matches no section waits for a person."""
    aliases = {name.name: name.aliases for name in item.handling}
    found = {
        name: names.find(name, *aliases.get(name, ()))
        for name in names_together(list(aliases), item.text(Field.HANDLING_TEXT), names)
    }
    return [{"power_item_id": item_id, "name": name, "section_id": section} for name, section in found.items()]


def _insert(table: type[PowerItemSection | LegalBasis | PowerTimeLimit], rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(table), rows)

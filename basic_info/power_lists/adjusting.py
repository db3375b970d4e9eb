"""动态调整: a list in force is changed by a document, item by item, and a second person puts the result in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from basic_info.duties.models import DutyLink
from basic_info.organization.models import Unit
from basic_info.power_lists.details import derive_parts
from basic_info.power_lists.errors import (
    AdjustmentOpen,
    BaseChanged,
    ListNotDraft,
    ListNotInForce,
    NothingAdjusted,
    SamePerson,
    WrongDay,
)
from basic_info.power_lists.lines import carry_links, copy_items, line, line_of
from basic_info.power_lists.models import (
    ItemChange,
    LegalBasis,
    ListState,
    PowerItem,
    PowerItemChange,
    PowerItemSection,
    PowerList,
    PowerTimeLimit,
)
from basic_info.returning.errors import IsReturned
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted, Refused
from host.kernel.pages import today_in_china

#: What an item may be given by hand; laws and limits are texts that rows are made of.
COLUMNS = ("name", "subitem_name", "power_kind", "power_subkind", "item_code", "exercising_body", "handling_text",
           "exercise_tier", "authority", "department_duty", "responsibility", "responsibility_basis",
           "accountable_scope", "accountable_cases", "remark")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Paper:
    """The document that orders an adjustment: its number and day, from when it holds, and why."""

    doc_no: str
    doc_date: date
    effective_on: date
    reason: str


def begin_adjustment(power_list: PowerList, paper: Paper, *, actor: Actor) -> PowerList:
    """A draft that starts as the list in force; one a unit at a time.

    Raises ListNotInForce, AdjustmentOpen, NotPermitted (the platform adjusts nothing), Refused.
    """
    lock_units([power_list.unit_id])
    db.session.refresh(power_list, with_for_update=True)
    if power_list.list_state is not ListState.IN_FORCE:
        raise ListNotInForce
    if actor.account_id is None:
        raise NotPermitted("权责清单须由登录人员调整")
    if open_adjustment(power_list.unit_id) is not None:
        raise AdjustmentOpen
    if not (paper.doc_no.strip() and paper.reason.strip()):
        raise Refused("请填写文号和调整理由")
    _check_day(power_list, paper.effective_on)
    draft = _next_version(power_list.unit_id, power_list, paper, actor.account_id)
    items = copy_items(power_list.id, draft)
    record_change(
        draft,
        action="power_list.adjustment_begun",
        actor=actor,
        after={"based_on_id": power_list.id, "doc_no": draft.doc_no, "from": paper.effective_on, "items": items},
        reason=draft.reason,
    )
    return draft


def add_item(draft: PowerList, values: Mapping[str, Any], *, actor: Actor) -> PowerItem:
    """A new item at the end of the draft. Raises ListNotDraft, Refused."""
    _lock_draft(draft)
    last = db.session.scalar(select(func.max(PowerItem.sort_no)).where(PowerItem.power_list_id == draft.id)) or 0
    item = PowerItem(power_list_id=draft.id, unit_id=draft.unit_id, sort_no=last + 1)
    _give(item, values)
    _refuse_twice(item)
    db.session.add(item)
    db.session.flush()  # its parts and its line need the id
    derive_parts(item, values)
    after = {name: getattr(item, name) for name in COLUMNS if getattr(item, name)}
    _step(draft, item, ItemChange.ADDED, actor, after=after)
    return item


def change_item(draft: PowerList, item: PowerItem, values: Mapping[str, Any], *, actor: Actor) -> PowerItem:
    """Other facts for an item of the draft; only what differs is kept. Raises ListNotDraft, NotFound, Refused."""
    _lock_draft(draft, item)
    before = {name: getattr(item, name) for name in COLUMNS}
    _give(item, values)
    _refuse_twice(item)
    differs = {name for name in COLUMNS if (getattr(item, name) or "") != (before[name] or "")}
    parts = derive_parts(item, values)
    if not (differs or parts):
        raise Refused("内容没有变化，请修改后再提交")
    db.session.flush()
    _step(
        draft, item, ItemChange.CHANGED, actor,
        before={**{name: before[name] for name in differs}, **{name: each[0] for name, each in parts.items()}},
        after={**{name: getattr(item, name) for name in differs}, **{name: each[1] for name, each in parts.items()}},
    )  # fmt: skip
    return item


def cancel_item(draft: PowerList, item: PowerItem, *, actor: Actor) -> None:
    """The item ends with the list before. Raises ListNotDraft, NotFound, Refused."""
    _lock_draft(draft, item)
    if item.origin_id is None:  # added in this very draft: as if it never was
        db.session.execute(delete(PowerItemChange).where(PowerItemChange.line_id == item.id))
        record_change(draft, action="power_item.addition_undone", actor=actor, before={"name": item.name})
        _remove(item)
        return
    _step(draft, item, ItemChange.CANCELLED, actor, before={"name": item.name, "subitem_name": item.subitem_name})
    _remove(item)


def transfer_item(draft: PowerList, item: PowerItem, *, to_unit_id: int, actor: Actor) -> None:
    """The item goes to another unit, whose list gets it when the draft comes into force. Raises as cancel_item."""
    _lock_draft(draft, item)
    if item.origin_id is None:
        raise Refused("本次新增的事项不能划转，请直接在接收单位新增")
    if to_unit_id == draft.unit_id or db.session.get(Unit, to_unit_id) is None:
        raise Refused("请选择另一个单位")
    _step(draft, item, ItemChange.TRANSFERRED, actor, other_unit_id=to_unit_id, before={"name": item.name})
    _remove(item)


def merge_item(draft: PowerList, item: PowerItem, *, into: PowerItem, actor: Actor) -> None:
    """The item goes on in another one of the list, with its links. Raises as cancel_item."""
    _lock_draft(draft, item)
    if item.origin_id is None or into.id == item.id or into.power_list_id != draft.id:
        raise Refused("请选择清单中的另一事项；本次新增的事项不能并入其他事项")
    _step(
        draft, item, ItemChange.MERGED, actor,
        into_line_id=line(into), before={"name": item.name}, after={"into": into.name},
    )  # fmt: skip
    _remove(item)


def withdraw_adjustment(draft: PowerList, *, actor: Actor) -> None:
    """The draft is given up; the list in force stays as it is. Raises ListNotDraft."""
    _lock_draft(draft)
    draft.list_state = ListState.WITHDRAWN
    db.session.flush()
    record_change(
        draft,
        action="power_list.adjustment_withdrawn",
        actor=actor,
        before={"list_state": ListState.DRAFT},
        after={"list_state": ListState.WITHDRAWN},
    )


def confirm_adjustment(draft: PowerList, *, actor: Actor) -> PowerList:
    """A second person puts the adjusted list in force; what was transferred comes into the other units' lists.

    Raises ListNotDraft, SamePerson, NotPermitted, NothingAdjusted, BaseChanged, Refused (its day has not come).
    """
    moves = _transfers(draft.id)
    lock_units([draft.unit_id, *moves])
    _lock_draft(draft)
    base = _check_confirmable(draft, actor)
    assert actor.account_id is not None
    moves = _transfers(draft.id)
    since = draft.valid.lower
    assert since is not None
    _follow(base, draft, since, actor.account_id)
    carry_links(base.id, draft.id)
    for unit_id, lines in moves.items():
        _receive(unit_id, lines, base, draft, actor)
    record_change(
        draft,
        action="power_list.adjusted",
        actor=actor,
        before={"list_state": ListState.DRAFT, "in_force": base.id},
        after={"list_state": ListState.IN_FORCE, "doc_no": draft.doc_no, "receiving_units": list(moves)},
        reason=draft.reason,
    )
    return draft


def receiving_units(draft_id: int) -> list[int]:
    """The units whose lists get items of the draft."""
    return list(_transfers(draft_id))


def open_adjustment(unit_id: int) -> PowerList | None:
    """The unit's adjustment that waits for a second person."""
    return db.session.scalar(
        select(PowerList).where(
            PowerList.unit_id == unit_id, PowerList.list_state == ListState.DRAFT, PowerList.based_on_id.is_not(None)
        )
    )


def lock_units(unit_ids: Iterable[int]) -> None:
    """All that changes a unit's lists waits here, in one order, so that two adjustments cannot hold each other up."""
    wanted = sorted(set(unit_ids))
    found = db.session.scalars(select(Unit.id).where(Unit.id.in_(wanted)).order_by(Unit.id).with_for_update()).all()
    if len(found) != len(wanted):
        raise NotFound


def _lock_draft(draft: PowerList, item: PowerItem | None = None) -> None:
    db.session.refresh(draft, with_for_update=True)
    if draft.list_state is not ListState.DRAFT or draft.based_on_id is None:
        raise ListNotDraft
    if item is not None and item.power_list_id != draft.id:
        raise NotFound


def _check_confirmable(draft: PowerList, actor: Actor) -> PowerList:
    if actor.account_id is None:
        raise NotPermitted("权责清单的调整须由登录人员复核")
    if actor.account_id == draft.imported_by:
        raise SamePerson
    if draft.is_returned:
        raise IsReturned
    if not db.session.scalar(select(func.count()).where(PowerItemChange.power_list_id == draft.id)):
        raise NothingAdjusted
    base = db.session.scalar(select(PowerList).where(PowerList.id == draft.based_on_id).with_for_update())
    if base is None or base.list_state is not ListState.IN_FORCE:
        raise BaseChanged
    since = draft.valid.lower
    if since is None or since > today_in_china():
        raise WrongDay(f"文件自 {since} 起施行，请在当日或之后复核生效")
    _check_day(base, since)
    return base


def _check_day(base: PowerList, since: date) -> None:
    first = base.valid.lower
    if first is not None and since <= first:
        raise WrongDay(f"施行日期应晚于现行清单的起始日期 {first}")


def _follow(base: PowerList | None, after: PowerList, since: date, put_by: int) -> None:
    if base is not None:
        base.list_state = ListState.SUPERSEDED
        base.valid = Range(base.valid.lower, since)
        db.session.flush()  # two lists in force may not meet, not even for a statement
    after.list_state, after.put_by, after.put_at = ListState.IN_FORCE, put_by, datetime.now(UTC)
    db.session.flush()


def _next_version(unit_id: int, base: PowerList | None, paper: Paper, account_id: int | None) -> PowerList:
    last = db.session.scalar(select(func.max(PowerList.version_no)).where(PowerList.unit_id == unit_id))
    made = PowerList(
        unit_id=unit_id,
        version_no=(last or 0) + 1,
        year=paper.effective_on.year,
        list_state=ListState.DRAFT,
        valid=Range(paper.effective_on, None),
        imported_by=account_id,
        based_on_id=base.id if base else None,
        doc_no=paper.doc_no.strip(),
        doc_date=paper.doc_date,
        reason=paper.reason.strip(),
    )
    db.session.add(made)
    db.session.flush()  # the items need its id
    return made


def _transfers(draft_id: int) -> dict[int, list[int]]:
    """The lines that go to other units, by unit."""
    rows = db.session.execute(
        select(PowerItemChange.other_unit_id, PowerItemChange.line_id).where(
            PowerItemChange.power_list_id == draft_id,
            PowerItemChange.change == ItemChange.TRANSFERRED,
        )
    ).all()
    found: dict[int, list[int]] = {}
    for unit_id, line_id in rows:
        assert unit_id is not None
        found.setdefault(unit_id, []).append(line_id)
    return found


def _receive(unit_id: int, lines: list[int], source: PowerList, order: PowerList, actor: Actor) -> None:
    """The next version of the receiving unit's list: what it had, and the items that come to it."""
    if open_adjustment(unit_id) is not None:
        raise Refused("接收单位另有未办结的清单调整，请先办结或撤销")
    base = db.session.scalar(
        select(PowerList)
        .where(PowerList.unit_id == unit_id, PowerList.list_state == ListState.IN_FORCE)
        .with_for_update()
    )
    since = order.valid.lower
    assert since is not None
    assert actor.account_id is not None
    if base is not None:
        _check_day(base, since)
    paper = Paper(doc_no=order.doc_no, doc_date=order.doc_date or since, effective_on=since, reason=order.reason)
    received = _next_version(unit_id, base, paper, order.imported_by)
    stay = copy_items(base.id, received) if base is not None else 0
    copy_items(source.id, received, lines=lines, sort_from=stay)
    _follow(base, received, since, actor.account_id)
    if base is not None:
        carry_links(base.id, received.id)
    names = db.session.execute(
        select(line_of(PowerItem), PowerItem.name).where(
            PowerItem.power_list_id == received.id, line_of(PowerItem).in_(lines)
        )
    ).all()
    db.session.add_all(
        PowerItemChange(
            power_list_id=received.id, line_id=line_id, change=ItemChange.RECEIVED, other_unit_id=order.unit_id,
            before={}, after={"name": name}, recorded_by=order.imported_by,
        )
        for line_id, name in names
    )  # fmt: skip
    db.session.flush()
    record_change(
        received,
        action="power_list.items_received",
        actor=actor,
        after={"from_unit": order.unit_id, "lines": lines, "doc_no": order.doc_no},
        reason=order.reason,
    )


def _give(item: PowerItem, values: Mapping[str, Any]) -> None:
    for name in COLUMNS:
        # A form sends line breaks of its own kind: the same text is no change.
        if name in values and _as_lines(values[name]) != _as_lines(getattr(item, name)):
            setattr(item, name, values[name])
    if not (item.name or "").strip():
        raise Refused("请填写事项名称")


def _as_lines(value: Any) -> Any:
    return "\n".join(value.strip().splitlines()) if isinstance(value, str) else value or ""


def _refuse_twice(item: PowerItem) -> None:
    twin = select(PowerItem.id).where(
        PowerItem.power_list_id == item.power_list_id,
        PowerItem.name == item.name,
        PowerItem.subitem_name == (item.subitem_name or ""),
        PowerItem.power_kind == item.power_kind,
        PowerItem.id != (item.id or 0),
    )
    with db.session.no_autoflush:
        if db.session.scalar(twin) is not None:
            raise Refused("清单中已有名称、子项和类型都相同的事项")


def _step(draft: PowerList, item: PowerItem, change: ItemChange, actor: Actor, **more: Any) -> None:
    row = PowerItemChange(
        power_list_id=draft.id,
        line_id=line(item),
        change=change,
        recorded_by=actor.account_id,
        other_unit_id=more.get("other_unit_id"),
        into_line_id=more.get("into_line_id"),
        before=_json(more.get("before", {})),
        after=_json(more.get("after", {})),
    )
    db.session.add(row)
    db.session.flush()
    record_change(
        row,
        action=f"power_item.{change.value}",
        actor=actor,
        before=row.before,
        after={**row.after, "power_list_id": draft.id, "line_id": row.line_id},
        reason=draft.reason,
    )


def _json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(value, "label", value) for name, value in values.items()}


def _remove(item: PowerItem) -> None:
    """Take the item out of the draft; only the draft's own copy goes."""
    for part in (LegalBasis, PowerTimeLimit, PowerItemSection):
        db.session.execute(delete(part).where(part.power_item_id == item.id))
    try:
        with db.session.begin_nested():
            db.session.execute(delete(DutyLink).where(DutyLink.item_id == item.id))
            db.session.execute(delete(PowerItem).where(PowerItem.id == item.id))
    except IntegrityError as used:
        raise Refused("该事项在本次调整中已被流程图等引用，请先解除引用") from used
    db.session.expunge(item)

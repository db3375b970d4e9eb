"""The rows that an item's texts are cut into when a person types them: laws, limits, handling sections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select

from basic_info.documents.matching import names_together, section_names
from basic_info.power_lists.models import LegalBasis, LimitKind, PowerItem, PowerItemSection, PowerTimeLimit
from basic_info.power_lists.parsing.basis import legal_bases
from basic_info.power_lists.parsing.handling import handling_names
from basic_info.power_lists.parsing.time_limits import TimeLimit, promised_beyond_statutory, time_limits
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china

_LIMITS = {"statutory_limit": LimitKind.STATUTORY, "promised_limit": LimitKind.PROMISED}


def derive_parts(item: PowerItem, values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Make the rows anew of the texts in ``values`` that differ; {name: (before, after)} of laws and limits.

    Texts: legal_basis, statutory_limit, promised_limit, handling_text. Raises Refused on a limit nobody understands
    and on a promise beyond the law (R56).
    """
    changed: dict[str, tuple[str, str]] = {}
    if "legal_basis" in values and (before := basis_text(item.id)) != values["legal_basis"].strip():
        _replace_bases(item, values["legal_basis"])
        changed["legal_basis"] = before, values["legal_basis"].strip()
    if _LIMITS.keys() & values.keys():
        changed |= _replace_limits(item, values)
    if "handling_text" in values:
        _replace_sections(item)
    return changed


def basis_text(item_id: int) -> str:
    """The laws of an item as one text."""
    rows = select(LegalBasis.text).where(LegalBasis.power_item_id == item_id).order_by(LegalBasis.id)
    return "\n".join(db.session.scalars(rows))


def limit_text(item_id: int, kind: LimitKind) -> str:
    """The limits of one kind as a person would write them."""
    rows = db.session.scalars(
        select(PowerTimeLimit)
        .where(PowerTimeLimit.power_item_id == item_id, PowerTimeLimit.limit_kind == kind)
        .order_by(PowerTimeLimit.id)
    )
    return "；".join(map(words_of, rows))


def words_of(limit: PowerTimeLimit | TimeLimit) -> str:
    """``简易程序：5 个工作日``; 0 is done on the spot."""
    if not limit.value:
        return limit.condition or "当场办结"
    unit = limit.limit_unit.measure
    return f"{limit.condition}：{limit.value}{unit}" if limit.condition else f"{limit.value}{unit}"


def _replace_bases(item: PowerItem, text: str) -> None:
    db.session.execute(delete(LegalBasis).where(LegalBasis.power_item_id == item.id))
    rows = [
        {"power_item_id": item.id, "basis_kind": one.basis_kind or "", "title": one.title, "article": one.article,
         "text": one.text}
        for one in legal_bases(text)
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(LegalBasis), rows)


def _replace_limits(item: PowerItem, values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    before = {name: limit_text(item.id, kind) for name, kind in _LIMITS.items()}
    texts = {name: str(values.get(name, before[name])).strip() for name in _LIMITS}
    if texts == before:
        return {}
    limits: tuple[TimeLimit, ...] = ()
    for name, kind in _LIMITS.items():
        found = time_limits(texts[name], kind, heading="")
        if found is None:
            raise Refused(f"{kind.label}看不懂，请写成“20个工作日”“60日”“3个月”或“2小时”，没有的写“/”")
        limits += found
    if promised_beyond_statutory(limits):
        raise Refused("承诺期限超过法定期限，请核对")
    db.session.execute(
        delete(PowerTimeLimit).where(
            PowerTimeLimit.power_item_id == item.id, PowerTimeLimit.limit_kind.in_(_LIMITS.values())
        )
    )
    if limits:
        names = ("limit_kind", "value", "limit_unit", "condition")
        rows = [{"power_item_id": item.id, **{name: getattr(one, name) for name in names}} for one in limits]
        db.session.execute(insert(PowerTimeLimit), rows)
    return {name: (before[name], texts[name]) for name in _LIMITS if before[name] != texts[name]}


def _replace_sections(item: PowerItem) -> None:
    """Names that stay keep what a person matched them to."""
    before = db.session.execute(
        select(PowerItemSection.name, PowerItemSection.section_id).where(PowerItemSection.power_item_id == item.id)
    ).all()
    known = {row.name: row.section_id for row in before}
    names = section_names(item.unit_id, today_in_china())
    aliases = {one.name: one.aliases for one in handling_names(item.handling_text)}
    found = names_together(list(aliases), item.handling_text, names)
    db.session.execute(delete(PowerItemSection).where(PowerItemSection.power_item_id == item.id))
    rows = [
        {"power_item_id": item.id, "name": name,
         "section_id": known.get(name) or names.find(name, *aliases.get(name, ()))}
        for name in dict.fromkeys(found)
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(PowerItemSection), rows)

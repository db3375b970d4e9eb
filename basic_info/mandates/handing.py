"""Writes of orders that are another unit's: named on the reply's page, begun or settled on the unit's (R44)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select

from basic_info.duties.queries import unit_name
from basic_info.mandates.addressee import for_unit
from basic_info.mandates.handed_models import HandDirection, HandedOrder, HandState
from basic_info.mandates.models import Mandate, MandateState
from basic_info.mandates.operations import import_mandate
from basic_info.mandates.parsing import Block, ParsedMandate, parse_mandate
from basic_info.mandates.parsing.model import Found
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import DomainError, NotPermitted, Refused
from host.kernel.pages import today_in_china


def name_unit(mandate: Mandate, words: str, *, unit_id: int, direction: HandDirection, actor: Actor) -> HandedOrder:
    """Say which unit an order of the reply concerns; there it waits as a change.

    Raises Refused (no words of the reply, its own unit, named already, another version took the place of this one),
    NotPermitted.
    """
    if actor.account_id is None:
        raise NotPermitted("须由登录人员指定")
    db.session.refresh(mandate, with_for_update=True)  # two who name the unit of one order wait for each other
    if mandate.base_id is None or _plain(words) not in _plain(mandate.source_text) or not _plain(words):
        raise Refused("请选择批复里的一句话").beside({"words": "请选择批复里的一句话"})
    if mandate.valid.isempty:
        raise Refused("这份批复已重新套用为新的一版，请打开那一版再指定")
    if unit_id == mandate.unit_id:
        raise Refused("这是本单位，请填写另一个单位").beside({"unit": "这是本单位，请填写另一个单位"})
    if named_for(mandate, words) is not None:
        raise Refused("这句话已经指定了单位；要改为别的单位，请先收回").beside({"words": "这句话已经指定了单位"})
    handed = HandedOrder(
        mandate_id=mandate.id,
        from_unit_id=mandate.unit_id,
        unit_id=unit_id,
        words=words,
        direction=direction,
        named_by=actor.account_id,
    )
    db.session.add(handed)
    db.session.flush()
    after = {"mandate_id": mandate.id, "unit_id": unit_id, "words": words, "direction": direction}
    record_change(handed, action="handed_order.named", actor=actor, after=after)
    return handed


def withdraw_name(handed: HandedOrder, *, reason: str, actor: Actor) -> HandedOrder:
    """The order is not that unit's after all. Raises Refused (no reason; begun or settled there), NotPermitted."""
    if handed.hand_state is HandState.SETTLED:
        raise Refused("该单位已写明办结，不能收回；确需更正的，以新的批复更正")
    _require_open(handed, actor)
    if handed.draft_id is not None:
        raise Refused("该单位已据此起草变更，请先在该单位退回那份草稿并另行导入，这里不能收回")
    return _settle(handed, HandState.TAKEN_BACK, reason, actor, missing="请填写收回原因")


def settle_order(handed: HandedOrder, *, note: str, actor: Actor) -> HandedOrder:
    """The unit needs no version made from it, or has it by another way: ``note`` says so. Raises Refused."""
    _require_open(handed, actor)
    return _settle(handed, HandState.SETTLED, note, actor, missing="请写明怎样落实，或为什么无需变更")


def begin_change(handed: HandedOrder, *, actor: Actor) -> Mandate:
    """The reply as the other unit's draft, on the version that holds there on the reply's day.

    Of a reply that speaks to that unit its orders are carried out; of one that doesn't the draft is the base with the
    order listed as not carried out, for a person to put in. Raises Refused, NoBase, AlreadyPending.
    """
    _require_open(handed, actor)
    if handed.draft_id is not None:
        raise Refused("已据此起草变更，请在那份草稿上继续")
    reply = db.session.get_one(Mandate, handed.mandate_id)
    if reply.mandate_state is MandateState.RETURNED:
        raise Refused("来源批复已被退回，重新提交后再起草")
    parsed, decided = _reading(reply, handed)
    draft = import_mandate(
        parsed,
        unit_id=handed.unit_id,
        source_text=reply.source_text if parsed.own_words else handed.words,
        file_id=None,
        actor=actor,
        on=reply.valid.lower or today_in_china(),
    )
    draft.decided_orders = decided
    handed.draft_id = draft.id
    db.session.flush()
    record_change(handed, action="handed_order.begun", actor=actor, after={"draft_id": draft.id})
    return draft


def named_for(mandate: Mandate, words: str) -> HandedOrder | None:
    """Where the order was handed to."""
    return db.session.scalar(
        select(HandedOrder).where(
            HandedOrder.mandate_id == mandate.id,
            HandedOrder.words == words,
            HandedOrder.hand_state != HandState.TAKEN_BACK,
        )
    )


def _require_open(handed: HandedOrder, actor: Actor) -> None:
    if actor.account_id is None:
        raise NotPermitted("须由登录人员办理")
    db.session.refresh(handed, with_for_update=True)
    if handed.hand_state is not HandState.OPEN:
        raise Refused("这一项已由他人办结或收回，请刷新")


def _settle(handed: HandedOrder, state: HandState, note: str, actor: Actor, *, missing: str) -> HandedOrder:
    if not note.strip():
        raise Refused(missing).beside({f"note-{handed.id}": missing})
    handed.hand_state, handed.note = state, note.strip()
    handed.settled_by, handed.settled_at = actor.account_id, datetime.now(UTC)
    db.session.flush()
    before, after = {"hand_state": HandState.OPEN}, {"hand_state": state}
    action = "handed_order.withdrawn" if state is HandState.TAKEN_BACK else "handed_order.settled"
    record_change(handed, action=action, actor=actor, before=before, after=after, reason=note.strip())
    return handed


def _reading(reply: Mandate, handed: HandedOrder) -> tuple[ParsedMandate, dict[str, bool]]:
    """The reply as it was read for the other unit, and what of it a person decided."""
    blocks = [Block(text=line) for line in reply.source_text.splitlines()]
    name = unit_name(handed.unit_id)
    try:
        plain = parse_mandate(blocks)
        own = for_unit(plain, handed.unit_id)
        if handed.words in own.undecided:
            said = own.unit_name.value if own.own_words else name
            return for_unit(parse_mandate(blocks, {handed.words: said}), handed.unit_id), {handed.words: True}
    except DomainError:
        raise Refused("原批复现在读不出来，请在该单位的文件库重新上传批复原件") from None
    return (own if own.own_words else _for_a_person(plain, name)), {}


def _for_a_person(parsed: ParsedMandate, name: str) -> ParsedMandate:
    """The paper alone: what it orders for the unit that it speaks to is nothing that this one does."""
    return replace(
        parsed,
        unit_name=Found(name),
        rank=Found(None),
        plates=(),
        duties=(),
        sections=(),
        quotas=(),
        leaders=(),
        clauses=(),
        increments=(),
        formers=(),
        own_words="",
        for_others=(),
        undecided=(),
        for_units=(),
    )


def _plain(words: str) -> str:
    return "".join(words.split())

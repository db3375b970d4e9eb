"""What an amendment does, said before it is taken in and beside its review; nothing it orders stays unsaid (B34)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from basic_info.duties.queries import unit_name
from basic_info.mandates.addressee import for_unit
from basic_info.mandates.amending import amended, orders_of
from basic_info.mandates.effects import Effect, effects_of
from basic_info.mandates.hearing import in_full, unheard
from basic_info.mandates.models import Mandate
from basic_info.mandates.parsing import Block, ParsedMandate, parse_mandate
from basic_info.mandates.parsing.model import Style
from basic_info.mandates.parts import Parts, copied_parts, standing_parts
from basic_info.mandates.replies import Reply, reply_of
from basic_info.mandates.subjects import issued_on
from basic_info.mandates.timeline import version_on
from host.kernel.db import db
from host.kernel.errors import DomainError
from host.kernel.pages import today_in_china


@dataclass(frozen=True)
class Preview:
    """The changes against the version ``base_no`` (None: there is none to change), and what is left to a person.

    ``addressed`` is the unit that it was read for. Of a reply to several units ``undecided`` are the orders that don't
    say for whom they are, ``for_others`` those for the other units; ``unheard``: sentences that speak of a change and
    came to nothing.
    """

    base_no: int | None
    since: date
    addressed: str
    effects: tuple[Effect, ...] = ()
    undecided: tuple[str, ...] = ()
    for_others: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()

    @property
    def to_look_at(self) -> int:
        """How many things a person has to decide."""
        return sum(bool(one.look) for one in self.effects) + len(self.undecided) + len(self.unheard)


def foreseen(parsed: ParsedMandate, *, unit_id: int, words: str) -> Preview | None:
    """What an amendment that was read would do; None for any other document. Nothing is written."""
    if parsed.style.value is not Style.AMENDMENT:
        return None
    since = parsed.effective_on.value or issued_on(words) or today_in_china()
    base = version_on(unit_id, since)
    if base is None:
        return Preview(None, since, parsed.unit_name.value, undecided=parsed.undecided, for_others=parsed.for_others)
    before, reply = copied_parts(base), reply_of(parsed, unit_id=unit_id, words=words)
    return _preview(base, since, before, _counting(amended(before, reply)), parsed, reply)


def preview_of(mandate: Mandate) -> Preview | None:
    """What an amendment that was taken in does, as it stands after corrections; None for any other version."""
    base = db.session.get(Mandate, mandate.base_id) if mandate.base_id else None
    if base is None or mandate.valid.lower is None:
        return None
    parsed = parsed_again(mandate)
    parsed = for_unit(parsed, mandate.unit_id) if parsed else None
    reply = (
        reply_of(parsed, unit_id=mandate.unit_id, words=mandate.source_text)
        if parsed
        else Reply(words=mandate.source_text)
    )
    return _preview(base, mandate.valid.lower, copied_parts(base), standing_parts(mandate), parsed, reply)


def parsed_again(mandate: Mandate) -> ParsedMandate | None:
    """The reply read anew with what a person decided about its orders; None: an earlier parser read it."""
    blocks = [Block(text=line) for line in mandate.source_text.splitlines()]
    try:
        parsed = parse_mandate(blocks)
        if not mandate.decided_orders:
            return parsed
        own = for_unit(parsed, mandate.unit_id)
        name = unit_name(mandate.unit_id) if own.own_words == "" else own.unit_name.value
        decided = {order: name if is_ours else "" for order, is_ours in mandate.decided_orders.items()}
        return parse_mandate(blocks, decided)
    except DomainError:
        return None  # the rows still say what they do


def _preview(
    base: Mandate, since: date, before: Parts, after: Parts, parsed: ParsedMandate | None, reply: Reply
) -> Preview:
    effects = effects_of(before, after, reply, orders_of(before, after, reply))
    title = parsed.title.value if parsed else ""
    return Preview(
        base.version_no,
        since,
        parsed.unit_name.value if parsed else "",
        tuple(in_full(effects, reply.words)),
        parsed.undecided if parsed else (),
        parsed.for_others if parsed else (),
        tuple(one for one in unheard(reply, effects) if one not in title),
    )


def _counting(parts: Parts) -> Parts:
    return Parts(*([row for row in rows if not row["is_removed"]] for rows in vars(parts).values()))

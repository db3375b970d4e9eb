"""Writes of entry rules. None of them commits."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from duty_eval.entry_rules.models import EntryRule
from duty_eval.entry_rules.queries import Rules
from host.kernel.access import Actor
from host.kernel.errors import Refused
from host.kernel.versions import change


def set_rules(region_id: int, rules: Rules, *, on: date, today: date, reason: str, actor: Actor) -> EntryRule:
    """From ``on`` the division goes by ``rules``. Raises Refused for a day that is over, or without a reason."""
    if on < today:
        raise Refused("起始日期不能早于今天：已经填报的内容不按新规则重新判定")
    if not reason.strip():
        raise Refused("请说明为什么调整")
    return change(
        region_id,
        version=EntryRule,
        key=EntryRule.region_id,
        facts=asdict(rules),
        on=on,
        actor=actor,
        action="entry_rule.set",
        reason=reason.strip(),
    )

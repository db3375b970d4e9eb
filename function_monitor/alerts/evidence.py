"""What an alert rests on, in words with links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import url_for

from basic_info.api import GAPS
from basic_info.power_lists.models import LimitUnit
from function_monitor.alerts.models import Alert
from function_monitor.deadlines.counting import Limit
from function_monitor.deadlines.words import limit_words
from host.kernel.access import Actor
from host.kernel.pages import day as day_words

#: Permission of another system, whose door holds no permissions.
READ_RECORDS = "duty_eval:duty_record:read"


@dataclass(frozen=True)
class EvidenceLine:
    """One fact of the evidence; ``url`` leads to where it can be seen."""

    term: str
    text: str
    url: str | None = None
    #: The permission that the linked page asks for; None: whoever sees the alert has it.
    needs: str | None = None


def evidence_lines(alert: Alert, actor: Actor) -> list[EvidenceLine]:
    """The evidence rows (依据) of the alert, as its rule wrote them; links only to what ``actor`` may open."""
    return evidence_of(alert.subject_kind, alert.evidence, actor)


def evidence_of(subject_kind: str, facts: dict[str, Any], actor: Actor) -> list[EvidenceLine]:
    """The same of an alert that is not raised yet."""
    words = _of_gap if "gap" in facts else _WORDS[subject_kind]
    lines = words(facts)
    return [line if line.needs is None or actor.may(line.needs) else replace(line, url=None) for line in lines]


def _of_function(facts: dict[str, Any]) -> list[EvidenceLine]:
    last = facts["last_on"]
    return [
        EvidenceLine("单位职能", facts["text"], _trace("unit_function", facts["function_id"])),
        EvidenceLine("应有节奏", facts["rhythm"]),
        EvidenceLine("最近一次履职或办件", _day(last) if last else "起算以来没有"),
        EvidenceLine("已无活动", f"{facts['days']} 天（自 {_day(facts['since'])}）"),
    ]


def _of_step(facts: dict[str, Any]) -> list[EvidenceLine]:
    """Alerts from before the promised limit was counted know only the legal one."""
    step_id, unsure = facts.get("step_id"), "（暂定，日历未公布）" if facts["is_provisional"] else ""
    lines = [
        EvidenceLine("办件", facts["case_no"], url_for("function_monitor.show_case", case_id=facts["case_id"])),
        EvidenceLine("环节", facts["step"], _trace("flow_step", step_id) if step_id else None),
        EvidenceLine("开始", _day(facts["started_on"])),
    ]
    if facts["limit"]:
        extended = facts.get("extended_days")
        limit = _limit(facts["limit"], facts["limit_unit"])
        more = f"，延长 {extended} {limit.in_whole_days().unit.measure}" if extended else ""
        lines.append(EvidenceLine("法定时限", f"{limit_words(limit)}{more}"))
        lines.append(EvidenceLine("法定到期日", _due(facts["due_on"], unsure)))
    if facts.get("promised"):
        lines.append(EvidenceLine("承诺时限", limit_words(_limit(facts["promised"], facts["promised_unit"]))))
        lines.append(EvidenceLine("承诺到期日", _due(facts["promised_due_on"], unsure)))
    return lines


def _limit(value: int, word: str) -> Limit:
    return Limit(value, LimitUnit.of_word(word) or LimitUnit.WORKDAY)


def _due(text: str | None, unsure: str) -> str:
    return _day(text) + unsure if text else "中止计时，恢复后确定"


def _of_suspension(facts: dict[str, Any]) -> list[EvidenceLine]:
    return [
        EvidenceLine("办件", facts["case_no"], url_for("function_monitor.show_case", case_id=facts["case_id"])),
        EvidenceLine("中止事由", f"{facts['kind']}（告知文书 {facts['paper_no']}）"),
        EvidenceLine("中止", _day(facts["from_on"])),
        EvidenceLine("预计结束", _day(facts["expected_to_on"])),
    ]


def _of_person(facts: dict[str, Any]) -> list[EvidenceLine]:
    return [
        EvidenceLine("人员", facts["name"]),
        EvidenceLine(
            "没有纪实的时段",
            f"{_day(facts['first'])}—{_day(facts['last'])}，{facts['workdays']} 个在岗工作日",
            url_for(
                "duty_eval.person_records",
                person_id=facts["person_id"],
                **{"from": facts["first"], "to": facts["last"]},
            ),
            needs=READ_RECORDS,
        ),
    ]


def _of_gap(facts: dict[str, Any]) -> list[EvidenceLine]:
    gap = GAPS[facts["gap"]]
    url = (
        url_for("basic_info.show_post", post_id=facts["thing_id"])
        if facts["layer"] == "post"
        else _trace(facts["layer"], facts["thing_id"])
    )
    lines = [EvidenceLine("缺口", f"{gap.label}：{gap.explanation}"), EvidenceLine("内容", facts["text"], url)]
    return [*lines, EvidenceLine(gap.place_title, facts["place"])] if facts["place"] else lines


def _trace(layer: str, thing_id: int) -> str:
    """The page that shows where the thing comes from and what was done for it."""
    return url_for("basic_info.trace", layer=layer, thing_id=thing_id)


def _day(text: str) -> str:
    return day_words(date.fromisoformat(text))


_WORDS: dict[str, Callable[[dict[str, Any]], list[EvidenceLine]]] = {
    "unit_function": _of_function,
    "step_clock": _of_step,
    "clock_suspension": _of_suspension,
    "person": _of_person,
}

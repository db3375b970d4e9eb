"""变更批复: an amendment is applied to the version in force on its day; the two together are the next version (R44)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from basic_info.documents.matching import plain_name
from basic_info.mandates.models import ClauseKind, Confidence, FieldKind
from basic_info.mandates.numbers import leaders_after, quotas_after, replaced
from basic_info.mandates.parsing.bodies import BodyOrders, body_orders, new_unit_name
from basic_info.mandates.parts import Parts, Row
from basic_info.mandates.regrouping import body_names, regrouped, taken_out
from basic_info.mandates.renaming import settle_renames
from basic_info.mandates.replies import Reply
from basic_info.mandates.wording import same_words

_DROPPED = r"(?:不再(?:对外)?(?:加挂|挂|保留|使用)|撤销|取消|摘除)[^。；;，,]{0,20}?"
_GAINED = re.compile(
    r"^(?:同意)?(?:[（(][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+、|\d+[.．、])?(?:同意)?(?P<who>[^，,。]{0,16}?)增加(?P<what>[^。；;，,]{4,60}?)(?:的)?(?:工作)?职责$"
)
_LOST = re.compile(
    r"(?:将|把|取消|划出|不再承担)(?:你局|你委|你办|该局)?(?:承担)?的?(?P<what>[^。；;，,]{4,40}?)(?:的)?(?:工作|管理)?职[责能](?P<goes>[^。；;]{0,40})$"
)
_GOES_AWAY = re.compile(r"^(?:划转|划给|划出|划归|移交|交由|调整|划入)(?:至|到|给|由)?(?P<whom>[^。；;]*)")
#: What an amendment says of itself, of the unit and its mandate the base says more (R44).
_OF_THE_PAPER = (FieldKind.DOC_NO, FieldKind.EFFECTIVE_ON)
_PLACE = re.compile(r"(?P<place>.+?)(?P<level>[省市县区州旗]).{2}")
_OF_THE_BASE = (FieldKind.TITLE, FieldKind.UNIT_NAME)


def amended(base: Parts, reply: Reply) -> Parts:
    """The rows of the base with those that the reply states in their places.

    A body that it abolishes is taken out as a proposal of low confidence, which a person keeps or restores; so are
    plates and posts that it drops. The duties of a body go to the one that gets them. A duty of the unit that it adds
    comes in, one that it speaks of handing over is kept, both to be looked at. Numbers that it makes more or fewer are
    those of the base and the difference. Other clauses stay in the paper alone. Title and name of the unit stay the
    base's unless the reply gives the unit another name.
    """
    change, words = reply.stated, reply.words
    orders = orders_of(base, change, reply)
    bodies = body_names(base.clauses, change.clauses)
    return Parts(
        fields=_fields(base.fields, change.fields, words),
        clauses=_duties(regrouped(base.clauses, change.clauses, orders), words, _unit_name(change), bodies),
        quotas=quotas_after(base.quotas, change.quotas, reply.increments)[0],
        leaders=leaders_after(base.leaders, change.leaders, words, reply.increments, reply.formers)[0],
    )


def orders_of(base: Parts, change: Parts, reply: Reply) -> BodyOrders:
    """What the reply orders for the bodies of the base and those of ``change``, what it states or what became of it."""
    names, units = body_names(base.clauses, change.clauses), (_unit_name(base), _unit_name(reply.stated))
    orders = body_orders(reply.words, names, units)
    settle_renames(
        orders, base.clauses, reply.stated.clauses, words=reply.words, units=units, known=reply.known_sections
    )
    return orders


def _fields(base: list[Row], change: list[Row], words: str) -> list[Row]:
    own = [row for row in change if row["field_kind"] in _OF_THE_PAPER]
    rank = [row for row in change if row["field_kind"] is FieldKind.RANK and row["extracted_value"]["value"]]
    kept = [row for row in base if row["field_kind"] is FieldKind.RANK and not rank]
    plates = replaced(_plates(base), _plates(change), lambda row: same_words(row["extracted_value"]["value"]))
    stated = {same_words(row["extracted_value"]["value"]) for row in _plates(change)}
    plates = [
        taken_out(row) if same_words(name) not in stated and _says(_DROPPED, name, words) else row
        for row in plates
        if (name := str(row["extracted_value"]["value"]))
    ]
    return [*_of_the_unit(base, change, words), *own, *(rank or kept), *plates]


def _of_the_unit(base: list[Row], change: list[Row], words: str) -> list[Row]:
    """Title and name of the unit: the base's, with the new name where the unit gets one."""
    said = {row["field_kind"]: row for row in change} | {
        row["field_kind"]: row for row in base if row["extracted_value"].get("value")
    }
    rows = [said[kind] for kind in _OF_THE_BASE if kind in said]
    old = str(said[FieldKind.UNIT_NAME]["extracted_value"]["value"]) if FieldKind.UNIT_NAME in said else ""
    stated = next((row["extracted_value"]["value"] for row in change if row["field_kind"] is FieldKind.UNIT_NAME), "")
    found = new_unit_name(words, (old, str(stated)))
    return [_renamed(row, old, *found) for row in rows] if found and old else rows


def _renamed(row: Row, old: str, new: str, sentence: str) -> Row:
    value = str(row["extracted_value"]["value"])
    if old not in value:
        return row
    return {
        **row,
        "extracted_value": {"value": value.replace(old, _full_name(old, new))},
        "source_snippet": sentence,
        "confidence": Confidence.MEDIUM,
        "origin_document_id": None,
    }


def _full_name(old: str, new: str) -> str:
    """The new name with the place that the old one has in front (临沂市商务局 更名为 市商务和投资局)."""
    found = _PLACE.match(old)
    return f"{found['place']}{new}" if found and new.startswith(found["level"]) else new


def _unit_name(change: Parts) -> str:
    names = [row["extracted_value"]["value"] for row in change.fields if row["field_kind"] is FieldKind.UNIT_NAME]
    return str(names[0]) if names else ""


def _says(verb: str, name: str, words: str) -> bool:
    return bool(name) and re.search(verb + re.escape(plain_name(name)), plain_name(words)) is not None


def _plates(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["field_kind"] is FieldKind.PLATE]


def _duties(rows: list[Row], words: str, unit_name: str, bodies: Collection[str]) -> list[Row]:
    """The duties with those that the amendment adds; one whose matter goes to others waits to be looked at."""
    sentences = [one.strip() for one in re.split(r"[。；;\n]", words) if "职责" in one or "职能" in one]
    found = [match for one in sentences if (match := _LOST.search(one))]
    lost = [match.group("what") for match in found if _leaves(match, unit_name, bodies)]
    out = [
        {**row, "confidence": Confidence.LOW}
        if row["clause_kind"] is ClauseKind.DUTY and any(same_words(what) in same_words(row["text"]) for what in lost)
        else row
        for row in rows
    ]
    known = {same_words(row["text"]) for row in out}
    added = [
        _duty(match.group("what"), one)
        for one in sentences
        if (match := _GAINED.search(one))
        and same_words(match.group("what")) not in known
        and not re.search(r"[科股室处部队]$", match.group("who"))
    ]
    kinds = [row["clause_kind"] for row in out]
    at = max((place for place, kind in enumerate(kinds, start=1) if kind is ClauseKind.DUTY), default=len(out))
    return [*out[:at], *added, *out[at:]]


def _leaves(match: re.Match[str], unit_name: str, bodies: Collection[str]) -> bool:
    """Whether the matter goes from the unit to another; what comes in from others, or goes to a body, doesn't."""
    goes = _GOES_AWAY.match(match.group("goes"))
    if goes is None:
        return match.group().startswith(("取消", "划出", "不再承担"))
    whom = goes.group("whom")
    stays = re.match(r"你|本|该", whom) or plain_name(whom).startswith(tuple(bodies))
    return bool(whom) and not stays and (not unit_name or unit_name not in whom)


def _duty(what: str, sentence: str) -> Row:
    text = f"{what}。"
    return {
        "clause_kind": ClauseKind.DUTY,
        "mark": "",
        "text": text,
        "section_id": None,
        "extracted_value": {"text": text},
        "source_snippet": sentence,
        "confidence": Confidence.LOW,
        "is_removed": False,
        "origin_document_id": None,
    }

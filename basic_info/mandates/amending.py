"""变更批复: an amendment is applied to the version in force on its day; the two together are the next version (R44)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from basic_info.documents.matching import plain_name
from basic_info.mandates.models import ClauseKind, Confidence, FieldKind
from basic_info.mandates.parsing import ParsedMandate
from basic_info.mandates.parsing.bodies import BodyOrders, body_orders, new_unit_name
from basic_info.mandates.parts import Parts, Row
from basic_info.mandates.regrouping import body_names, regrouped, taken_out
from basic_info.mandates.wording import same_words

_DROPPED = r"(?:不再(?:对外)?(?:加挂|挂|保留|使用)|撤销|取消|摘除)[^。；;，,]{0,20}?"
_NO_POST = r"(?:不再(?:设置|设立|设|配备)|撤销|取消)[“「『\"]?"
#: Kinds of places that are one kind under several names: 行政编制 and 机关行政编制.
_FAMILIES = ("工勤|后勤", "离退休", "政法", "执法", "控制数|员额", "行政", "事业")
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


def amended(base: Parts, change: Parts, words: str) -> Parts:
    """The rows of the base with those that the amendment states in their places.

    ``words`` is the amendment's text, as far as it is about this unit. A body that it abolishes is taken out as a
    proposal of low confidence, which a person keeps or restores; so are plates and posts that it drops. The duties of
    a body go to the one that gets them. A duty of the unit that it adds comes in, one that it speaks of handing over
    is kept, both to be looked at. Other clauses stay in the paper alone. Title and name of the unit stay the base's
    unless the amendment gives the unit another name.
    """
    orders = orders_of(base, change, words)
    bodies = body_names(base.clauses, change.clauses)
    return Parts(
        fields=_fields(base.fields, change.fields, words),
        clauses=_duties(regrouped(base.clauses, change.clauses, orders), words, _unit_name(change), bodies),
        quotas=replaced(base.quotas, change.quotas, quota_key, quota_family),
        leaders=_leaders(base.leaders, change.leaders, words),
    )


def own_words(parsed: ParsedMandate, words: str) -> str:
    """The words of the document that are for the unit that it was read for."""
    return words if parsed.own_words is None else parsed.own_words


def orders_of(base: Parts, change: Parts, words: str) -> BodyOrders:
    """What the words order for the bodies of the base and those of the change."""
    names = body_names(base.clauses, change.clauses)
    return body_orders(words, names, (_unit_name(base), _unit_name(change)))


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


def replaced(
    base: list[Row],
    change: list[Row],
    key: Callable[[Row], Any],
    family: Callable[[Row], Any] | None = None,
) -> list[Row]:
    """The base's rows, each in its place, those that the change states again in the change's words; new ones last.

    ``family`` tells rows that are one under two names: it joins them where either side has only one such row left.
    """
    stated = {key(row): row for row in change}
    joined = _joined(base, stated, key, family) if family else {}
    kept = [stated.pop(joined.get(key(row), key(row)), row) for row in base]
    return [*kept, *stated.values()]


def row_pairs(
    base: list[Row], after: list[Row], key: Callable[[Row], Any], family: Callable[[Row], Any]
) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows of both that are one, (before, after); None: there is none."""
    now = {key(row): row for row in after}
    joined = _joined(base, now, key, family)
    for row in base:
        yield row, now.pop(joined.get(key(row), key(row)), None)
    yield from ((None, row) for row in now.values())


def _joined(
    base: list[Row], stated: dict[Any, Row], key: Callable[[Row], Any], family: Callable[[Row], Any]
) -> dict[Any, Any]:
    """The key of the base's row → the key of the change's row that means the same under another name."""
    known = {key(row) for row in base}
    old = [row for row in base if key(row) not in stated]
    new = [row for at, row in stated.items() if at not in known]
    before, after = Counter(map(family, old)), Counter(map(family, new))
    alike = {family(row): key(row) for row in new if after[family(row)] == before[family(row)] == 1}
    return {key(row): alike[family(row)] for row in old if family(row) in alike and family(row) is not None}


def quota_key(row: Row) -> str:
    return same_words(row["kind"])


def quota_family(row: Row) -> str | None:
    return next((family for family in _FAMILIES if re.search(family, row["kind"])), None)


def leader_key(row: Row) -> tuple[str, str | None]:
    return same_words(row["title"]), row["rank"]


def leader_family(row: Row) -> str | None:
    """Numbers of posts are one by their rank (科级领导职数 正科级, 正科级领导职数), posts by their title."""
    title = same_words(row["title"])
    if re.search(r"职数$|^[正副].级$", title):
        return f"职数 {row['rank']}" if row["rank"] else None
    return title


def _leaders(base: list[Row], change: list[Row], words: str) -> list[Row]:
    """The posts after the change; a rank that it leaves unsaid goes on, a post that it ends is taken out."""
    several = Counter(same_words(row["title"]) for row in base)
    ranks = {title: row["rank"] for row in base if several[title := same_words(row["title"])] == 1 and row["rank"]}
    stated = [_with_rank(row, ranks) for row in change]
    rows = replaced(base, stated, leader_key, leader_family)
    ended = {leader_key(row) for row in base} - {leader_key(row) for row in stated}
    return [taken_out(row) if leader_key(row) in ended and _is_ended(row, words) else row for row in rows]


def _is_ended(row: Row, words: str) -> bool:
    """Whether the post is no longer set up; 「撤销副局长职数1名」 only makes it fewer."""
    plain = re.sub(r"[ \u3000]", "", words)
    ending = r"(?:一职|职务|岗位)?(?:[”」』\"，,。；;、\n]|$)"
    return re.search(_NO_POST + re.escape(str(row["title"])) + ending, plain) is not None


def _with_rank(row: Row, ranks: dict[str, str]) -> Row:
    rank = row["rank"] or ranks.get(same_words(row["title"]))
    return {**row, "rank": rank, "extracted_value": {**row["extracted_value"], "rank": rank}}


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

"""变更批复: an amendment is applied to the version in force on its day; the two together are the next version (R44)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from basic_info.documents.matching import plain_name
from basic_info.mandates.models import ClauseKind, Confidence, FieldKind
from basic_info.mandates.parts import Parts, Row
from basic_info.mandates.wording import same_words

_GOES = r"(?:撤销|不再保留|不再设立|不再设置|取消)[^。；;，,]{0,24}?"
_BECOMES = (
    r"[”」』\"]?(?:(?:进行)?(?:整合|合并|重组)[，,]?(?:组建|设立|成立|更名)为?|"
    r"更名为|改名为|改称为?|改为|变更为|调整为|更改为|整合为|合并为|重组为|优化调整为)[“「『\"]?"
)
#: 「甲科、乙科和丙科整合为…」: the names between one of several and the verb.
_TOGETHER = r"(?:[”」』\"]?[、与和及][“「『\"]?[^。；;，,、]{2,16}?){0,5}"
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
#: What an amendment says of itself takes no place in the version; these come from it, the rest from the base.
_OF_THE_PAPER = (FieldKind.TITLE, FieldKind.DOC_NO, FieldKind.UNIT_NAME, FieldKind.EFFECTIVE_ON)


def amended(base: Parts, change: Parts, words: str) -> Parts:
    """The rows of the base with those that the amendment states in their places.

    ``words`` is the amendment's text: a body that it abolishes or renames is taken out as a proposal of low
    confidence, which a person keeps or restores; so are plates and posts that it drops. A duty that it adds comes
    in, one that it speaks of handing over is kept, both to be looked at. Other clauses stay in the paper alone.
    """
    return Parts(
        fields=_fields(base.fields, change.fields, words),
        clauses=_duties(_clauses(base.clauses, change.clauses, words), words, _unit_name(change)),
        quotas=_replaced(base.quotas, change.quotas, _quota_key, _family),
        leaders=_leaders(base.leaders, change.leaders, words),
    )


def section_key(row: Row) -> str:
    """What makes two clauses speak of one body: its name without blanks and brackets."""
    return plain_name(str(row["extracted_value"].get("name", "")))


def is_section(row: Row) -> bool:
    return row["clause_kind"] is ClauseKind.SECTION and "name" in row["extracted_value"]


def _fields(base: list[Row], change: list[Row], words: str) -> list[Row]:
    own = [row for row in change if row["field_kind"] in _OF_THE_PAPER]
    rank = [row for row in change if row["field_kind"] is FieldKind.RANK and row["extracted_value"]["value"]]
    kept = [row for row in base if row["field_kind"] is FieldKind.RANK and not rank]
    plates = _replaced(_plates(base), _plates(change), lambda row: same_words(row["extracted_value"]["value"]))
    stated = {same_words(row["extracted_value"]["value"]) for row in _plates(change)}
    plates = [
        _out(row) if same_words(name) not in stated and _says(_DROPPED, name, words) else row
        for row in plates
        if (name := str(row["extracted_value"]["value"]))
    ]
    return [*own, *(rank or kept), *plates]


def _unit_name(change: Parts) -> str:
    names = [row["extracted_value"]["value"] for row in change.fields if row["field_kind"] is FieldKind.UNIT_NAME]
    return str(names[0]) if names else ""


def _out(row: Row) -> Row:
    """The row taken out as a proposal."""
    return {**row, "is_removed": True, "confidence": Confidence.LOW}


def _says(verb: str, name: str, words: str) -> bool:
    return bool(name) and re.search(verb + re.escape(plain_name(name)), plain_name(words)) is not None


def _plates(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["field_kind"] is FieldKind.PLATE]


def _replaced(
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


def _quota_key(row: Row) -> str:
    return same_words(row["kind"])


def _family(row: Row) -> str | None:
    return next((family for family in _FAMILIES if re.search(family, row["kind"])), None)


def _leader_key(row: Row) -> tuple[str, str | None]:
    return same_words(row["title"]), row["rank"]


def _same_post(row: Row) -> str | None:
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
    rows = _replaced(base, stated, _leader_key, _same_post)
    ended = {_leader_key(row) for row in base} - {_leader_key(row) for row in stated}
    return [_out(row) if _leader_key(row) in ended and _is_ended(row, words) else row for row in rows]


def _is_ended(row: Row, words: str) -> bool:
    """Whether the post is no longer set up; 「撤销副局长职数1名」 only makes it fewer."""
    plain = re.sub(r"[ \u3000]", "", words)
    ending = r"(?:一职|职务|岗位)?(?:[”」』\"，,。；;、\n]|$)"
    return re.search(_NO_POST + re.escape(str(row["title"])) + ending, plain) is not None


def _with_rank(row: Row, ranks: dict[str, str]) -> Row:
    rank = row["rank"] or ranks.get(same_words(row["title"]))
    return {**row, "rank": rank, "extracted_value": {**row["extracted_value"], "rank": rank}}


def _duties(rows: list[Row], words: str, unit_name: str) -> list[Row]:
    """The duties with those that the amendment adds; one whose matter goes to others waits to be looked at."""
    sentences = [one.strip() for one in re.split(r"[。；;\n]", words) if "职责" in one or "职能" in one]
    lost = [match.group("what") for one in sentences if (match := _LOST.search(one)) and _leaves(match, unit_name)]
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


def _leaves(match: re.Match[str], unit_name: str) -> bool:
    """Whether the matter goes from the unit to another; what comes in from others doesn't."""
    goes = _GOES_AWAY.match(match.group("goes"))
    if goes is None:
        return match.group().startswith(("取消", "划出", "不再承担"))
    whom = goes.group("whom")
    return bool(whom) and not re.match(r"你|本|该", whom) and (not unit_name or unit_name not in whom)


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


def _clauses(base: list[Row], change: list[Row], words: str) -> list[Row]:
    bodies = {section_key(row): row for row in base if is_section(row)}
    stated = {section_key(row): row for row in change if is_section(row)}
    renamed = dict(_renamed(bodies, stated, words))
    for old, new in renamed.items():
        stated[new] = _succeeding(bodies[old], stated[new])
    stated.update({key: _succeeding(bodies[key], row) for key, row in stated.items() if key in bodies})
    rows: list[Row] = []
    for row in base:
        key = section_key(row) if is_section(row) else ""
        successor = stated.pop(key, None) or stated.pop(renamed.get(key, ""), None)
        if successor is not None:
            rows.append(successor)
        elif key and (key in renamed or _is_abolished(row, words) or _is_absorbed(row, words)):
            rows.append(_out(row))
        else:
            rows.append(row)
    at = max((place for place, row in enumerate(rows, start=1) if is_section(row)), default=len(rows))
    return [*rows[:at], *stated.values(), *rows[at:]]


def _succeeding(old: Row, new: Row) -> Row:
    """The body as the amendment states it; what it leaves unsaid goes on: duties, plates, the section it is."""
    value, before = dict(new["extracted_value"]), old["extracted_value"]
    if not value.get("tasks"):
        value |= {"text": before.get("text", ""), "tasks": before.get("tasks", [])}
    value["plates"] = value.get("plates") or before.get("plates", [])
    return {
        **new,
        "extracted_value": value,
        "text": f"{value['name']}。{value.get('text', '')}",
        "section_id": new["section_id"] or old["section_id"],
    }


def _renamed(bodies: dict[str, Row], stated: dict[str, Row], words: str) -> Iterator[tuple[str, str]]:
    """(old, new) of the bodies that the amendment says become others; the first old one of several goes on."""
    plain = plain_name(words)
    taken: set[str] = set()
    for old in bodies:
        for new in stated:
            if (
                new not in bodies
                and new not in taken
                and re.search(re.escape(old) + _TOGETHER + _BECOMES + re.escape(new), plain)
            ):
                taken.add(new)
                yield old, new


def _is_abolished(row: Row, words: str) -> bool:
    return re.search(_GOES + re.escape(section_key(row)), plain_name(words)) is not None


def _is_absorbed(row: Row, words: str) -> bool:
    """Whether the body goes into another: 「甲科并入乙科」, or the further ones of 「甲科、乙科整合为…」."""
    ends = rf"(?:(?:整体)?并入|{_TOGETHER}{_BECOMES})"
    return re.search(re.escape(section_key(row)) + ends, plain_name(words)) is not None

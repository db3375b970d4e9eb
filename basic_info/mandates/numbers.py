"""Numbers of places and posts after a reply: stated anew, or more or fewer by so many (核增、核减、划转) (R44)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from basic_info.mandates.models import Confidence, MandateLeader, MandateQuota
from basic_info.mandates.parsing.increments import KIND
from basic_info.mandates.parsing.model import Former, Increment
from basic_info.mandates.parsing.normalise import fold
from basic_info.mandates.parts import Row
from basic_info.mandates.regrouping import taken_out
from basic_info.mandates.wording import same_words

#: Kinds of places that are one kind under several names: 行政编制 and 机关行政编制.
_FAMILIES = ("工勤|后勤", "离退休", "政法", "执法", "控制数|员额", "行政", "事业")
_NO_POST = r"(?:不再(?:设置|设立|设|配备)|撤销|取消)[“「『\"]?"
_NUMBER_OF_POSTS = re.compile(r"(?:领导)?职数$")


@dataclass(frozen=True)
class Numbering:
    """How rows of one table are told apart; ``family`` joins rows that are one under two names."""

    table: type[MandateQuota | MandateLeader]
    name: str
    is_post: bool
    key: Callable[[Row], Any]
    family: Callable[[Row], Any]

    def facts(self, row: MandateQuota | MandateLeader) -> Row:
        """The columns of its own that a row has."""
        names = ("title", "rank", "count", "holds_quota") if self.is_post else ("kind", "count")
        return {name: getattr(row, name) for name in names}


@dataclass(frozen=True)
class Left:
    """An increment that was not added, and why; a person decides."""

    increment: Increment
    reason: str


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


QUOTAS = Numbering(MandateQuota, "kind", False, quota_key, quota_family)
LEADERS = Numbering(MandateLeader, "title", True, leader_key, leader_family)


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


def row_pairs(base: list[Row], after: list[Row], numbering: Numbering) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows of both that are one, (before, after); None: there is none."""
    key = numbering.key
    now = {key(row): row for row in after}
    joined = _joined(base, now, key, numbering.family)
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


def quotas_after(base: list[Row], stated: list[Row], increments: Sequence[Increment]) -> tuple[list[Row], list[Left]]:
    """The kinds of places after the change, and the increments that nobody could add."""
    return _added(replaced(base, stated, quota_key, quota_family), increments, QUOTAS)


def leaders_after(
    base: list[Row], change: list[Row], words: str, increments: Sequence[Increment], formers: Sequence[Former]
) -> tuple[list[Row], list[Left]]:
    """The posts after the change; a rank that it leaves unsaid goes on, a post that it ends is taken out."""
    several = Counter(same_words(row["title"]) for row in base)
    ranks = {title: row["rank"] for row in base if several[title := same_words(row["title"])] == 1 and row["rank"]}
    stated = [_as_before(_with_rank(row, ranks), base, formers) for row in change]
    rows = replaced(base, stated, leader_key, leader_family)
    ended = {leader_key(row) for row in base} - {leader_key(row) for row in stated}
    rows = [taken_out(row) if leader_key(row) in ended and _is_ended(row, words) else row for row in rows]
    return _added(rows, increments, LEADERS)


def place_of(rows: Sequence[Row], said: Increment | Former, numbering: Numbering) -> list[int]:
    """Where the rows are that the words mean; several: they do not say which."""
    there = [at for at, row in enumerate(rows) if not row["is_removed"]]
    if not said.name:
        return there
    for alike in _alike_posts(said) if numbering.is_post else _alike_places(said):
        if found := [at for at in there if alike(rows[at])]:
            return found
    return []


def is_outright(row: Row) -> bool:
    """Whether the reply itself states the number that holds afterwards."""
    return row["origin_document_id"] is None and row.get("delta") is None


def _alike_places(said: Increment | Former) -> Iterator[Callable[[Row], bool]]:
    wanted: Row = {"kind": said.name}
    yield lambda row: quota_key(row) == quota_key(wanted)
    family = quota_family(wanted)
    # Other words than those for kinds of places are a body's: those places are another's.
    if family and re.fullmatch(KIND, fold(said.name)):
        yield lambda row: quota_family(row) == family


def _alike_posts(said: Increment | Former) -> Iterator[Callable[[Row], bool]]:
    wanted: Row = {"title": said.name, "rank": said.rank}
    title = _NUMBER_OF_POSTS.sub("", same_words(said.name))
    family = leader_family(wanted)
    yield lambda row: leader_key(row) == leader_key(wanted)
    yield (
        lambda row: (
            _NUMBER_OF_POSTS.sub("", same_words(row["title"])) == title and (not said.rank or row["rank"] == said.rank)
        )
    )
    if family and family.startswith("职数"):
        yield lambda row: leader_family(row) == family
    if said.rank and said.rank[0] not in "正副":
        yield lambda row: row["rank"] in {f"正{said.rank}", f"副{said.rank}"} and row["title"].endswith("职数")


def _as_before(row: Row, base: list[Row], formers: Sequence[Former]) -> Row:
    """「科级领导职数由5名增至6名」 where the base has 5 of one level only: it is that row, in the base's words."""
    if any(leader_key(one) == leader_key(row) for one in base):
        return row
    said = [one for one in formers if one.is_post and same_words(one.name) == same_words(row["title"])]
    at = [place for one in said for place in place_of(base, one, LEADERS) if base[place]["count"] == one.count]
    if len(at) != 1:
        return row
    facts = {name: base[at[0]][name] for name in ("title", "rank", "holds_quota")} | {"count": row["count"]}
    return {**row, **facts, "extracted_value": facts}


def _added(rows: list[Row], increments: Sequence[Increment], numbering: Numbering) -> tuple[list[Row], list[Left]]:
    out, left = list(rows), list[Left]()
    for one in (one for one in increments if one.is_post is numbering.is_post):
        found = place_of(out, one, numbering)
        if len(found) != 1:
            left.append(Left(one, _nowhere(one, found, out, numbering)))
        elif is_outright(out[found[0]]):
            continue  # what holds afterwards is said too
        elif (count := out[found[0]]["count"] + one.by) < 0:
            had = out[found[0]]["count"]
            left.append(Left(one, f"基础版本只有 {had} 名，减少 {-one.by} 名会少于 0；请核对后用“修改”写明名额"))
        else:
            out[found[0]] = by_so_many(out[found[0]], count, one)
    return out, left


def by_so_many(row: Row, count: int, increment: Increment) -> Row:
    """The row with the number after the increment; it is the reply's own from here on."""
    before = row["source_snippet"] if row.get("delta") is not None else ""
    words = before if increment.snippet in before else before + increment.snippet
    return {
        **row,
        "count": count,
        "extracted_value": {**row["extracted_value"], "count": count},
        "source_snippet": words,
        "confidence": Confidence.MEDIUM,
        "origin_document_id": None,
        "delta": (row.get("delta") or 0) + increment.by,
    }


def _nowhere(one: Increment, found: list[int], rows: Sequence[Row], numbering: Numbering) -> str:
    if found:
        names = "、".join(dict.fromkeys(str(rows[at][numbering.name]) for at in found))
        return f"批复没有写明是哪一种，基础版本有{names}；请核对后用“修改”写明名额"
    word = "职数" if numbering.is_post else "编制"
    return f"基础版本中没有{one.name or '编制'}；请核对后用“补充{word}”写明名额"


def _is_ended(row: Row, words: str) -> bool:
    """Whether the post is no longer set up; 「撤销副局长职数1名」 only makes it fewer."""
    plain = re.sub(r"[ \u3000]", "", words)
    ending = r"(?:一职|职务|岗位)?(?:[”」』\"，,。；;、\n]|$)"
    return re.search(_NO_POST + re.escape(str(row["title"])) + ending, plain) is not None


def _with_rank(row: Row, ranks: dict[str, str]) -> Row:
    rank = row["rank"] or ranks.get(same_words(row["title"]))
    return {**row, "rank": rank, "extracted_value": {**row["extracted_value"], "rank": rank}}


def open_increments(base: list[Row], after: list[Row], left: Iterable[Left], numbering: Numbering) -> list[Left]:
    """Those of ``left`` that nobody settled: no row of the reply's own says another number than the base."""
    known = {(numbering.key(row), row["count"]) for row in base}
    own = [
        row for row in after if row["origin_document_id"] is None and (numbering.key(row), row["count"]) not in known
    ]
    # Which row an increment without a name meant only a person can have said.
    seen = [row for row in own if row.get("is_seen")]
    return [one for one in left if not place_of(own if one.increment.name else seen, one.increment, numbering)]

"""What a mandate (三定规定) says, each statement with the words it came from and how sure the parser is (R43)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Style(StrEnum):
    """The layout of the document (体例)."""

    ARTICLE = "article"
    SECTION = "section"
    TOWNSHIP = "township"
    INSTITUTION = "institution"
    AMENDMENT = "amendment"


class DutyKind(StrEnum):
    """The kind of a main duty (职责类型)."""

    DUTY = "duty"
    CATCH_ALL = "catch_all"
    TRANSFORMATION = "transformation"
    DIVISION = "division"


class ClauseKind(StrEnum):
    """The kind of a clause (条款类型), dictionary §9."""

    BASIS = "basis"
    NATURE = "nature"
    STATUS = "status"
    DUTY = "duty"
    CATCH_ALL = "catch_all"
    TRANSFORMATION = "transformation"
    BOUNDARY = "boundary"
    SECTION = "section"
    QUOTA = "quota"
    LEADER = "leader"
    MISC = "misc"
    FINAL = "final"


class Confidence(StrEnum):
    """How sure the parser is (置信度)."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


@dataclass(frozen=True)
class Found(Generic[T]):
    """One value with its source; value null and snippet "" when the document doesn't say."""

    value: T
    snippet: str = ""
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True)
class DocumentNumber:
    """A document number (文号) in its three parts (R42); `text` is as printed."""

    text: str
    prefix: str
    year: int
    number: int


@dataclass(frozen=True)
class Plate:
    """A further name that a body hangs out (加挂牌子)."""

    name: str
    snippet: str
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True)
class Duty:
    """One main duty (主要职责); `no` counts all duties of the document from 1."""

    no: int
    text: str
    kind: DutyKind
    snippet: str
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True)
class Section:
    """An internal body (内设机构) with its duty sentence, cut into tasks."""

    name: str
    plates: tuple[str, ...]
    text: str
    tasks: tuple[str, ...]
    snippet: str
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True)
class Quota:
    """An approved number of places (编制), the kind in the document's words."""

    kind: str
    count: int
    snippet: str
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True)
class LeaderPost:
    """A post or a number of posts (领导职数) as written."""

    title: str
    rank: str | None
    count: int
    holds_quota: bool
    snippet: str
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True)
class Increment:
    """By how many a reply changes a number without saying what holds afterwards (核增、核减、划转、收回).

    `name` is the kind of places or the title of the posts, "" where the words only say 编制; `by` is negative where
    they become fewer; `snippet` is the sentence.
    """

    name: str
    by: int
    is_post: bool
    rank: str | None
    snippet: str


@dataclass(frozen=True)
class Former:
    """The number that a reply says to have held before (由5名增至6名)."""

    name: str
    count: int
    is_post: bool
    rank: str | None
    snippet: str


@dataclass(frozen=True)
class Clause:
    """One clause (条款) of the document in its order, for keeping and comparing versions."""

    kind: ClauseKind
    sort_no: int
    text: str
    snippet: str
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True)
class ParsedMandate:
    """All that was read from one document."""

    title: Found[str]
    doc_no: Found[DocumentNumber | None]
    unit_name: Found[str]
    style: Found[Style]
    rank: Found[str | None]
    plates: tuple[Plate, ...]
    duties: tuple[Duty, ...]
    sections: tuple[Section, ...]
    quotas: tuple[Quota, ...]
    leaders: tuple[LeaderPost, ...]
    effective_on: Found[date | None]
    clauses: tuple[Clause, ...]
    # Of a reply: by how many it changes a number, and the numbers that it says to have held.
    increments: tuple[Increment, ...] = ()
    formers: tuple[Former, ...] = ()
    # Of a reply to several units: what it orders for this one, what for others, and what it doesn't say for whom.
    own_words: str | None = None
    for_others: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    # The readings for the further units; each stands for itself.
    for_units: tuple["ParsedMandate", ...] = ()

    def for_unit(self, is_it: Callable[[str], bool]) -> "ParsedMandate":
        """Of a reply to several units the reading for the one whose name `is_it` accepts; else nothing is decided."""
        if self.own_words is None:
            return self
        found = next((one for one in (self, *self.for_units) if is_it(one.unit_name.value)), None)
        return found or self._for_nobody()

    def _for_nobody(self) -> "ParsedMandate":
        said = [order for one in (self, *self.for_units) for order in (*one.for_others, *one.undecided)]
        return replace(
            self,
            rank=Found(None),
            plates=(),
            sections=(),
            quotas=(),
            leaders=(),
            increments=(),
            formers=(),
            own_words="",
            for_others=(),
            undecided=tuple(dict.fromkeys(said)),
        )

    def as_contract(self) -> dict[str, Any]:
        """The keys that `lvzhi import mandate --dry-run --json` prints, and no others."""
        doc_no, effective_on = self.doc_no.value, self.effective_on.value
        return {
            "title": self.title.value,
            "doc_no": doc_no.text if doc_no else None,
            "unit_name": self.unit_name.value,
            "style": self.style.value.value,
            "rank": self.rank.value,
            "plates": [plate.name for plate in self.plates],
            "duties": [{"no": duty.no, "text": duty.text, "kind": duty.kind.value} for duty in self.duties],
            "sections": [
                {"name": s.name, "plates": list(s.plates), "text": s.text, "tasks": list(s.tasks)}
                for s in self.sections
            ],
            "quotas": [{"kind": quota.kind, "count": quota.count} for quota in self.quotas],
            "leaders": [
                {"title": p.title, "rank": p.rank, "count": p.count, "holds_quota": p.holds_quota} for p in self.leaders
            ],
            "effective_on": effective_on.isoformat() if effective_on else None,
        }

"""A reply to several units: which of its orders are for which of them (市甲局、市乙局：…).

An order is for the unit that it names, or that the item above it names. Where neither does, nobody is guessed at: the
order is for a person to place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter

from basic_info.mandates.parsing.bodies import forms_of
from basic_info.mandates.parsing.heading import Heading
from basic_info.mandates.parsing.lines import Line
from basic_info.mandates.parsing.names import ends_as_body
from basic_info.mandates.parsing.normalise import fold, only_date

_EVERYBODY = re.compile(r"^各|[各等]单位|有关(?:单位|部门)|[市县区]直")
_HAS_LEVEL = re.compile(r"^[\u4e00-\u9fff]{0,6}?[省市县区州旗].{2}")
_SOURCE = re.compile(r"[从由自]$")
_EACH = re.compile(r"[各均都](?!项|类|种|科|股|室|镇|乡)|两局|两(?:个)?单位|你们")
_IN_TURN = re.compile(r"分别")
_ORDERS = re.compile(
    r"分设|拆分|增设|新设|新增|单设|成立|更名|改名|组建|整合|撤销|设立|调整|合并|不再|划入|划转|划归|并入|核增|核减|核定|增加|减少|收回|加挂|增挂|"
    r"编制|职数|职责|职能|\d名"
)
_BODIES = re.compile(r"分设|拆分|增设|新设|单设|成立|更名|改名|组建|整合|撤销|设立|合并|不再|加挂|增挂|职责|职能")
_ASIDE = re.compile(r"请示|收悉|如下:?$|抓紧|遵照|此复|^特此|报.{0,8}备案")
_TITLE_OF_PAPER = re.compile(r"《[^》]*》")


@dataclass
class ForUnit:
    """What a reply to several units orders for one of them; ``undecided`` are the orders whose unit it doesn't say."""

    lines: list[Line] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)


def units_addressed(heading: Heading) -> tuple[str, ...]:
    """The units that the reply changes where they are several, else none.

    Of several addressees of which the title names one, only that one is changed; where it names a further unit, that.
    """
    named = heading.addressees
    if len(named) < 2:
        named = tuple(heading.unit_name.value.split("、"))
    is_all = all(ends_as_body(fold(name)) or re.search(r"[镇乡]$|政府$|街道", name) for name in named)
    if len(named) < 2 or not is_all or any(_EVERYBODY.search(name) for name in named):
        return ()
    if not heading.addressees[1:] and not all(_HAS_LEVEL.match(name) for name in named):
        return ()
    in_title = [name for name in named if any(form in fold(heading.title.value) for form in forms_of([name]))]
    names_another = heading.unit_name.value not in named
    return () if len(in_title) == 1 or (not in_title and names_another) else named


def orders_by_unit(
    lines: Sequence[Line], units: Sequence[str], decided: Mapping[str, str] | None = None
) -> dict[str, ForUnit]:
    """The lines as they concern each unit; what is for all of them or orders nothing is among each one's.

    `decided`: orders → the unit that a person gave each to.
    """
    found = {unit: ForUnit() for unit in units}
    if not units:
        return found
    reader = _Reader(units)
    for line in lines:
        pieces = list(_settled(reader.pieces(line), decided or {}))
        for unit, part in found.items():
            own = "".join(text for text, owners in pieces if owners is None or unit in owners).rstrip("、")
            if own:
                part.lines.append(replace(line, text=f"{line.mark.text if line.mark else ''}{own}", gaps=()))
            part.others += [text for text, owners in _joined(pieces) if owners and unit not in owners]
            part.undecided += [text for text, owners in _joined(pieces) if owners == frozenset()]
    return found


Owners = frozenset[str] | None
"""Whose an order is; none of them: nobody can tell; None: it orders nothing."""


class _Reader:
    """Goes down the lines and remembers which unit the items above speak of."""

    def __init__(self, units: Sequence[str]) -> None:
        self._units = frozenset(units)
        self._forms = {form: unit for unit in units for form in _short_forms(unit, units)}
        self._any = re.compile("|".join(map(re.escape, sorted(self._forms, key=len, reverse=True))))
        self._headed: Owners = frozenset()
        self._above: list[tuple[int, Owners]] = []

    def pieces(self, line: Line) -> Iterator[tuple[str, Owners]]:
        """The clauses of a line, each with its owners."""
        owner = self._inherited(line)
        plain = _TITLE_OF_PAPER.sub("", fold(line.body))
        if _ASIDE.search(plain) or only_date(plain):
            yield line.body, None
            return
        is_order = False
        for clause in _clauses(line.body):
            for piece in self._parted(clause):
                owner = self._owner(fold(piece), owner)
                # What a clause orders goes on to the end of its sentence: 增设甲科，负责….
                is_order = is_order or _orders(fold(piece))
                yield piece, owner if owner or is_order else None
            is_order = is_order and not clause.endswith("。")
        self._remember(line, plain, owner)

    def _inherited(self, line: Line) -> Owners:
        if line.depth is not None:
            self._above = [(depth, owner) for depth, owner in self._above if depth < line.depth]
        return self._above[-1][1] if self._above else self._headed

    def _remember(self, line: Line, plain: str, owner: Owners) -> None:
        named = self._named(plain)
        if line.depth is not None:
            self._above.append((line.depth, owner))
        elif len(named) == 1 and len(plain) <= 30 and not re.search(r"[。;,]", plain) and not _orders(plain):
            # 「市甲局：」, 「关于市甲局」 stands above all that follows.
            self._headed, self._above = frozenset(named), []

    def _parted(self, clause: str) -> list[str]:
        """「市甲局增设子科、市乙局增设丑科」: cut where each part names one unit."""
        if len(self._named(fold(clause))) < 2:
            return [clause]
        parts = re.split(r"(?<=、)", clause)
        return parts if all(len(self._named(fold(part))) == 1 and _orders(fold(part)) for part in parts) else [clause]

    def _owner(self, text: str, before: Owners) -> Owners:
        named = self._named(text)
        if len(named) == 1:
            return frozenset(named)
        if named:
            is_clear = not _BODIES.search(text) or (_EACH.search(text) and not _IN_TURN.search(text))
            return frozenset(named) if is_clear else frozenset()
        if _EACH.search(text) and not before:
            return frozenset() if _IN_TURN.search(text) else self._units
        return before

    def _named(self, text: str) -> list[str]:
        """The units that a text speaks of; one that it only takes from counts where there is no other."""
        mentions = [(match.start(), self._forms[match.group()]) for match in self._any.finditer(text)]
        subjects = [unit for at, unit in mentions if not _SOURCE.search(text[:at])]
        return list(dict.fromkeys(subjects or [unit for _, unit in mentions]))


def _settled(pieces: Iterable[tuple[str, Owners]], decided: Mapping[str, str]) -> Iterator[tuple[str, Owners]]:
    """The pieces with the owners that a person gave them."""
    for owners, run in groupby(pieces, key=itemgetter(1)):
        texts = [text for text, _ in run]
        order = "".join(texts).strip("，, ")
        whose: Owners = owners if owners is None or order not in decided else frozenset({decided[order]})
        yield from ((text, whose) for text in texts)


def _orders(text: str) -> bool:
    return bool(_ORDERS.search(text))


def _short_forms(unit: str, units: Sequence[str]) -> tuple[str, ...]:
    """The names of a unit, that without its level too where no other one ends so (商务局)."""
    forms = forms_of([unit])
    bare = forms[-1][1:]
    is_own = len(bare) > 2 and not any(fold(other).endswith(bare) for other in units if other != unit)
    return (*forms, bare) if is_own else forms


def _clauses(text: str) -> list[str]:
    return re.findall(r"[^,，;；。]+[,，;；。]?", text)


def _joined(pieces: Sequence[tuple[str, Owners]]) -> list[tuple[str, Owners]]:
    """Neighbours of one owner as one text."""
    found: list[tuple[str, Owners]] = []
    for text, owners in pieces:
        if found and found[-1][1] == owners:
            found[-1] = (found[-1][0] + text, owners)
        else:
            found.append((text, owners))
    return [(text.strip("，, "), owners) for text, owners in found]

"""Word's automatic numbering (自动编号): list numbers that exist only as numbering become words again."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from basic_info.mandates.parsing.normalise import to_chinese
from basic_info.mandates.parsing.xml import attribute, child, children, value_of

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_LEGAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")


def _chinese(number: int) -> str:
    return to_chinese(number) if 0 < number < 10000 else str(number)


def _digits(number: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))


def _circled(number: int) -> str:
    return _CIRCLED[number - 1] if 0 < number <= len(_CIRCLED) else str(number)


def _stem(number: int) -> str:
    return _STEMS[(number - 1) % len(_STEMS)]


def _letter(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number < 800 else str(number)


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    out = ""
    for size, sign in (
        *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
        *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
    ):
        out += sign * (number // size)
        number %= size
    return out


_FORMATS: dict[str, Callable[[int], str]] = {
    **dict.fromkeys(
        (
            *("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting"),
            *("taiwaneseCountingThousand", "ideographEnclosedCircle", "koreanCounting"),
        ),
        _chinese,
    ),
    **dict.fromkeys(("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"), _digits),
    "chineseLegalSimplified": lambda number: _chinese(number).translate(_LEGAL),
    **dict.fromkeys(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), _circled),
    "decimalEnclosedParen": lambda number: f"({number})",
    "decimalEnclosedFullstop": lambda number: f"{number}.",
    "decimalZero": lambda number: f"{number:02d}",
    "ideographTraditional": _stem,
    "lowerLetter": _letter,
    "upperLetter": lambda number: _letter(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
}
_SILENT = {"bullet", "none"}


@dataclass(frozen=True)
class Level:
    """One level of a list: how its number is written and where it starts."""

    number_format: str = "decimal"
    pattern: str = ""
    start: int = 1
    style_id: str | None = None
    all_decimal: bool = False


@dataclass(frozen=True)
class NumberedList:
    """A list of the document: the definition it shares its counters with, its levels, where it restarts."""

    definition_id: str
    levels: dict[int, Level]
    overrides: dict[int, int]


@dataclass
class Numbering:
    """The lists and the styles of one document and the counters on the way through it."""

    lists: dict[str, NumberedList] = field(default_factory=dict)
    styles: dict[str, tuple[str | None, str | None, int | None]] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)
    restarted: set[tuple[str, int]] = field(default_factory=set)

    def mark_of(self, properties: etree._Element | None) -> str:
        """The number in front of a paragraph with these properties (pPr), "" when it has none."""
        list_id, depth = self._place(properties)
        numbered = self.lists.get(list_id or "")
        if numbered is None or depth not in numbered.levels:
            return ""
        self._count(list_id or "", numbered, depth)
        return self._written(numbered, depth)

    def _place(self, properties: etree._Element | None) -> tuple[str | None, int]:
        if properties is None:
            return None, 0
        own = child(properties, "numPr")
        list_id = value_of(child(own, "numId")) if own is not None else None
        depth = _integer(value_of(child(own, "ilvl"))) if own is not None else None
        style_id = value_of(child(properties, "pStyle"))
        style_list, style_depth = self._from_style(style_id)
        list_id = list_id if list_id is not None else style_list
        if depth is None:
            depth = style_depth if own is None or value_of(child(own, "numId")) is None else 0
        return list_id, depth or 0

    def _from_style(self, style_id: str | None) -> tuple[str | None, int | None]:
        origin, seen = style_id, set()
        while style_id and style_id in self.styles and style_id not in seen:
            seen.add(style_id)
            parent, list_id, depth = self.styles[style_id]
            if list_id is not None:
                return list_id, depth if depth is not None else self._level_of_style(list_id, origin)
            style_id = parent
        return None, None

    def _level_of_style(self, list_id: str, style_id: str | None) -> int | None:
        numbered = self.lists.get(list_id)
        levels = numbered.levels if numbered else {}
        return next((depth for depth, level in levels.items() if level.style_id == style_id), None)

    def _count(self, list_id: str, numbered: NumberedList, depth: int) -> None:
        counters = self.counters.setdefault(numbered.definition_id, {})
        if depth in numbered.overrides and (list_id, depth) not in self.restarted:
            self.restarted.add((list_id, depth))
            counters[depth] = numbered.overrides[depth]
        else:
            counters[depth] = counters.get(depth, numbered.levels[depth].start - 1) + 1
        for deeper in [known for known in counters if known > depth]:
            del counters[deeper]

    def _written(self, numbered: NumberedList, depth: int) -> str:
        level = numbered.levels[depth]
        if level.number_format in _SILENT:
            return ""
        counters = self.counters[numbered.definition_id]

        def number(match: re.Match[str]) -> str:
            place = int(match.group(1)) - 1
            shown = numbered.levels.get(place, Level())
            written = _FORMATS.get("decimal" if level.all_decimal else shown.number_format, str)
            return written(counters.get(place, shown.start))

        return re.sub(r"%([1-9])", number, level.pattern)


def read_numbering(numbering: etree._Element | None, styles: etree._Element | None) -> Numbering:
    """The numbering of a document from its numbering and styles parts; either may be absent."""
    result = Numbering()
    if numbering is not None:
        result.lists = _lists(numbering)
    if styles is not None:
        for style in children(styles, "style"):
            result.styles[attribute(style, "styleId") or ""] = _style(style)
    return result


def _style(style: etree._Element) -> tuple[str | None, str | None, int | None]:
    properties = child(style, "pPr")
    own = child(properties, "numPr") if properties is not None else None
    list_id = value_of(child(own, "numId")) if own is not None else None
    depth = _integer(value_of(child(own, "ilvl"))) if own is not None else None
    return value_of(child(style, "basedOn")), list_id, depth


def _lists(numbering: etree._Element) -> dict[str, NumberedList]:
    definitions: dict[str, dict[int, Level]] = {}
    by_style: dict[str, str] = {}
    linked: dict[str, str] = {}
    for definition in children(numbering, "abstractNum"):
        definition_id = attribute(definition, "abstractNumId") or ""
        definitions[definition_id] = _levels(definition)
        if style := value_of(child(definition, "styleLink")):
            by_style[style] = definition_id
        if style := value_of(child(definition, "numStyleLink")):
            linked[definition_id] = style
    lists = {}
    for num in children(numbering, "num"):
        definition_id = value_of(child(num, "abstractNumId")) or ""
        definition_id = by_style.get(linked.get(definition_id, ""), definition_id)
        lists[attribute(num, "numId") or ""] = _list(num, definition_id, definitions.get(definition_id, {}))
    return lists


def _list(num: etree._Element, definition_id: str, levels: dict[int, Level]) -> NumberedList:
    overrides: dict[int, int] = {}
    levels = dict(levels)
    for override in children(num, "lvlOverride"):
        depth = _integer(attribute(override, "ilvl")) or 0
        start = _integer(value_of(child(override, "startOverride")))
        own = child(override, "lvl")
        if own is not None:
            levels[depth] = _level(own)
            start = levels[depth].start if start is None else start
        if start is not None:
            overrides[depth] = start
    return NumberedList(definition_id, levels, overrides)


def _levels(definition: etree._Element) -> dict[int, Level]:
    return {_integer(attribute(lvl, "ilvl")) or 0: _level(lvl) for lvl in children(definition, "lvl")}


def _level(lvl: etree._Element) -> Level:
    start = _integer(value_of(child(lvl, "start")))
    return Level(
        number_format=value_of(child(lvl, "numFmt")) or "decimal",
        pattern=value_of(child(lvl, "lvlText")) or "",
        start=1 if start is None else start,
        style_id=value_of(child(lvl, "pStyle")),
        all_decimal=child(lvl, "isLgl") is not None,
    )


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"\d{1,6}", text) else None

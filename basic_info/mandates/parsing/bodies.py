"""What a reply orders for the bodies of a unit: abolished, made into others, duties handed on (撤销、整合、职责划转).

The bodies are known, those of the version that the reply changes and those that it states. Each mention of one is made
a single sign first, so that a sentence reads as 「撤销①，其职责划入②」.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from basic_info.mandates.parsing.names import ends_as_body, split_names
from basic_info.mandates.parsing.normalise import fold, tidy

_FIRST = 0xE000
_BODY = "[\ue000-\uf8ff]"
_NO_BODY = "\ue000-\uf8ff"
_ADDRESSED = r"(?:你|我|该|本|贵)(?:局|委|办|厅|部|院|校|馆|站|所|中心|单位|镇|乡|街道|会|队|社)"
_PRE = (
    rf"(?:{_ADDRESSED}|局?机关|原(?:来)?|现有|内设(?:机构|科室)?|新(?:设立|组建|成立|设)?的?|"
    r"(?:更名|调整|整合|合并)后的?|的){0,4}"
)
_AND = r"(?:、|和|与|及|以及)"
_ITEM = rf"(?:{_PRE}{_BODY}|[^。;,、和与及{_NO_BODY}]{{2,12}}?)"
_COUNT = r"(?:等?[一二两三四五六七八九十\d]+个(?:内设机构|科室|机构|股室|处室))?"
_WHAT = rf"(?P<what>[^,。;{_NO_BODY}]{{0,60}}?(?:管理|监管)?)"
_DUTY = r"(?:工作)?(?:职责|职能|职权)(?:任务)?(?:[和及、]?(?:人员)?编制)?(?:[和及、]人员)?"
_TO = (
    r"(?:整体|整建制|全部|统一|相应|一并|分别|同时|均|都){0,3}(?:划入|划归|划转|划给|划出|划到|并入|归并|合并|移交|转移|转入|转由|转至|"
    r"调整|归入|归|交由|交给|交|改由|由)(?:至|到|入|给|由|为)*"
)
_END = r"(?=$|[,。;]|统一|承担|负责|管理|行使|承接|履行|办理|实施)"
_WHOM = rf"(?P<takers>{_PRE}{_BODY}(?:{_AND}{_PRE}{_BODY}){{0,20}}|[^,。;]{{2,30}}?){_END}"
_BECOMES = (
    r"(?:的名称)?(?:进行|予以)?(?:(?:整合|合并|重组),?(?:并|后)?(?:组建|设立|成立|更名|名称定?)为?|更名为|改名为|改称为?|改为|变更为|调整为|更改为|"
    r"整合为|合并为|重组为|优化调整为|改建为|改设为)"
)
# 「撤销甲科的审批职责」, 「取消甲科加挂的牌子」 leave the body itself.
_ITSELF = r"(?!的|承担|负责|加挂|挂|[^,。;、]{0,8}(?:牌子|职数|编制|职责|职能|一职))"


def _list(name: str) -> str:
    return rf"(?P<{name}>{_PRE}{_BODY}(?:{_AND}{_ITEM}){{0,20}}){_COUNT}"


_ABOLISHED = re.compile(
    rf"(?:撤销|不再保留|不再设立|不再设置|不再单设|不再设|取消|撤并)[^。;,{_NO_BODY}]{{0,24}}?{_list('bodies')}{_ITSELF}"
)
_IS_ABOLISHED = re.compile(rf"{_list('bodies')}(?:予以|同时|随之|相应|均)*撤销")
_BECAME = (
    re.compile(rf"{_list('bodies')}{_BECOMES}{_PRE}(?P<new>{_BODY})"),
    re.compile(
        rf"(?:整合|合并|重组|撤并){_list('bodies')}(?:的?(?:相关|有关|全部)?(?:职责|职能))?后?,?"
        rf"(?:重新|合并|整合|新)?(?:组建|设立|成立|新设|增设)为?{_PRE}(?P<new>{_BODY})"
    ),
    re.compile(rf"(?:在|以){_list('bodies')}(?:的|为)?基础上?,?(?:组建|设立|成立|新设){_PRE}(?P<new>{_BODY})"),
    re.compile(
        rf"(?:撤销|不再保留){_list('bodies')},?(?:重新组建|组建|(?:合并|整合)(?:组建|设立|成立)){_PRE}(?P<new>{_BODY})"
    ),
)
_ABSORBED = re.compile(
    rf"{_list('bodies')}(?:整体|整建制|成建制)*(?:并入|归并到|归并至|合并到|合并至|划入|划归|划转|转隶)(?:至|到|给)*{_WHOM}"
)
_GIVEN = re.compile(
    rf"(?:原由|由)?{_list('bodies')}(?:原|现|所)?(?:承担|负责|行使|履行)?的?{_WHAT}{_DUTY},?{_TO}{_WHOM}"
)
_ITS = re.compile(
    rf"(?:^|[,:])(?:同时|并)?(?:将|把)?(?:(?P<rest>其他|其它|其余|剩余)|(?:其|原|该|有关|相关|上述|以上)+(?:科室?|股室?|室|机构)?|(?=(?:工作)?职[责能]))"
    rf"(?:原|所)?(?:承担|负责)?的?{_WHAT}{_DUTY},?{_TO}{_WHOM}"
)
_TAKEN_OVER = re.compile(
    rf"(?P<takers>{_BODY})[^。;{_NO_BODY}]{{0,16}}?(?:承担|承接|负责|履行)(?:原由|由|原)?{_list('bodies')}(?:原)?(?:承担|负责)?的?"
    rf"{_WHAT}(?:工作)?(?:职责|职能)(?!分工)"
)
_FROM_PARTS = re.compile(
    rf"(?:将|把|整合)(?P<parts>[^。;]{{0,80}}?{_BODY}[^。;]{{0,80}}?(?:职责|职能)[^。;]{{0,80}}?)(?:进行)?(?:整合|合并|划入)?,?(?:组建|设立|成立){_PRE}(?P<new>{_BODY})"
)
# 「将甲科的…职责、乙科的…职责划入丙科」
_SEVERAL = re.compile(
    rf"(?:将|把)(?P<parts>[^。;]{{0,80}}?{_BODY}[^。;]{{0,80}}?(?:职责|职能){_AND}[^。;]{{0,80}}?{_BODY}[^。;]{{0,80}}?(?:职责|职能))(?:一并|均|都|统一)?{_TO}{_WHOM}"
)
_PART = re.compile(rf"{_list('bodies')}(?:原|现)?(?:承担|负责)?的?{_WHAT}(?:工作)?(?:职责|职能)")
_MATTER = re.compile(
    rf"(?:将|把)(?P<what>[^,。;{_NO_BODY}]{{2,40}}?(?:管理|监管)?)的?{_DUTY},?{_TO}{_PRE}(?P<takers>{_BODY}){_END}"
)
#: No order over several bodies is longer; the search for one would take too long in what is.
_LONGEST = 500
_ALL = re.compile(r"^(?:的|全部|所有|主要|有关|相关|相应|原有|原|现有|各项|上述|行政|管理|工作|等)*$")
_NOT_BEFORE = re.compile(r"[\u4e00-\u9fff]$")
_BEFORE = (
    rf"(?:将|把|由|从|至|到|入|给|归|与|和|及|原|的|撤销|保留|设置|整合|合并|重组|组建|设立|成立|增设|新设|设|同意|在|机关|"
    rf"内设|机构|科室|向|交|并|对|取消|为|撤并|不再|承担|承接|负责|履行|单独|新建|是|{_ADDRESSED})$"
)


@dataclass(frozen=True)
class Hand:
    """Duties that go over. ``what`` "" is all of the givers', ``is_rest`` what other orders leave of them.

    No giver: the reply doesn't say whose they were. No taker: ``outside`` names who gets them. ``words``: the sentence.
    """

    givers: tuple[str, ...]
    takers: tuple[str, ...]
    what: str
    words: str
    outside: str = ""
    is_rest: bool = False


@dataclass(frozen=True)
class Becoming:
    """Bodies that become one new or standing one (更名, 整合组建)."""

    olds: tuple[str, ...]
    new: str
    words: str


@dataclass
class BodyOrders:
    """What a reply orders for bodies; bodies are the keys that ``body_orders`` was given.

    ``near``: new name → the old name in the reply's words where only another name of the body was like it;
    ``unknown``: new name → (old name, sentence) where no body is.
    """

    abolished: dict[str, str] = field(default_factory=dict)
    became: list[Becoming] = field(default_factory=list)
    hands: list[Hand] = field(default_factory=list)
    near: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, tuple[str, str]] = field(default_factory=dict)


def sentences_of(words: str) -> Iterator[tuple[int, str]]:
    """The sentences of a text, cut at 。 and ；, each with the number of its paragraph."""
    for number, line in enumerate(words.splitlines()):
        yield from ((number, sentence) for sentence in re.findall(r"[^。；;]+[。；;]?", tidy(line)))


def body_orders(words: str, names: Mapping[str, str], units: Iterable[str] = ()) -> BodyOrders:
    """Read the orders of a text; ``names`` gives the key of each name that a body has, ``units`` are the unit's own."""
    coder = _Coder(names, units)
    orders, last, paragraph = BodyOrders(), tuple[str, ...](), -1
    for number, sentence in sentences_of(words):
        last = last if number == paragraph else ()
        paragraph = number
        last = _read_sentence(orders, coder, sentence, last)
    return orders


def speaks_of(text: str, names: Iterable[str]) -> bool:
    """Whether a text names one of the bodies, not another whose name only ends so."""
    coder = _Coder({name: name for name in names}, ())
    return bool(re.search(_BODY, coder.coded(text)))


def forms_of(units: Iterable[str]) -> tuple[str, ...]:
    """The names of a unit, folded, and each without the place in front (临沂市商务局, 市商务局)."""
    names = [fold(tidy(unit)) for unit in units if unit]
    short = [name[found.start() :] for name in names if (found := re.search(r"[省市县区州旗](?=.{2})", name))]
    return tuple(sorted({*names, *short}, key=len, reverse=True))


_RENAMED = re.compile(
    r"(?P<old>[^,。;:()]{2,60}?)(?:的?名称)?(?:分别|相应|同步|统一){0,3}"
    r"(?:更名|改名|改称|更改|名称变更|名称调整|调整|变更|改设|改)为(?P<new>[^,。;:()]{2,60})"
)
_IN_FRONT = re.compile(rf"^(?:同意|经研究|将|把|原(?!料)|现|内设机构|科室|{_ADDRESSED}|的|所属)+(?=..)")


def renames_of(words: str, units: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """(old name, words behind 更名为, sentence) of each body that gets another name, also of several in turn."""
    own = "|".join(map(re.escape, forms_of(units)))
    unit = re.compile(rf"^(?:{own})(?:机关)?的?(?=..)" if own else r"(?!)")
    for _, sentence in sentences_of(words):
        for match in _RENAMED.finditer(re.sub(r'"|\([^()]*\)', "", fold(sentence))):
            before = re.split(r"同意|将|把", match["old"])[-1] or match["old"]
            olds = [unit.sub("", _IN_FRONT.sub("", unit.sub("", one))) for one in split_names(before)]
            news = split_names(match["new"])
            pairs = zip(olds, news, strict=True) if len(olds) == len(news) else ((old, news[0]) for old in olds if news)
            yield from ((old, new, sentence) for old, new in pairs if ends_as_body(old))


def new_unit_name(words: str, units: Iterable[str]) -> tuple[str, str] | None:
    """(new name, sentence) where the text gives the unit itself another name."""
    own = "|".join(map(re.escape, forms_of(units)))
    named = rf"(?:^|[^\u4e00-\u9fff]|将|把|意)(?:{own + '|' if own else ''}{_ADDRESSED})"
    renamed = r'"?(?:的?名称)?(?:更名|改名|改称|名称变更|名称调整)为?:?"?(?P<new>[^,。;:"()]{3,30})'
    pattern = re.compile(named + renamed)
    for _, sentence in sentences_of(words):
        match = pattern.search(fold(sentence))
        if match and ends_as_body(match["new"]):
            return sentence[slice(*match.span("new"))], sentence
    return None


class _Coder:
    """Puts one sign in the place of each name, and the keys back."""

    def __init__(self, names: Mapping[str, str], units: Iterable[str]) -> None:
        self._names = {fold(tidy(name)): key for name, key in names.items() if name}
        self._keys = list(dict.fromkeys(self._names.values()))
        longest = sorted(self._names, key=len, reverse=True)
        self._any = re.compile("|".join(map(re.escape, longest)) if longest else r"(?!)")
        own = "|".join(map(re.escape, forms_of(units)))
        self._before = re.compile(_BEFORE.removesuffix(")$") + (rf"|{own})$" if own else ")$"))
        self._own = re.compile(rf"(?:{own})(?:机关)?(?={_BODY})" if own else r"(?!)")

    def coded(self, sentence: str) -> str:
        plain = re.sub(r'"|\([^()]*\)', "", fold(sentence))
        coded, at = "", 0
        for match in self._any.finditer(plain):
            coded += plain[at : match.start()]
            at = match.end()
            is_own = not _NOT_BEFORE.search(coded) or self._before.search(coded)
            name = match.group()
            coded += chr(_FIRST + self._keys.index(self._names[name])) if is_own else name
        return self._own.sub("", coded + plain[at:])

    def keys(self, coded: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._keys[ord(sign) - _FIRST] for sign in re.findall(_BODY, coded or "")))


def _read_sentence(orders: BodyOrders, coder: _Coder, sentence: str, last: tuple[str, ...]) -> tuple[str, ...]:
    """Add what a sentence orders; the bodies that 「其职责」 in the next one speaks of."""
    coded = coder.coded(sentence).rstrip("。;")
    named = coder.keys(coded)
    if not named and not (last and _ITS.search(coded)):
        return last
    became = [
        Becoming(tuple(old for old in coder.keys(match["bodies"]) if old != coder.keys(match["new"])[0]),
                 coder.keys(match["new"])[0], sentence)
        for pattern in _BECAME for match in pattern.finditer(coded)
    ]  # fmt: skip
    orders.became += [one for one in became if one.olds]
    spoken_of: list[tuple[int, tuple[str, ...]]] = []
    for pattern in (_ABOLISHED, _IS_ABOLISHED):
        for match in pattern.finditer(coded):
            bodies = coder.keys(match["bodies"])
            spoken_of.append((match.start(), bodies))
            orders.abolished.update({body: sentence for body in bodies if body not in orders.abolished})
    hands = [*_absorbed(orders, coder, coded, sentence), *_handed(coder, coded, sentence)]
    hands += _of_them(coder, coded, sentence, sorted(spoken_of), last)
    orders.hands += [one for one in dict.fromkeys(hands) if one.givers != one.takers]
    return sorted(spoken_of)[-1][1] if spoken_of else (named or last)


def _absorbed(orders: BodyOrders, coder: _Coder, coded: str, sentence: str) -> Iterator[Hand]:
    """「甲科并入乙科」: the body goes with all it does."""
    for match in _ABSORBED.finditer(coded):
        givers, takers = coder.keys(match["bodies"]), coder.keys(match["takers"])
        if set(givers) & set(takers):
            continue
        orders.abolished.update({body: sentence for body in givers if body not in orders.abolished})
        yield Hand(givers, takers, "", sentence, "" if takers else match["takers"])


def _handed(coder: _Coder, coded: str, sentence: str) -> Iterator[Hand]:
    parts = (_FROM_PARTS.search(coded) or _SEVERAL.search(coded)) if len(coded) <= _LONGEST else None
    if parts:
        groups = parts.groupdict()
        whom = groups.get("new") or groups["takers"]
        for match in _PART.finditer(groups["parts"]):
            yield from _hands(coder, match, coder.keys(match["bodies"]), sentence, whom)
        return
    for match in _GIVEN.finditer(coded):
        yield from _hands(coder, match, coder.keys(match["bodies"]), sentence, match["takers"])
    for match in _TAKEN_OVER.finditer(coded):
        yield Hand(coder.keys(match["bodies"]), coder.keys(match["takers"]), _what(match["what"]), sentence)
    for match in _MATTER.finditer(coded):
        if not re.match(r"其|原|该|有关|相关|上述", match["what"]):
            yield Hand((), coder.keys(match["takers"]), _what(match["what"]), sentence)


def _of_them(
    coder: _Coder, coded: str, sentence: str, spoken_of: list[tuple[int, tuple[str, ...]]], last: tuple[str, ...]
) -> Iterator[Hand]:
    """「其职责划入…」: the duties of the body that the words before speak of."""
    givers = last
    for number, match in enumerate(_ITS.finditer(coded)):
        before = [bodies for at, bodies in spoken_of if at < match.start()]
        # 「其…职责划入甲科，其他职责划入乙科」: both speak of the body of the words before the first of them.
        named = coder.keys(coded[: match.start()])[-1:] if number == 0 else ()
        givers = before[-1] if before else (named or givers)
        if givers:
            yield from _hands(coder, match, givers, sentence, match["takers"])


def _hands(coder: _Coder, match: re.Match[str], givers: tuple[str, ...], sentence: str, whom: str) -> Iterator[Hand]:
    """One order, or one for each giver: 「甲科、乙科的职责分别划入丙科、丁科」."""
    takers, what, is_rest = coder.keys(whom), _what(match["what"]), bool(match.groupdict().get("rest"))
    if len(givers) == len(takers) > 1 and "分别" in match.group():
        for giver, taker in zip(givers, takers, strict=True):
            yield Hand((giver,), (taker,), what, sentence, is_rest=is_rest)
    else:
        yield Hand(givers, takers, what, sentence, "" if takers else whom, is_rest)


def _what(words: str) -> str:
    """The matter that goes over, "" where it is all of them."""
    words = re.sub(r"^(?:(?:人员|编制)[、和与及]*)+", "", words)
    return "" if _ALL.match(words) else re.sub(r"^(?:的|有关|相关|全部)+|(?:的|等)+$", "", words)

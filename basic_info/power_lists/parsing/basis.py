"""实施依据: the laws that a cell cites, and their articles (R55)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from basic_info.power_lists.parsing.words import or_none, squeezed


class BasisKind(StrEnum):
    """The kind of a legal basis (依据类型)."""

    LAW = "law"
    REGULATION = "regulation"
    RULE = "rule"
    NORMATIVE = "normative"
    STATE_COUNCIL = "state_council"


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One cited law (实施依据): its kind if the cell says so, title, articles, and the words of the cell."""

    basis_kind: BasisKind | None
    title: str
    articles: tuple[str, ...]
    text: str

    @property
    def article(self) -> str:
        """The articles in one line, as ``legal_basis.article`` stores them."""
        return "、".join(self.articles)


_KINDS = (
    ("国务院决定", BasisKind.STATE_COUNCIL),
    ("法律", BasisKind.LAW),
    ("法规", BasisKind.REGULATION),
    ("条例", BasisKind.REGULATION),
    ("规章", BasisKind.RULE),
    ("文件", BasisKind.NORMATIVE),
    ("标准", BasisKind.NORMATIVE),
    ("政策", BasisKind.NORMATIVE),
    ("决定", BasisKind.STATE_COUNCIL),
)
_TAG = re.compile(r"[【\[［〖]\s*([\u4e00-\u9fff\s]{2,12}?)\s*[】\]］〗]\s*")
_NEW_TITLE = re.compile(r"\n\s*(?:\d{1,2}[.．、]\s*)?(?=《[^》]{2,80}》)")
# 《甲法》第一条；《乙办法》第二条: laws one behind the other in a line; 2.《乙条例》 needs no sign before it.
_NEXT_IN_LINE = re.compile(
    r"[；;。]\s*(?:\d{1,2}[.．、]\s*)?(?=《[^》]{2,80}》(?:[（(][^（）()]{1,40}[）)])?\s*第)"
    r"|[ \u3000]+\d{1,2}[.．、]\s*(?=《[^》]{2,80}》)"
)
_TITLE = re.compile(r"《\s*([^《》]{2,200})\s*》")
_NUMERAL = "[零〇一二三四五六七八九十百千0-9]{1,9}"
_ARTICLE = rf"第{_NUMERAL}条(?:之[一二三四五六七八九十]{{1,2}})?(?:[、和及]?第[（(]?{_NUMERAL}[）)]?[款项目]){{0,8}}"
_CITED = re.compile(rf"(?:^|\n|[。；;”】》）)])\s*({_ARTICLE}(?:\s*[、，和及]\s*{_ARTICLE}){{0,30}})")
_ONE_ARTICLE = re.compile(_ARTICLE)
_NARROW = 20
_WRAPPED_LINES = 5


def legal_bases(text: str) -> tuple[LegalBasis, ...]:
    """One entry for each law that the cell cites: by its 【tags】, else by titles at the start of a line."""
    if or_none(text) is None:
        return ()
    text = _unwrapped(text.strip())
    entries: list[LegalBasis] = []
    for kind, part in _tagged(text):
        entries.extend(
            _basis(kind, entry)
            for lines in _NEW_TITLE.split(part)
            for entry in _NEXT_IN_LINE.split(lines)
            if entry.strip()
        )
    return tuple(dict.fromkeys(entries))


def _unwrapped(text: str) -> str:
    """A narrow cell breaks its lines anywhere; they are joined, so that breaks mean something elsewhere."""
    lines = [line for line in text.splitlines() if line.strip()]
    starts = sum(line.lstrip().startswith(("《", "【")) for line in lines)
    if len(lines) >= _WRAPPED_LINES > 2 * starts and max(map(len, lines)) <= _NARROW:
        return "".join(line.strip() for line in lines)
    return text


def _tagged(text: str) -> list[tuple[BasisKind | None, str]]:
    tags = [(tag, kind) for tag in _TAG.finditer(text) if (kind := _kind_of(tag[1]))]
    if not tags:
        return [(None, text)]
    ends = [tag.start() for tag, _ in tags[1:]] + [len(text)]
    before = text[: tags[0][0].start()].strip()
    parts: list[tuple[BasisKind | None, str]] = [
        (kind, text[tag.end() : end]) for (tag, kind), end in zip(tags, ends, strict=True)
    ]
    return [(None, before), *parts] if "《" in before else parts


def _kind_of(tag: str) -> BasisKind | None:
    tag = squeezed(tag)
    return next((kind for word, kind in _KINDS if word in tag), None)


def _basis(kind: BasisKind | None, text: str) -> LegalBasis:
    text = text.strip()
    title = _TITLE.search(text)
    name = squeezed(title[1]) if title else squeezed(text.split("\n", 1)[0])[:200]
    cited = [squeezed(one[0]) for found in _CITED.finditer(text) for one in _ONE_ARTICLE.finditer(found[1])]
    if kind is None and re.fullmatch(r"中华人民共和国.+法", name):
        kind = BasisKind.LAW
    return LegalBasis(kind, name, tuple(dict.fromkeys(cited)), text)

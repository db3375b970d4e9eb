"""The kinds of power (权力类型, R48) and how lists write them."""

import re

from basic_info.power_lists.models import PowerKind
from basic_info.power_lists.parsing.words import heading

_OTHER = re.compile(r"(?:其[他它]|另外)(?:类)?(?:行政)?(?:权力|职权|权责)?(?:事项|类)?")
_STEMS: dict[str, PowerKind] = {
    kind.label.removeprefix("行政"): kind for kind in PowerKind if kind is not PowerKind.OTHER
}
_OTHER_HEADINGS = {"其他", "其它", "其他行政", "其他行政职权", "其他职权", "其它行政", ""}
_TRIM = re.compile(r"^[-—·:()/、,]+|[-—·:()/、,类]+$|^事项|事项$")


_NUMBERED = re.compile(
    r"^(?:第?[一二三四五六七八九十0-9]{1,3}(?:部分|[、.:)])|\([一二三四五六七八九十0-9]{1,3}\)|附件[一二三四五六七八九十0-9]{0,2})[、.:-]?"
)
_BEHIND = re.compile(r"(?:\([^()]*\)|共?[0-9一二三四五六七八九十百]{1,4}项|事项|类|清单|目录|权力)+$")
_LONGEST_HEADING = 30
_SERVICE = re.compile(r"(?:便民|政务)?服务(?:事项|类)*")
# 其他 ends a title only with the word for power behind it: …局其他行政权力事项清单.
_OTHER_AT_END = re.compile(
    r"其[他它](?:类)?(?:行政)?(?:权力|职权)(?:\([^()]*\)|共?[0-9一二三四五六七八九十百]{1,4}项|事项|类|清单|目录)*$"
)


# The letters of R48, as they stand in a code (650200207XK01600) or in place of the words.
_LETTERS = dict(zip(("XK", "CF", "QZ", "ZS", "JF", "JC", "QR", "JL", "CJ", "QT", "GF"), PowerKind, strict=True))
_IN_CODE = re.compile(rf"(?<![A-Z])({'|'.join(_LETTERS)})(?![A-Z])")
# 行政备案 stands among the other powers (R48: 其他行政权力-备案).
_FILING = re.compile(r"(?:行政)?备案(?:事项|类)*")


def power_kind_of(text: str) -> tuple[PowerKind | None, str | None]:
    """The kind and subtype (子类) that a cell names: ``其他行政权力-备案`` → other, 备案; unknown → None.

    Also good for sheet names and headings: ``行政许可（3项）``, ``二、处罚类``.
    """
    text = heading(text)
    if text in _LETTERS:
        return _LETTERS[text], None
    if _FILING.fullmatch(text):
        return PowerKind.OTHER, "备案"
    other = _OTHER.search(text)
    if other and (other.start() == 0 or "权力" in other[0] or "职权" in other[0]):
        return PowerKind.OTHER, _TRIM.sub("", text[other.end() :]) or None
    found = [(text.find(stem), stem) for stem in _STEMS if stem in text]
    if not found:
        return (PowerKind.SERVICE, None) if _SERVICE.fullmatch(text) else (None, None)
    at, stem = min(found)
    return _STEMS[stem], _TRIM.sub("", text[at + len(stem) :]) or None


def kind_in_code(code: str) -> PowerKind | None:
    """The kind that the letters of a 职权编码 name (R48, R57)."""
    found = set(_IN_CODE.findall(heading(code)))
    return _LETTERS[found.pop()] if len(found) == 1 else None


def is_kind(text: str) -> bool:
    """Whether a cell says a kind of power and nothing else (行政处罚, 其他权力, 公共服务事项)."""
    text = heading(text)
    if _OTHER.fullmatch(text) and ("权力" in text or "职权" in text):
        return True
    return any(_TRIM.sub("", text) == kind.label for kind in PowerKind)


def only_kind_in(text: str) -> PowerKind | None:
    """The kind that a title or a sheet's name speaks of, None when it names several or none."""
    text = _NUMBERED.sub("", heading(text))
    named = {kind for stem, kind in _STEMS.items() if stem in text}
    if "其他权力" in text or "其他行政权力" in text or "其他职权" in text:
        named.add(PowerKind.OTHER)
    return named.pop() if len(named) == 1 else power_kind_of(text)[0] if not named else None


def heading_kind(text: str) -> PowerKind | None:
    """The kind that a heading between items announces (``一、行政许可（12项）``); None for any other sentence."""
    text = heading(text)
    if len(text) > _LONGEST_HEADING:
        return None
    bare = _NUMBERED.sub("", text)
    if bare.startswith(("其他", "其它")):
        return power_kind_of(bare)[0] if _BEHIND.sub("", bare) in _OTHER_HEADINGS else None
    if _OTHER_AT_END.search(bare):
        return PowerKind.OTHER
    bare = _BEHIND.sub("", bare)
    return next((kind for stem, kind in _STEMS.items() if bare == stem or bare.endswith(kind.label)), None)

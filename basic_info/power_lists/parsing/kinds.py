"""The kinds of power (权力类型, R48) and how lists write them."""

import re

from basic_info.power_lists.models import PowerKind
from basic_info.power_lists.parsing.words import heading

_OTHER = re.compile(r"(?:其[他它]|另外)(?:类)?(?:行政)?(?:权力|职权|权责)?(?:事项|类)?")
_STEMS: dict[str, PowerKind] = {
    kind.label.removeprefix("行政"): kind for kind in PowerKind if kind is not PowerKind.OTHER
}
_TRIM = re.compile(r"^[-—·:()/、,]+|[-—·:()/、,类]+$|^事项|事项$")


def power_kind_of(text: str) -> tuple[PowerKind | None, str | None]:
    """The kind and subtype (子类) that a cell names: ``其他行政权力-备案`` → other, 备案; unknown → None.

    Also good for sheet names and headings: ``行政许可（3项）``, ``二、处罚类``.
    """
    text = heading(text)
    other = _OTHER.search(text)
    if other and (other.start() == 0 or "权力" in other[0] or "职权" in other[0]):
        return PowerKind.OTHER, _TRIM.sub("", text[other.end() :]) or None
    found = [(text.find(stem), stem) for stem in _STEMS if stem in text]
    if not found:
        return None, None
    at, stem = min(found)
    return _STEMS[stem], _TRIM.sub("", text[at + len(stem) :]) or None


def only_kind_in(text: str) -> PowerKind | None:
    """The kind that a title or a sheet's name speaks of, None when it names several or none."""
    text = heading(text)
    named = {kind for stem, kind in _STEMS.items() if stem in text}
    if "其他权力" in text or "其他行政权力" in text or "其他职权" in text:
        named.add(PowerKind.OTHER)
    return named.pop() if len(named) == 1 else power_kind_of(text)[0] if not named else None

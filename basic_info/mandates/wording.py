"""When two texts say the same: width and blanks do not count."""

import re
from typing import Any

from basic_info.mandates.parsing.normalise import fold, tidy

_STOPS = re.compile(r"[。;,.、]+$")


def same_words(text: str) -> str:
    """The key of a text: half width, no blanks, no stop at its end. Equal keys: the same words."""
    return _STOPS.sub("", tidy(fold(text)))


def quota_words(value: dict[str, Any]) -> str:
    """A number of places in words."""
    return f"{value['kind']} {value['count']} 名"


def leader_words(value: dict[str, Any]) -> str:
    """A leader post in words."""
    rank = f"（{value['rank']}）" if value["rank"] else ""
    return f"{value['title']} {value['count']} 名{rank}{'' if value['holds_quota'] else '，不占编制'}"

"""The order of Chinese names: by sound, character by character."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def name_key(name: str) -> str:
    """The pinyin order of a name; the name itself follows, so that equal sounds keep one order."""
    return " ".join(_letters(character) for character in name) + "\t" + name


@cache
def _letters(character: str) -> str:
    return "".join(_sounds()(character))


@cache
def _sounds() -> Callable[[str], list[str]]:
    """The dictionary of sounds, read with the first name that needs one: most processes never see a new name.

    Its phrases tell apart the sounds of a character by its neighbours. They take three quarters of its memory
    (44 of 57 MiB), and single characters have no neighbours.
    """
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  # only those who write names need it

    return lambda character: lazy_pinyin(character, style=Style.NORMAL)

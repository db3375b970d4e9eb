"""Whose mandate a document is: the unit that it names, held against the register."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select

from basic_info.documents.matching import plain_name
from basic_info.mandates.parsing import ParsedMandate
from basic_info.organization.models import UnitVersion
from host.kernel.db import db

_ENDINGS = re.compile(r"(?:人民政府|办事处|委员会|党委|党工委)$")
_SHORTEST = 3


def names_another_unit(words: str, unit_id: int) -> bool:
    """Whether ``words``, the unit that a document names, is no name that the unit has or had.

    Documents call a unit shorter than the register does (市水利局, 大店镇): one name that ends the other is the same.
    A document that names no unit names no other one.
    """
    return len(_short(words)) >= _SHORTEST and not is_named(words, _known(unit_id))


def for_unit(parsed: ParsedMandate, unit_id: int) -> ParsedMandate:
    """Of a reply to several units what it says for this one; another document as it is."""
    if parsed.own_words is None:
        return parsed
    known = _known(unit_id)
    return parsed.for_unit(lambda name: is_named(name, known))


def is_named(words: str, known: Sequence[str]) -> bool:
    """Whether ``words`` are one of the names, in full or in short."""
    named = _short(words)
    return len(named) >= _SHORTEST and any(named.endswith(one) or one.endswith(named) for one in known)


def _known(unit_id: int) -> list[str]:
    rows = db.session.execute(
        select(UnitVersion.name, UnitVersion.short_name).where(UnitVersion.unit_id == unit_id)
    ).all()
    names = [_short(name) for row in rows for name in row if name]
    return [name for name in names if len(name) >= _SHORTEST]


def _short(name: str) -> str:
    return _ENDINGS.sub("", plain_name(name))

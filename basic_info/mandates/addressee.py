"""Whose mandate a document is: the unit that it names, held against the register."""

from __future__ import annotations

import re

from sqlalchemy import select

from basic_info.documents.matching import plain_name
from basic_info.organization.models import UnitVersion
from host.kernel.db import db

_ENDINGS = re.compile(r"(?:人民政府|办事处|委员会|党委|党工委)$")
_SHORTEST = 3


def names_another_unit(words: str, unit_id: int) -> bool:
    """Whether ``words``, the unit that a document names, is no name that the unit has or had.

    Documents call a unit shorter than the register does (市水利局, 大店镇): one name that ends the other is the same.
    A document that names no unit names no other one.
    """
    named = _short(words)
    if len(named) < _SHORTEST:
        return False
    rows = db.session.execute(
        select(UnitVersion.name, UnitVersion.short_name).where(UnitVersion.unit_id == unit_id)
    ).all()
    known = [_short(name) for row in rows for name in row if name]
    return not any(named.endswith(one) or one.endswith(named) for one in known if len(one) >= _SHORTEST)


def _short(name: str) -> str:
    return _ENDINGS.sub("", plain_name(name))

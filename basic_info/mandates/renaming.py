"""更名 whose old name the version in force does not have: found by former names, plates and near names, or left open.

A body is never taken for a new one because the reply calls its predecessor otherwise (R44).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher

from basic_info.documents.matching import plain_name
from basic_info.mandates.parsing.bodies import Becoming, BodyOrders, renames_of
from basic_info.mandates.parts import Row
from basic_info.mandates.regrouping import body_names, is_section, section_key

#: From here two names are near: 安全生产监督管理科, 安全生产监管科.
_NEAR = 0.75
_KIND_OF_BODY = re.compile(r"(?:科|股|室|处)$")


def settle_renames(
    orders: BodyOrders,
    base: Iterable[Row],
    stated: Iterable[Row],
    *,
    words: str,
    units: Iterable[str],
    known: Mapping[str, int],
) -> None:
    """Add to the orders which body of the base each rename means, or that nobody can tell.

    ``known``: the sections that names of the register, also former ones, mean.
    """
    bodies = {section_key(row): row for row in base if is_section(row)}
    names, new_ones = body_names(bodies.values()), {section_key(row) for row in stated if is_section(row)}
    pairs = [(old, key, said) for old, new, said in renames_of(words, units) if (key := _stated(new, new_ones))]
    taken = {old for one in orders.became for old in one.olds} | {names[old] for old, _, _ in pairs if old in names}
    for old, new, said in pairs:
        if new in bodies:
            continue
        key = names.get(old) or _of_register(old, bodies, known) or _nearest(old, bodies.keys() - taken - new_ones)
        if key is None:
            if not any(one.new == new for one in orders.became):
                orders.unknown[new] = (old, said)
            continue
        if not any(one.new == new and key in one.olds for one in orders.became):
            orders.became.append(Becoming((key,), new, said))
        if key != old:
            orders.near[new] = old


def _stated(new: str, keys: Iterable[str]) -> str | None:
    """The body that the words behind 更名为 begin with; of several the longest."""
    return max((key for key in keys if key and new.startswith(key)), key=len, default=None)


def _of_register(old: str, bodies: Mapping[str, Row], known: Mapping[str, int]) -> str | None:
    section = known.get(old)
    found = [key for key, row in bodies.items() if section and row["section_id"] == section]
    return found[0] if len(found) == 1 else None


def _nearest(old: str, keys: Iterable[str]) -> str | None:
    found = list(_near(old, keys))
    return found[0] if len(found) == 1 else None


def _near(old: str, keys: Iterable[str]) -> Iterator[str]:
    stem = _KIND_OF_BODY.sub("", plain_name(old))
    for key in keys:
        if SequenceMatcher(None, stem, _KIND_OF_BODY.sub("", key)).ratio() >= _NEAR:
            yield key

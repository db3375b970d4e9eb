"""追责对象范围: who answers for an item, from the person who handles it upwards (R55)."""

import re

from basic_info.power_lists.parsing.words import one_line, or_none

_NUMBER = re.compile(r"(?:^|(?<=[；;。\n]))\s*(?:\d{1,2}[.．、]|[（(]\d{1,2}[)）]|[①-⑳])")
_SEPARATORS = re.compile(r"[；;。\n]")


def accountability_chain(text: str) -> tuple[str, ...]:
    """``1.具体承办人；2.内设机构负责人；3.单位法定代表人或分管领导。`` → three; a text without numbers is one."""
    if or_none(text) is None:
        return ()
    numbered = _NUMBER.split(text)
    parts = [part for piece in numbered for part in _SEPARATORS.split(piece)] if len(numbered) > 1 else [text]
    return tuple(name for part in parts if (name := one_line(part).strip("，,、")))

"""Lines that were broken at a fixed width (硬回车): what tells a new line from the rest of the one before."""

import re
from collections.abc import Callable
from unicodedata import east_asian_width

from basic_info.mandates.parsing.normalise import fold

ENDS_A_SENTENCE = tuple("。；：！？;:!?")
STARTS_A_LINE = re.compile(
    r"第[\d一二三四五六七八九十]+[条章]|[（(〔\[]?[一二三四五六七八九十\d]+[)）、.．]|[①-⑳⑴-⒇㈠-㈩]"
)

# A document number on a line of its own goes on with no title above it.
NUMBER_ALONE = re.compile(r"\s*[\u4e00-\u9fff]{1,14}[〔\[（(【]\d{4}[〕\]）)】]第?\d{1,5}号\s*$")


PAGE_NUMBER = re.compile(
    r"^[-—–―·•\s]*(?:第\s*)?(?:\d{1,4}|[一二三四五六七八九十]{1,3}(?=\s*页))(?:\s*页)?(?:\s*[,，/共]\s*共?\s*\d{1,4}\s*页?)?[-—–―·•\s]*$"
)
# Without the page's edges to go by a bare number may be a table's: dashes on both sides or 「页」 make it a page's.
_SURELY_A_PAGE = re.compile(r"^\s*[-—–―·•].*[-—–―·•]\s*$|页")
_TITLE_END = re.compile(r"(?:的(?:批复|复函|通知|决定|意见|函)|规定|方案)\s*$")
# A mandate's title alone on its line: the text below begins anew.
_WHOLE_TITLE = re.compile(r"\s*[^。；;：:，,]*(?:机构|人员|职能)(?:编制|设置)(?:规定|方案)\s*$")
_ADDRESSEE = re.compile(r"\s*[^，。；：,.;:]{2,60}[：:]\s*$")


def unwrapped(lines: list[str]) -> list[str]:
    """Lines that an editor broke at a fixed width are joined to the paragraph that they continue; page numbers go."""
    lines = [line for line in lines if not _is_page_number(fold(line))]
    is_full = _fullness(lines)
    indented = sum(line[0].isspace() for line in lines) * 3 > len(lines)
    out: list[str] = []
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        if out and is_full(before) and not line[0].isspace() and goes_on(before, line, indented=indented):
            out[-1] += line.strip()
        else:
            out.append(line)
    return out


def _is_page_number(folded: str) -> bool:
    return bool(PAGE_NUMBER.match(folded) and _SURELY_A_PAGE.search(folded))


def _fullness(lines: list[str]) -> Callable[[str], bool]:
    """Whether a line reaches the width that the lines have, in signs or as printed (a half-width sign half as wide)."""
    signs = max(map(len, lines), default=0)
    columns = max(map(_columns, lines), default=0)

    def is_full(line: str) -> bool:
        in_signs = 20 <= signs <= 60 and len(line) >= signs - 3
        return in_signs or (40 <= columns <= 120 and _columns(line) >= columns - 6)

    return is_full


def _columns(line: str) -> int:
    return sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in line)


def goes_on(before: str, line: str, *, indented: bool) -> bool:
    """Whether a line that stands at the left edge goes on with the full line before it.

    Where paragraphs are indented it does, but for a heading without indent behind a whole sentence.
    """
    if NUMBER_ALONE.match(line) or (_TITLE_END.search(before) and _ADDRESSEE.match(line)):
        return False
    if _WHOLE_TITLE.match(before) and not line.startswith(("》", "的")):
        return False
    ends, opens = before.endswith(ENDS_A_SENTENCE), bool(STARTS_A_LINE.match(line))
    return not (ends and opens) if indented else not ends and not opens

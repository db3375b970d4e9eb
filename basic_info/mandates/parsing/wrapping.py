"""Lines that were broken at a fixed width (硬回车): what tells a new line from the rest of the one before."""

import re

ENDS_A_SENTENCE = tuple("。；：！？;:!?")
STARTS_A_LINE = re.compile(
    r"第[\d一二三四五六七八九十]+[条章]|[（(〔\[]?[一二三四五六七八九十\d]+[)）、.．]|[①-⑳⑴-⒇㈠-㈩]"
)

# A document number on a line of its own goes on with no title above it.
NUMBER_ALONE = re.compile(r"\s*[\u4e00-\u9fff]{1,14}[〔\[（(【]\d{4}[〕\]）)】]第?\d{1,5}号\s*$")


_TITLE_END = re.compile(r"(?:的(?:批复|复函|通知|决定|意见|函)|规定|方案)\s*$")
_ADDRESSEE = re.compile(r"\s*[^，。；：,.;:]{2,60}[：:]\s*$")


def unwrapped(lines: list[str]) -> list[str]:
    """Lines that an editor broke at a fixed width are joined to the paragraph that they continue."""
    width = max((len(line) for line in lines), default=0)
    indented = sum(line[0].isspace() for line in lines) * 3 > len(lines)
    out: list[str] = []
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        if out and _continues(before, line, width, indented):
            out[-1] += line.strip()
        else:
            out.append(line)
    return out


def _continues(before: str, line: str, width: int, indented: bool) -> bool:
    full = len(before) >= width - 3 and 20 <= width <= 60
    return full and not line[0].isspace() and goes_on(before, line, indented=indented)


def goes_on(before: str, line: str, *, indented: bool) -> bool:
    """Whether a line that stands at the left edge goes on with the full line before it.

    Where paragraphs are indented it does, but for a heading without indent behind a whole sentence.
    """
    if NUMBER_ALONE.match(line) or (_TITLE_END.search(before) and _ADDRESSEE.match(line)):
        return False
    ends, opens = before.endswith(ENDS_A_SENTENCE), bool(STARTS_A_LINE.match(line))
    return not (ends and opens) if indented else not ends and not opens

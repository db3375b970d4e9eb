"""主题词 and day of a document: what it changes, and when it was issued (R44)."""

from __future__ import annotations

from datetime import date

from basic_info.mandates.parsing.model import ParsedMandate, Style
from basic_info.mandates.parsing.normalise import fold, only_date

SUBJECT_WORDS = ("三定", "职能", "编制", "职数", "内设", "挂牌", "更名", "级别")


def subject_words(parsed: ParsedMandate, words: str) -> list[str]:
    """The subject words of a paper in their order: of a whole mandate 三定, of an amendment what it changes."""
    if parsed.style.value is not Style.AMENDMENT:
        return ["三定"]
    says = {
        "职能": bool(parsed.duties) or any(one.text for one in parsed.sections),
        "编制": bool(parsed.quotas) or any(not one.is_post for one in parsed.increments),
        "职数": bool(parsed.leaders) or any(one.is_post for one in parsed.increments),
        "内设": bool(parsed.sections),
        "挂牌": bool(parsed.plates),
        "更名": "更名" in words,
        "级别": bool(parsed.rank.value),
    }
    return [word for word in SUBJECT_WORDS if says.get(word)]


def issued_on(words: str) -> date | None:
    """The day in the signature (成文日期): the last line that is nothing but a date."""
    lines = [fold(line).strip() for line in words.splitlines() if line.strip()]
    return next((day for line in reversed(lines) if (day := only_date(line))), None)

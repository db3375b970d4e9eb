"""Width, white space and numerals (半角全角、空白、数字): what every anchor relies on.

`fold` keeps the length, so a position found in the folded text is the same position in the document's own words.
"""

import re
from datetime import date

CHINESE_DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("〇壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    **{"○": 0, "O": 0, "Ｏ": 0, "两": 2, "俩": 2},
}
CHINESE_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
# A number as documents write it, after folding: Arabic or Chinese.
NUMBER = r"(?:\d+|[零〇○一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟]+)"
_OTHER_WIDTHS = dict(zip("｡､﹙﹚﹔﹕﹐∶︰﹒“”「」『』", '。、();:,::.""""""', strict=True))
_WIDTHS: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDTHS.update({0x3000: " "} | {ord(wide): half for wide, half in _OTHER_WIDTHS.items()})
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANKS = re.compile(r"\s+")
_DATE = re.compile(
    r"([\d零〇○O一二三四五六七八九]{4})年([\d一二三四五六七八九十]{1,3})月([\d一二三四五六七八九十]{1,3})日"
)


def fold(text: str) -> str:
    """The text in half width (全角转半角), of the same length."""
    return text.translate(_WIDTHS)


def tidy(text: str) -> str:
    """The text without blanks, except a single one between two Latin words or numbers (空白规范化)."""
    text = _INVISIBLE.sub("", text)

    def joint(match: re.Match[str]) -> str:
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        between_words = before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
        return " " if between_words else ""

    return _BLANKS.sub(joint, text)


def to_number(words: str) -> int | None:
    """The value of an Arabic or Chinese numeral (十二 → 12, 二〇一九 → 2019), null when it is none."""
    words = fold(words).strip()
    if re.fullmatch(r"[0-9]{1,9}", words):
        return int(words)
    if not words or len(words) > 12 or any(c not in CHINESE_DIGITS and c not in CHINESE_UNITS for c in words):
        return None
    if any(c in CHINESE_UNITS for c in words):
        return _with_units(words)
    return int("".join(str(CHINESE_DIGITS[c]) for c in words))


def _with_units(words: str) -> int:
    total, digit = 0, None
    for char in words:
        if char in CHINESE_UNITS:
            total += (1 if digit is None or digit == 0 else digit) * CHINESE_UNITS[char]
            digit = None
        else:
            digit = CHINESE_DIGITS[char]
    return total + (digit or 0)


def to_chinese(number: int) -> str:
    """1–9999 as a Chinese numeral (12 → 十二, 105 → 一百零五)."""
    if not 0 < number < 10000:
        raise ValueError(number)
    digits = "零一二三四五六七八九"
    out, pending_zero = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // size % 10
        if digit:
            out += ("零" if pending_zero and out else "") + digits[digit] + unit
            pending_zero = False
        else:
            pending_zero = True
    return out[1:] if out.startswith("一十") else out


def find_date(text: str) -> date | None:
    """The first day named in the text (2019年3月1日, 二〇一九年三月一日), null when there is none."""
    match = _DATE.search(fold(tidy(text)))
    return day_of(match) if match else None


def day_of(match: re.Match[str]) -> date | None:
    """The day of a match of the date pattern, null for one that no calendar has."""
    year, month, day = (to_number(part) for part in match.groups()[:3])
    try:
        return date(year or 0, month or 0, day or 0)
    except ValueError:
        return None


def only_date(text: str) -> date | None:
    """The day when the whole text is nothing but a date (成文日期), else null."""
    match = _DATE.fullmatch(fold(tidy(text)).strip("()"))
    return day_of(match) if match else None


def strip_brackets(folded: str) -> str:
    """The folded text without its round brackets and what stands in them; one that has no partner stays."""
    if "(" not in folded:
        return folded
    kept, opened = list[str](), list[int]()
    for char in folded:
        if char == "(":
            opened.append(len(kept))
        elif char == ")" and opened:
            del kept[opened.pop() :]
            continue
        kept.append(char)
    return "".join(kept)

"""Small rules on the text of cells: line breaks inside names, placeholders for "nothing"."""

import re
from unicodedata import normalize

_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_BLANK_BESIDE_CHINESE = re.compile(r"(?<=[^\x00-\x7f])[\s\u200b\ufeff]+|[\s\u200b\ufeff]+(?=[^\x00-\x7f])")
_NOTHING = {"", "无", "/", "／", "—", "-", "——", "－", "\\", "暂无", "空", "没有"}
_WHOLE_AS_FRACTION = re.compile(r"(\d+)\.0+")


def squeezed(text: str) -> str:
    """The text without any blank or line break, for comparing."""
    return _BLANKS.sub("", text)


def heading(text: str) -> str:
    """A column heading for comparing: no blanks, one width of brackets and letters."""
    return squeezed(normalize("NFKC", text))


def one_line(text: str) -> str:
    """A name as one line: breaks and blanks beside Chinese go (narrow columns wrap names), others shrink."""
    return _BLANKS.sub(" ", _BLANK_BESIDE_CHINESE.sub("", text.strip())).strip()


def or_none(text: str) -> str | None:
    """None for what offices write for "nothing": 无, /, — or a blank (R52)."""
    return None if squeezed(text) in _NOTHING else text


def number_text(text: str) -> str:
    """A serial number (序号): ``1.0`` and ``1`` are the same (R52)."""
    text = squeezed(text)
    whole = _WHOLE_AS_FRACTION.fullmatch(text)
    return whole[1] if whole else text


_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}


def whole_number(text: str) -> int | None:
    """Arabic (either width) or Chinese numerals below ten thousand: ``二十`` → 20."""
    text = normalize("NFKC", text)
    if text.isascii():
        return int(text) if text.isdigit() else None
    total = digit = 0
    for character in text:
        if character in _TENS:
            total += (digit or 1) * _TENS[character]
            digit = 0
        elif character in _DIGITS:
            digit = _DIGITS[character]
        else:
            return None
    return total + digit

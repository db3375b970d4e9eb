"""When two texts say the same: width and blanks do not count."""

import re

from basic_info.mandates.parsing.normalise import fold, tidy

_STOPS = re.compile(r"[。;,.、]+$")


def same_words(text: str) -> str:
    """The key of a text: half width, no blanks, no stop at its end. Equal keys: the same words."""
    return _STOPS.sub("", tidy(fold(text)))

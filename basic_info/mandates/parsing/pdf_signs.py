"""Signs of a PDF's text layer and the printed lines that they make."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Sign(NamedTuple):
    """One sign of the text layer and its place on the page in points, counted from the lower left."""

    text: str
    left: float
    right: float
    bottom: float
    top: float


def printed_lines(signs: Iterable[Sign]) -> list[list[Sign]]:
    """The signs by printed line, from top to bottom, each from left to right."""
    lines: list[list[Sign]] = []
    for sign in sorted(signs, key=lambda sign: -(sign.top + sign.bottom)):
        middle = (sign.top + sign.bottom) / 2
        last = lines[-1][0] if lines else None
        # A dash is flat: what stands beside it tells how high the line is.
        height = max(sign.top - sign.bottom, last.top - last.bottom if last else 0, 4)
        if last is not None and abs((last.top + last.bottom) / 2 - middle) < height * 0.4:
            lines[-1].append(sign)
        else:
            lines.append([sign])
    return [sorted(line, key=lambda sign: sign.left) for line in lines]


def spaced(line: Sequence[Sign]) -> str:
    """The words of a line, with a blank where a wide gap stands."""
    out, before = "", None
    for sign in line:
        if before is not None and sign.left - before.right > (sign.top - sign.bottom) * 0.6:
            out += "　"
        out += sign.text
        before = sign
    return out.strip()

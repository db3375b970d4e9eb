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
    tallest = 0.0
    for sign in sorted(signs, key=lambda sign: -(sign.top + sign.bottom)):
        height = sign.top - sign.bottom
        last = lines[-1][0] if lines else None
        # Flat signs (一, —) don't tell how high their line is: the tallest in it does.
        apart = abs(last.top + last.bottom - sign.top - sign.bottom) / 2 if last else None
        if apart is not None and apart < max(height, tallest, 4) * 0.4:
            lines[-1].append(sign)
            tallest = max(tallest, height)
        else:
            lines.append([sign])
            tallest = height
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

"""The source text with the words that each field came from marked (R43)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from basic_info.mandates.parsing.normalise import fold


@dataclass(frozen=True)
class Piece:
    """Some words of the source; ``keys`` are the fields that came from them, ``begins`` those that begin here."""

    text: str
    keys: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """The paragraphs as pieces, and the keys of the fields whose words were found."""

    paragraphs: tuple[tuple[Piece, ...], ...]
    found: frozenset[str]


def marked_source(text: str, snippets: Iterable[tuple[str, str]]) -> Source:
    """Cut ``text`` where the words of ``snippets``, (key, words) in the order of the document, begin and end.

    Width and blanks do not count. Words that occur twice are taken from where the last field of them was found on.
    """
    plain, places = _plain(text)
    spans: list[tuple[int, int, str]] = []
    behind = 0
    for key, words in snippets:
        wanted, _ = _plain(words)
        at = plain.find(wanted, behind) if wanted else -1
        at = plain.find(wanted) if wanted and at < 0 else at
        if at < 0:
            continue
        # Several fields may come from one sentence: the next is looked for from the same place on.
        behind = at
        spans.append((places[at], places[at + len(wanted) - 1] + 1, key))
    return Source(tuple(_paragraphs(text, spans)), frozenset(key for _, _, key in spans))


def _plain(text: str) -> tuple[str, list[int]]:
    """The text in half width without blanks, and where each of its characters stood."""
    places = [place for place, char in enumerate(text) if not char.isspace()]
    folded = fold(text)
    return "".join(folded[place] for place in places), places


def _paragraphs(text: str, spans: Sequence[tuple[int, int, str]]) -> Iterable[tuple[Piece, ...]]:
    at = 0
    for line in text.splitlines(keepends=True):
        end = at + len(line.rstrip())
        if line.strip():
            yield tuple(_pieces(text, at, end, [span for span in spans if span[0] < end and span[1] > at]))
        at += len(line)


def _pieces(text: str, start: int, end: int, spans: Sequence[tuple[int, int, str]]) -> Iterable[Piece]:
    cuts = sorted({start, end, *(edge for one in spans for edge in one[:2] if start < edge < end)})
    for first, last in zip(cuts, cuts[1:], strict=False):
        here = [one for one in spans if one[0] <= first and one[1] >= last]
        keys = tuple(key for _, _, key in here)
        yield Piece(text[first:last], keys, tuple(key for begin, _, key in here if begin == first))

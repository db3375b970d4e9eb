"""Words as they are searched: width, case and blanks made one, cut into pairs of characters.

Trigrams don't help with two Chinese characters, which is what people type most. So texts are indexed by all pairs of
neighbouring characters (bigrams); the functions ``search_words`` and ``search_grams`` of the database do to the stored
text what this module does to the question.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Index, Text, and_, cast, func, literal, text

#: A question of fewer characters would find nearly everything.
FEWEST = 2
MOST_TERMS = 5
MOST_LENGTH = 60
#: Characters shown before the first hit of a long text.
LEAD = 24
SNIPPET = 160


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; ``is_hit`` where it is what was asked for."""

    text: str
    is_hit: bool


def index_of_words(table: str, words: str) -> Index:
    """The index that ``has_words`` needs: ``words`` is the SQL expression of the text, the same in both places."""
    return Index(f"ix_{table}_words", text(f"search_grams({words})"), postgresql_using="gin")


def has_words(words: ColumnElement[Any] | Any, terms: tuple[str, ...]) -> ColumnElement[bool]:
    """All ``terms`` occur in ``words``. Pairs come from the index; longer terms are then looked at whole."""
    grams = cast(literal(grams_of(terms), ARRAY(Text)), ARRAY(Text))
    whole = [func.search_words(words).contains(term, autoescape=True) for term in terms if len(term) > FEWEST]
    return and_(func.search_grams(words).op("@>")(grams), *whole)


def plain_words(text: str) -> str:
    """As ``search_words`` of the database: NFKC, lower case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def terms_of(question: str) -> tuple[str, ...]:
    """What is asked for, at most five words of two characters and more; all of them must occur."""
    words = unicodedata.normalize("NFKC", question.replace("\0", ""))[:MOST_LENGTH].split()
    terms = dict.fromkeys(plain_words(word) for word in words)
    return tuple(term for term in terms if len(term) >= FEWEST)[:MOST_TERMS]


def grams_of(terms: tuple[str, ...]) -> list[str]:
    """The pairs of neighbouring characters of all terms, each once."""
    return sorted({term[place : place + 2] for term in terms for place in range(len(term) - 1)})


def highlighted(text: str, terms: tuple[str, ...]) -> tuple[Piece, ...]:
    """``text``, long ones cut around their first hit, in pieces that are hits or not."""
    hits = _hits(text, terms)
    first = min((start for start, _ in hits), default=0)
    begin = max(0, first - LEAD) if len(text) > SNIPPET else 0
    end = min(len(text), begin + SNIPPET)
    pieces = [Piece("…", is_hit=False)] if begin else []
    place = begin
    for start, stop in hits:
        if stop > end:
            break
        pieces += [Piece(text[place:start], is_hit=False), Piece(text[start:stop], is_hit=True)]
        place = stop
    pieces.append(Piece(text[place:end] + ("…" if end < len(text) else ""), is_hit=False))
    return tuple(piece for piece in pieces if piece.text)


def _hits(text: str, terms: tuple[str, ...]) -> list[tuple[int, int]]:
    """(start, stop) of every hit in the text as it stands, ascending, those that touch made one."""
    plain, places = _plain_with_places(text)
    found = []
    for term in terms:
        at = plain.find(term)
        while at >= 0:
            found.append((places[at], places[at + len(term) - 1] + 1))
            at = plain.find(term, at + 1)
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def _plain_with_places(text: str) -> tuple[str, list[int]]:
    """The searched form of ``text`` and, for each of its characters, where it stands in ``text``."""
    plain: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for one in plain_words(character):
            plain.append(one)
            places.append(place)
    return "".join(plain), places

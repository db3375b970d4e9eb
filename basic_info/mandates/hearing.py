"""Which sentences of a reply its effects come from, and which speak of a change that came to nothing (B34)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from basic_info.mandates.effects import Effect, EffectKind
from basic_info.mandates.parsing.bodies import sentences_of, speaks_of
from basic_info.mandates.parsing.normalise import fold, tidy
from basic_info.mandates.replies import Reply
from basic_info.mandates.wording import same_words

_SPEAKS_OF_CHANGE = re.compile(
    r"增设|新设|新增|单设|成立|更名|组建|整合|撤销|设立|合并|不再|划入|划转|划归|并入|核增|核减|增加|减少|收回|加挂|职责|职能|编制\d|职数\d"
)
_ORDERS_FOR_BODY = re.compile(r"增设|新设|单设|成立|更名|组建|整合|撤销|设立|合并|不再|划入|划转|划归|并入|加挂")
_OF_THEM = re.compile(r"^(?:同时|并|且)*(?:将|把)?(?:其|该|上述|以上|原|相关|有关)|编制|职数|\d名")
_ASIDE = re.compile(r"请示|收悉|如下[:：]?$|抓紧|遵照|批复$|[:：]$|不变[。；]?$")
_OF_NUMBERS = re.compile(r"编制|职数|\d名")


def unheard(reply: Reply, effects: Sequence[Effect]) -> list[str]:
    """The sentences that speak of a change and of which no effect comes, or not of all of it: for a person to see."""
    # Of what was read as more or fewer an effect comes, or the number is stated: each such sentence is heard.
    read = {fold(tidy(one.snippet)) for one in reply.increments}
    totals = [one for one in effects if fold(tidy(one.words)) not in read]
    counted = {number for number, sentence in sentences_of(reply.words) if _of_a_number(sentence, totals)}
    return [
        sentence
        for number, sentence in sentences_of(reply.words)
        if _SPEAKS_OF_CHANGE.search(fold(sentence))
        and not _ASIDE.search(sentence)
        and not ((number in counted or fold(sentence) in read) and _OF_NUMBERS.search(fold(sentence)))
        and not _is_heard(sentence, effects)
    ]


def _is_heard(sentence: str, effects: Iterable[Effect]) -> bool:
    """Whether effects come of the sentence, and of each of its clauses that orders something for a body."""
    text = fold(sentence)
    from_here = [one for one in effects if one.words and (text in fold(one.words) or fold(one.words) in text)]
    names = [name for one in from_here for name in (one.subject, one.before, one.after)]
    said = [same_words(one.after) for one in from_here]
    clauses = [clause for clause in re.split(r"[,。;]", text) if _ORDERS_FOR_BODY.search(clause)]
    return bool(from_here) and all(
        _OF_THEM.search(clause) or speaks_of(clause, names) or any(same_words(clause) in one for one in said)
        for clause in clauses
    )


def _of_a_number(sentence: str, effects: Sequence[Effect]) -> bool:
    numbers = (one for one in effects if one.kind in (EffectKind.QUOTA, EffectKind.LEADER))
    return any(fold(sentence) in fold(one.words) or fold(one.words) in fold(sentence) for one in numbers if one.words)


def in_full(effects: Iterable[Effect], words: str) -> Iterator[Effect]:
    """The effects with the whole orders that they come from, not the part up to the first semicolon alone."""
    orders = list(_orders(words))
    for one in effects:
        pieces = [fold(sentence) for _, sentence in sentences_of(one.words)]
        whole = [order for order in orders if any(piece in fold(order) for piece in pieces)]
        yield replace(one, words="".join(whole) if pieces and whole else one.words)


#: A sentence that goes on with the order before it.
_GOES_ON = re.compile(
    r"^(?:其(?!他|它|余)|该(?!项)|主要(?:职责|负责|承担)|负责|承担|调整后|增加后|减少后|核[增减]后|变更后|所需)"
)


def _orders(words: str) -> Iterator[str]:
    """The sentences up to 。 with those that go on with them."""
    for line in words.splitlines():
        order = ""
        for sentence in re.findall(r"[^。]+。?", tidy(line)):
            if order and not _GOES_ON.match(sentence):
                yield order
                order = ""
            order += sentence
        if order:
            yield order

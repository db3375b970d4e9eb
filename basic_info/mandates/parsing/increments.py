"""By how many a reply changes a number (核增、核减、划转、收回), where it doesn't say what holds afterwards.

Whether places come or go follows from the verb, of a transfer from who gives and who gets. What cannot be told apart
is not read at all: the sentence is then shown as one that came to nothing.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from basic_info.mandates.parsing.bodies import sentences_of
from basic_info.mandates.parsing.changed_counts import AFTER, DUTY_TEXT, NEW_UNIT, Own, belongs_to_own
from basic_info.mandates.parsing.counts import read_counts
from basic_info.mandates.parsing.model import Former, Increment
from basic_info.mandates.parsing.normalise import NUMBER, fold, to_number

_MORE = "核增|增核|净增|调增|增加|增编|追加|新增|增设"
_FEWER = "核减|净减|调减|减少|收回|撤销|取消"
_VERB = re.compile(rf"(?P<more>{_MORE})|(?P<fewer>{_FEWER})")
# Of a body that is set up or dropped the verb says nothing about numbers.
_OF_NUMBERS = re.compile(r"编制|职数|员额|控制数|空编")
_NEEDS_THE_WORD = re.compile(r"增设|新增|撤销|取消")
_CLASS = (
    r"(?:机关|全额(?:拨款)?|差额(?:拨款)?|财政(?:全额)?(?:拨款)?|参公(?:管理)?|公益[一二]类|政法|专项|行政(?:执法)?|执法|党群|"
    r"事业(?:单位)?|工勤|后勤(?:服务)?|人员|聘用制?|教职工|空缺|空){0,5}"
)
#: A kind of places in words that name no body.
KIND = rf"{_CLASS}(?:编制|员额|控制数)"
_EMPTY = re.compile(r"空缺|(?<!真)空(?=编|\d|$)")
_TURNED = re.compile(rf"(?P<count>{NUMBER})[名个](?P<what>{KIND}|[^,。;、()\d]{{0,10}}?职数|空编)")
_BARE = re.compile(r"^(?:人员)?(?:空)?编制?(?:总数|总量)?$")
_STATES = re.compile(r"^(?:另)?(?:设(?![立置备计施])|核定|现有|配备)")
_ASIDE = re.compile(r"^(?:其中|用于|含|所需|所增|上述|以上)")
_COUNTED = re.compile(rf"(?:编制|职数|员额|控制数|[长任员师委记])(?:共|共计|总数)?{NUMBER}(?:名|个|正|副)")
_MOVED = re.compile(r"划[转入出给归到]|调剂|连[人编]带[人编]|转隶|转入|转出|人随编走|编随人走")
_PLACES = re.compile(rf"(?P<one>{KIND})(?:共|各)?(?P<count>{NUMBER})名|(?P<n>{NUMBER})名(?P<two>{KIND}|空编)")
_TO = re.compile(
    rf"(?:[至到给归入])(?P<to>(?!{NUMBER}|{KIND})[^,。;、()\d至到给归]{{1,24}}?)(?=(?:{KIND}|空编)|[,。;()]|{NUMBER}名|统一|管理|使用|$)"
)
_FROM = re.compile(
    rf"(?:从|由|自|将|把)(?P<from>[^,。;、()\d]{{2,24}}?)(?=的?(?:现有)?(?:{KIND}|空编|{NUMBER}名)|划|调剂|连)"
)
_INNER = re.compile(r"[科股室]$|内设机构$")
_TURNED_INTO = re.compile(rf"(?P<count>{NUMBER})名(?P<old>{KIND})(?:置换|调整|转换|变更|转)为(?P<new>{KIND})")
_FORMER = re.compile(
    rf"(?P<name>[^,。;、()\d]{{2,30}}?)[由从](?:原来?的?)?(?P<count>{NUMBER})[名个][^。;,]{{0,6}}?"
    r"(?:调整|增加|核增|减少|核减|核定|变更|增|减|升|提高)(?:为|到|至)"
)


def read_increments(paragraphs: Sequence[str], own: Own) -> tuple[Increment, ...]:
    """All that the texts say about the unit addressed, in their order."""
    found: list[Increment] = []
    for text in paragraphs:
        if (new := NEW_UNIT.search(fold(text))) and not own.is_unit(new.group("org")):
            continue
        belongs = True
        for _, sentence in sentences_of(text):
            folded = DUTY_TEXT.sub("", fold(sentence)).replace('"', "")
            runs, belongs = _runs(folded, own, belongs)
            for sign, words in runs:
                found += _read(words, sign, sentence, own)
            found += _turned_into(folded, sentence)
    return tuple(found)


def read_formers(paragraphs: Sequence[str], own: Own) -> tuple[Former, ...]:
    """The numbers that the texts say to have held before."""
    found: list[Former] = []
    for text in paragraphs:
        for _, sentence in sentences_of(text):
            for match in _FORMER.finditer(DUTY_TEXT.sub("", fold(sentence)).replace('"', "")):
                if belongs_to_own(match["name"] + match["count"] + "名", own, True):
                    found += [
                        Former(one.name, one.by, one.is_post, one.rank, sentence)
                        for one in _read(f"{match['name']}{match['count']}名", 1, sentence, own)
                    ]
    return tuple(found)


def _runs(folded: str, own: Own, belongs: bool) -> tuple[list[tuple[int, str]], bool]:
    """The numbers of a sentence that change one way each, as (1 or −1, words); whether it ends as the unit's."""
    runs: list[tuple[int, str]] = []
    sign = 0
    for clause in _clauses(folded):
        if _MOVED.search(clause) and _PLACES.search(clause):
            sign = 0
            if moved := _direction(clause, own):
                runs.append((moved, _said_places(clause)))
            continue
        belongs = belongs_to_own(clause, own, belongs)
        if AFTER.search(clause) or _STATES.match(clause):
            sign = 0
        elif any(_VERB.finditer(clause)):
            pieces = list(_signed(clause))
            sign = pieces[-1][0] if pieces else 0
            runs += pieces if belongs else []
        elif sign and belongs and runs and _goes_on(clause, runs[-1][1]):
            runs[-1] = (sign, f"{runs[-1][1]},{clause}")
    return runs, belongs


def _goes_on(clause: str, before: str) -> bool:
    """Whether a clause without a verb goes on counting; 其中 only behind a number that says no kind."""
    if _ASIDE.match(clause):
        return clause.startswith("其中") and bool(re.fullmatch(rf"(?:人员)?编制{NUMBER}[名个]", before.rstrip(",;。")))
    return bool(_COUNTED.search(_turned(clause)))


def _signed(clause: str) -> Iterator[tuple[int, str]]:
    """「核增行政编制2名、核减事业编制1名」, 「行政编制核增2名」: the words of each verb."""
    verbs = list(_VERB.finditer(clause))
    stops = [*(verb.start() for verb in verbs), len(clause)]
    for number, (verb, (_, stop)) in enumerate(zip(verbs, pairwise(stops), strict=True)):
        words = clause[verb.end() : stop]
        in_front = re.search(rf"(?:{KIND}|[^,。;、\d]{{1,12}}?职数)$", clause[: verb.start()]) if number == 0 else None
        if in_front and re.match(rf"了?{NUMBER}[名个]", words):
            words = in_front.group() + words
        if not _NEEDS_THE_WORD.fullmatch(verb.group()) or _OF_NUMBERS.search(words):
            yield (1 if verb["more"] else -1), words


def _direction(clause: str, own: Own) -> int:
    """1: the places come to the unit, −1: they leave it, 0: neither can be told."""
    to, source = _TO.search(clause), _FROM.search(clause)
    if to:
        if own.owns(to["to"]):
            return 1
        is_others = source is not None and not own.owns(source["from"])
        return 0 if _INNER.search(to["to"]) or is_others else -1
    if source:
        return -1 if own.owns(source["from"]) else 1
    return 1 if "划入" in clause or "转入" in clause else -1 if "划出" in clause or "转出" in clause else 0


def _said_places(clause: str) -> str:
    return "、".join(f"{m['one'] or m['two']}{m['count'] or m['n']}名" for m in _PLACES.finditer(clause))


def _turned_into(folded: str, sentence: str) -> Iterator[Increment]:
    """「将3名行政编制调整为事业编制」."""
    for match in _TURNED_INTO.finditer(folded):
        count = to_number(match["count"]) or 0
        yield Increment(_plain(match["old"]), -count, False, None, sentence)
        yield Increment(_plain(match["new"]), count, False, None, sentence)


def _read(words: str, sign: int, sentence: str, own: Own) -> Iterator[Increment]:
    text = _with_parts(_EMPTY.sub("", _turned(words)).replace("编制制", "编制"))
    text = re.sub(rf"编(?={NUMBER})", "编制", text)
    quotas, posts = read_counts(text, own.names[0] if own.names else "")
    for quota in quotas:
        yield Increment(_plain(quota.kind), sign * quota.count, False, None, sentence)
    for post in posts:
        yield Increment(post.title, sign * post.count, True, post.rank, sentence)


def _plain(kind: str) -> str:
    kind = _EMPTY.sub("", kind)
    return "" if _BARE.match(kind) else kind


def _turned(words: str) -> str:
    """「2名行政编制」 as 「行政编制2名」."""
    return _TURNED.sub(lambda match: f"{match['what']}{match['count']}名", words)


def _with_parts(text: str) -> str:
    """「编制2名（其中行政编制1名、事业编制1名）」: the parts instead of a total that says no kind."""
    return re.sub(rf"(?<![\u4e00-\u9fff])(?:人员)?编制{NUMBER}名\((?:其中|含)[:,]?([^()]*)\)", r"\1", text)


def _clauses(folded: str) -> list[str]:
    """Cut at commas outside brackets."""
    return [one for one in re.split(r"[,。;](?![^(]*\))", folded) if one]

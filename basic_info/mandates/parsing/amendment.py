"""Amendments (变更批复): what holds after the change, for the unit addressed only."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from basic_info.mandates.parsing.changed_counts import Own, read_changed_counts
from basic_info.mandates.parsing.heading import Heading
from basic_info.mandates.parsing.increments import read_formers, read_increments
from basic_info.mandates.parsing.lines import Line
from basic_info.mandates.parsing.model import (
    ClauseKind,
    Confidence,
    Former,
    Increment,
    LeaderPost,
    Plate,
    Quota,
    Section,
)
from basic_info.mandates.parsing.names import (
    BODY_ENDING,
    SURE_DUTY_VERB,
    clean_name,
    ends_as_body,
    is_unit_name,
    split_names,
    without_label,
)
from basic_info.mandates.parsing.normalise import NUMBER, fold
from basic_info.mandates.parsing.parts import part_of
from basic_info.mandates.parsing.sections import (
    bracket_plates,
    find_sections,
    plates_in,
    plates_on_sections,
    section_of,
)
from basic_info.mandates.parsing.tallies import with_tallies

_ADDRESSED = re.compile(r"(?:你|我|本|该)(?:局|委|办|厅|部|院|校|馆|站|所|中心|单位|镇|乡|街道|会|队|社)")
_BRACKET = r"(?:\((?:[^()]|\([^()]*\))*\))*"
_NAME = rf'"?[^。:;,()"]{{1,28}}?(?:{BODY_ENDING})"?'
_NAMES = rf'{_NAME}{_BRACKET}"?(?:[、和及]{_NAME}{_BRACKET}"?)*'
_ADDED = re.compile(
    rf"(?:(?:新设立|新设|新成立|新组建|新增设|拟设立)的|增设|新增|新设立|新设|设立|成立|新成立|组建|整合组建|整合设立|合并设立|合并组建|增加|设置为?|单设|分设出|分出|恢复|改建(?!为)|改设(?!为)|名称定?为)(?:内设机构|科室|机构)?(?:[一二两三四五六七八九\d]+个)?(?:内设机构|科室|机构)?(?::|,?(?:即|分别是|分别为|名称为))?"
    rf"(?P<names>{_NAMES})(?=[,。;:]|$|主要|负责|承担|为|等?[一二两三四五六七八九十\d]+个|作为|\()"
)
_RENAMED = re.compile(
    rf"(?:(?:更名|改名)(?!后|的|等|事)为?|改称为|改称|改[设建]?为|变更为|调整为|更改为|分设为|拆分为|分为|整合为|合并为|重组为|合并组建为|优化调整为)(?P<names>{_NAMES})(?=[,。;:]|$|主要|负责|承担|并|其|后|等?[一二两三四五六七八九\d]+个)"
)
_DUTY_TEXT = re.compile(
    r"(?:^|[,。;:])(?:[^,。;:]{0,20}?)(?:主要)?(?:职责|职能)(?:任务)?(?:调整后)?(?:调整为|是|为|:)+:?(?P<text>.+)$|[,。;:](?P<verb>(?:主要)?(?:负责|承担).+)$"
    rf"|^[,。;:](?:(?:并|同时)?(?:加挂|增挂|挂)[^。;,]{{2,40}}?牌子[,。;])?(?P<other>(?:{SURE_DUTY_VERB}|依[法规]).+)$"
)
# 「…加挂甲局牌子,不再保留乙办公室」: what is taken away beside it leaves the plate.
_BODY_TAKEN_AWAY = re.compile(r",(?:同时|并|相应)?(?:不再(?:保留|设立|设置)|撤销)[^,。;挂]*(?=,|$)")
_CHANGE_WORD = re.compile(r"分设|拆分|增设|新设|新增|单设|成立|更名|组建|整合|撤销|设立|调整|合并|不再")
# No order in one paragraph makes more bodies; a damaged line that seems to doesn't keep the reader busy.
_MOST_BODIES = 60
_QUOTES = '"“”「」'
_OWN_RANK = re.compile(
    r"(?:机构)?规格[^。;,]{0,80}?(?:调整为|升格为|明确为|提升为|核定为|定为|为)(?P<rank>[正副]?(?:县|处|科|股|厅|局)级)|升格为(?P<up>[正副]?(?:县|处|科|股)级)"
    r"|(?:为|系)[^。;,]{0,12}(?:政府|[市县区]委|党委)[^。;,]{0,12}(?:工作部门|组成部门|直属机构|派出机构|直属事业单位),(?P<kind>[正副]?(?:县|处|科|股)级)"
)
# 「组建县检测中心，为你局所属事业单位，副科级」, 「县检测中心为…」: the rank of the unit that the reply sets up.
_SET_UP_AT_RANK = re.compile(
    r"(?:^|组建|设立|成立)(?P<org>[^。;,]{4,30}?),?为[^。;]{0,30}(?:事业单位|机构),(?:机构)?(?:规格)?(?:为|相当于)?(?P<rank>[正副]?(?:县|处|科|股)级)"
)
_LIST_OPENS = re.compile(
    r"(?:增设|新设|设立|设置|内设|下设|科室)[^。;]{0,16}(?:内设机构|科室|机构|为|如下|[\d一二两三四五六七八九]个[科股室处部])[^。;]{0,10}:$"
)


# A change that leaves nothing of its own behind: a body abolished, duties or places that go elsewhere.
_TAKES_AWAY = re.compile(
    rf"(?:撤销|取消|不再(?:保留|设置|设立|加挂|挂))[^。;,]{{1,30}}(?:{BODY_ENDING}|牌子|职数)|(?:更名|改名)为"
    rf"|(?:职责|职能|编制|人员)[^。;,]{{0,16}}(?:划转|划入|划归|划出|划给|并入|移交|交由|调整[到至]|由[^。;,]{{2,20}}承担)"
    rf"|由[^。;,]{{2,20}}(?:承担|承接)[^。;,]{{2,40}}(?:职责|职能)|(?:{BODY_ENDING})(?:整体|整建制)?(?:并入|归并)|(?:核减|核增|增加|减少|收回)[^。;,]{{0,20}}(?:编制|职数){NUMBER}名"
)


# A sentence behind the duty text that orders something else.
_NEXT_ORDER = re.compile(
    r"(?:同时|并|另),?(?:撤销|增设|新设|加挂)|[^。;,]{2,20}(?:更名|改名)为|(?:撤销|不再保留|增设|新设)|[将把][^。]*(?:划[入归转给出]|并入|更名|移交|整合|合并)"
)


@dataclass(frozen=True)
class Change:
    """The outcome of an amendment; `is_any` also where nothing new comes of it (a body abolished)."""

    rank: str | None
    plates: tuple[Plate, ...]
    sections: tuple[Section, ...]
    quotas: tuple[Quota, ...]
    leaders: tuple[LeaderPost, ...]
    increments: tuple[Increment, ...]
    formers: tuple[Former, ...]
    is_any: bool


def read_change(lines: Sequence[Line], heading: Heading) -> Change:
    """The sections, quotas and leader posts of the unit addressed as they are after the change."""
    paragraphs = _paragraphs(lines)
    own = Own(heading, paragraphs)
    sections = _merged(_sections(paragraphs, own), _listed_sections(lines), lines)
    quotas, leaders = read_changed_counts(paragraphs, own)
    quotas, leaders = with_tallies(quotas, leaders, lines, heading.unit_name.value)
    increments, formers = read_increments(paragraphs, own), read_formers(paragraphs, own)
    rank, plates = None, dict[str, Plate]()
    for text in paragraphs:
        folded = fold(text)
        if not own.is_other(folded):
            rank = _own_rank(folded, own) or rank
            for name in _unit_plates(folded, own):
                plates.setdefault(name, Plate(name, text))
    found = bool(sections or quotas or leaders or increments or plates or rank)
    is_any = found or any(_TAKES_AWAY.search(fold(text)) for text in paragraphs)
    return Change(rank, tuple(plates.values()), sections, quotas, leaders, increments, formers, is_any)


def _own_rank(folded: str, own: Own) -> str | None:
    if match := _OWN_RANK.search(folded):
        return match.group("rank") or match.group("up") or match.group("kind")
    set_up = _SET_UP_AT_RANK.search(folded)
    return set_up.group("rank") if set_up and own.is_unit(set_up.group("org")) else None


def _paragraphs(lines: Sequence[Line]) -> list[str]:
    """The texts of the change: each numbered item with what is nested below it."""
    texts: list[str] = []
    for line in lines:
        if not line.in_table:
            texts.append(line.body)
    return texts


def _sections(paragraphs: Sequence[str], own: Own) -> tuple[Section, ...]:
    found: dict[str, Section] = {}
    for number, text in enumerate(paragraphs):
        folded = fold(text)
        if own.is_other(folded):
            continue
        for names, stop in islice(_new_bodies(folded, own), _MOST_BODIES):
            duty = _duty_behind(text, folded, stop) if len(names) == 1 else ""
            for name, plates in names:
                plates = [*plates, *_plates_behind(folded[stop:])] if len(names) == 1 else plates
                behind = _sentences_by_body(text[stop:], [other for other, _ in names])
                body = duty or _duty_elsewhere([*behind, *paragraphs[number + 1 :]], name)
                sure = Confidence.HIGH if body else Confidence.MEDIUM
                found[name] = section_of(name, plates, body, text, sure)
    for text in paragraphs:
        _hang_plates(text, found)
    return tuple(found.values())


def _hang_plates(text: str, found: dict[str, Section]) -> None:
    """「甲科加挂乙办公室牌子」 in a paragraph of its own gives the new body its plate."""
    for name, plates in plates_on_sections(fold(text)):
        section = found.get(name)
        if section is not None and text not in section.snippet:
            plates = [*section.plates, *plates]
            found[name] = section_of(name, plates, section.text, section.snippet + text, section.confidence)


def _listed_sections(lines: Sequence[Line]) -> tuple[Section, ...]:
    """The bodies described one by one below 「增设2个内设机构：」."""
    found: list[Section] = []
    for number, line in enumerate(lines):
        if _LIST_OPENS.search(line.folded):
            below = [line]
            for later in lines[number + 1 :]:
                if later.depth is not None and line.depth is not None and later.depth <= line.depth:
                    break
                below.append(later)
            part = replace(part_of(tuple(below)), kind=ClauseKind.SECTION, is_headed=False)
            found.extend(section for section in find_sections([part]) if not _CHANGE_WORD.search(section.name))
    return tuple(found)


def _merged(first: Sequence[Section], then: Sequence[Section], lines: Sequence[Line]) -> tuple[Section, ...]:
    """Both in the order of the document; of two with one name the one with a duty text."""
    found: dict[str, Section] = {section.name: section for section in first}
    for section in then:
        if section.name not in found or not found[section.name].text:
            found[section.name] = section
    places = {line.body: place for place, line in reversed(list(enumerate(lines)))}
    order = {
        name: min((at for body, at in places.items() if body in s.snippet), default=0) for name, s in found.items()
    }
    return tuple(sorted(found.values(), key=lambda section: order[section.name]))


def _new_bodies(folded: str, own: Own) -> Iterator[tuple[list[tuple[str, list[str]]], int]]:
    matches = sorted([*_ADDED.finditer(folded), *_RENAMED.finditer(folded)], key=lambda match: match.start("names"))
    for match in matches:
        before = re.split(r"[,。;:]", folded[: match.start()])[-1]
        if re.search(r"不再|撤销|原|批准$", before[-4:]) or "规格" in before:
            continue
        old = re.sub(r"^(?:同意|将|把)+", "", before)
        if match.re is _RENAMED and old and (own.is_unit(old) or _ADDRESSED.fullmatch(old)):
            # The unit itself gets another name.
            continue
        if match.re is _RENAMED and not _is_inside(before, own) and _is_of_subordinate(before, match.group("names")):
            continue
        names = [_name_and_plates(own.without_unit(piece)) for piece in _split_outside(match.group("names"))]
        names = [(name, plates) for name, plates in names if _is_inner_name(name) and not own.is_unit(name)]
        if match.re is _ADDED:
            names = [(name, plates) for name, plates in names if not is_unit_name(name) or own.owns(name)]
        # 「国库科分设为国库科、…」: the first of them is what it was.
        names = [
            (name, plates) for name, plates in names if plates or match.re is _ADDED or not _was_its_name(before, name)
        ]
        if names:
            yield names, match.end()


def _was_its_name(before: str, name: str) -> bool:
    """Whether the words before the verb end with this very name, not with a longer one (福利和事务科更名为事务科)."""
    joined = re.search(rf"(?:^|[将把原的、局委]|同意|(?P<and>[和及与])){re.escape(name)}$", before)
    if joined is None or not joined.group("and"):
        return joined is not None
    return ends_as_body(before[: joined.start("and")])


def _is_inside(before: str, own: Own) -> bool:
    """Whether the old name is a body's of the unit, its own name in front (县公安局城关派出所)."""
    return not re.search(r"所属|下属|直属", before) and own.owns(re.sub(r"^(?:同意|将|把|原)+", "", before))


def _is_of_subordinate(before: str, names: str) -> bool:
    """Whether it is a unit below that gets another name (县民政局所属县救助管理站更名为县救助管理中心)."""
    if re.search(r"(?:所属|下属|直属)(?!科|股|室|机构)[^,。;]{3,}$", before):
        return True
    old = re.sub(r"^(?:同意|将|把|原)+", "", before)
    return is_unit_name(old) and is_unit_name(names.strip(_QUOTES))


def _plates_behind(folded: str) -> list[str]:
    """The plates in 「增设甲科，挂乙办公室牌子，…」."""
    match = re.match(r",?(?:并)?(?:加挂|增挂|挂)[^。;,]{2,40}?牌子", folded)
    return plates_in(match.group()) if match else []


def _is_inner_name(name: str) -> bool:
    return (
        ends_as_body(name)
        and 2 <= len(name) <= 24
        and not re.fullmatch(r"(?:内设)?(?:科室|股室|处室|站所|机构|部门)", name)
        and not re.search(r"内设机构|编制|职数|牌子|^(?:你|市|县|区)[^,]*(?:局|委)$", name)
    )


def _split_outside(names: str) -> list[str]:
    """A list of names cut at 、 outside brackets, and at 和 behind a whole name."""
    pieces, depth, piece = [], 0, ""
    for char in names:
        depth += (char == "(") - (char == ")")
        if char == "、" and depth == 0:
            pieces.append(piece)
            piece = ""
        else:
            piece += char
    return [name for whole in [*pieces, piece] for name in _split_before_bracket(whole)]


def _split_before_bracket(whole: str) -> list[str]:
    """The names joined by 和; a bracket belongs to the last of them."""
    names, bracket, rest = whole.partition("(")
    *first, last = split_names(names) or [names]
    return [*first, last + bracket + rest]


def _name_and_plates(piece: str) -> tuple[str, list[str]]:
    name, bracket, rest = piece.strip(_QUOTES).partition("(")
    return clean_name(name), bracket_plates(bracket + rest) if bracket else []


def _duty_behind(text: str, folded: str, stop: int) -> str:
    match = _DUTY_TEXT.search(folded[stop:])
    if match is None:
        return ""
    group = next(name for name in ("text", "verb", "other") if match.group(name))
    duty = text[stop + match.start(group) : stop + match.end(group)]
    return _without_numbers(duty)


def _without_numbers(duty: str) -> str:
    """The duty text up to the sentence that goes on about places and posts."""
    kept: list[str] = []
    for sentence in re.split(r"(?<=[。])", duty):
        if kept and _NEXT_ORDER.match(fold(sentence)):
            break
        if re.search(
            rf"(?:编制|职数)[^。;]{{0,12}}{NUMBER}名|调整后|^核[定增减]|^所需(?:人员|编制)|^(?:人员|机构)?编制(?:和|及|由|从|在|总|为|、)|^领导职数|规格|内设机构|不变|^设[^。]*{NUMBER}名",
            fold(sentence),
        ):
            break
        kept.append(sentence)
    return "".join(kept)


def _sentences_by_body(text: str, names: Sequence[str]) -> list[str]:
    """The sentences behind the names of several new bodies, together from one body's name to the next's."""
    said: list[str] = []
    for sentence in re.findall(r"[^。；;]+[。；;]?", text.lstrip("。；;，,")):
        if any(fold(sentence).startswith(name) for name in names):
            said.append(sentence)
        elif said:
            said[-1] += sentence
    return said


def _duty_elsewhere(later: Sequence[str], name: str) -> str:
    """The duty sentence that a later paragraph gives the body (「电子商务科。负责…」)."""
    for text in later:
        quoted = len(text) - len(text.lstrip(_QUOTES))
        folded = fold(text[quoted:])
        if folded.startswith(name):
            text = text[quoted:]
            rest = re.sub(r"^(?:\([^()]*\))*[。:,]?", "", text[len(name) :].translate({0xFF08: "(", 0xFF09: ")"}))
            rest = without_label(rest.lstrip("。：:，,"))
            if re.match(r"(?:主要)?(?:负责|承担|拟|组织|指导|协调)", rest):
                return rest
        elif re.match(r"(?:其)?主要职责(?:是|为|:)", folded):
            return without_label(text)
    return ""


def _unit_plates(folded: str, own: Own) -> Iterator[str]:
    for sentence in re.split(r"[。;]", folded):
        sentence = re.sub(r",?(?:不再|同时撤销|撤销|取消|摘除)[^,。;]*牌子", "", sentence)
        sentence = _BODY_TAKEN_AWAY.sub("", sentence)
        before = re.split(r"加挂|增挂|挂", sentence)[0].rstrip(",并")
        if any(_new_bodies(before + ",", own)):
            # The plate is the new body's, not the unit's.
            continue
        if _speaks_of_body(before, own):
            continue
        if not re.search(r"不再|撤销|取消|\([^()]*挂", sentence):
            yield from plates_in(sentence)


def _speaks_of_body(before: str, own: Own) -> bool:
    """Whether the words before 「加挂」 end with the name of a body that isn't the unit."""
    last = re.split(r"[,:在]|同意|为", before)[-1]
    last = own.without_unit(last)
    last = re.sub(r"^(?:你|该|贵|我|本)(?:局|委|办|厅|院|校|馆|中心|镇|街道|单位)(?=.{2})", "", last)
    return ends_as_body(last) and not own.owns(last) and not re.search(r"(?:更名|改)为", before)

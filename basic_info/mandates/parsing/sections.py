"""Internal bodies (内设机构): every body that has a duty sentence of its own, wherever it stands."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from basic_info.mandates.parsing.lines import Depth, Line
from basic_info.mandates.parsing.model import ClauseKind, Confidence, Section
from basic_info.mandates.parsing.names import (
    ATTRIBUTE,
    BODY_ENDING,
    DUTY_VERB,
    clean_name,
    ends_as_body,
    split_names,
    with_bracket_inside,
    without_label,
)
from basic_info.mandates.parsing.normalise import NUMBER, fold, only_date, strip_brackets
from basic_info.mandates.parsing.parts import Part, has_numbers, is_division

# Endings that don't also stand inside names (社会组织管理科 doesn't end at 社会).
_SURE_ENDING = "办公室|党委|党支部|党总支|委员会|工会|中心|大队|支队|中队|服务站|科|室|处|股|站|所|局"
_BRACKET = r"\((?:[^()]|\([^()]*\))*\)"
# Behind a name: brackets, and what the body is, set off by commas (「服务中心（党群中心），公益一类，副科级。」).
_BEHIND = rf"(?P<brackets>(?:{_BRACKET})*)(?:{ATTRIBUTE})*"
# 「办公室（挂…牌子）。负责…」, 「办公室：负责…」, 「办公室——负责…」, 「办公室」 alone.
_HEADED = re.compile(rf"^(?P<name>[^。:;,()—]{{2,32}}?){_BEHIND}(?:(?P<sep>[。:]|—{{1,2}})(?P<text>.*))?$", re.S)
# 「办公室负责…」, 「机关党委，负责…」.
_JOINED = re.compile(
    rf'^(?P<name>[^。:;,()]{{0,24}}?(?:{_SURE_ENDING})"?){_BEHIND}(?P<sep>,?)(?P<text>(?:{DUTY_VERB}|加挂|挂[^。,]{{2,40}}牌子).*)$',
    re.S,
)
# 「综合部负责…」: an ending that also stands inside names, surely the name's end before these two verbs.
_JOINED_STRONGLY = re.compile(
    rf"^(?P<name>[^。:;,()]{{1,16}}?(?:部|室|组|院|馆|台|队|会)){_BEHIND}(?P<sep>,?)(?P<text>(?:主要)?(?:负责|承担).*)$",
    re.S,
)
_SET_UP = re.compile(
    rf"^(?:[^。,;:]{{0,20}}?(?:规定|要求|章程|局|委|办|中心|镇|乡|街道|院|厅|会))?,?(?:设立|设置|单设|单独设置|下设|设)(?P<name>[^。:;,()]{{2,24}}?(?:{BODY_ENDING}))"
    rf"{_BEHIND}(?P<sep>[,。:])(?P<text>(?:{DUTY_VERB}).*)$",
    re.S,
)
_PLAIN_BODY = r"[^。:;,、()]{1,12}?(?:科|室|股|处|部|中心|队)(?:主要)?(?:负责|承担)"
_FIRST_BODY = re.compile(_PLAIN_BODY)
_NEXT_BODY = re.compile(rf"(?<=[。;]){_PLAIN_BODY}")
# 「镇设综合行政执法队。」, its duties in the paragraph below.
_SET_UP_ALONE = re.compile(
    rf"^[^。,;:、()]{{0,12}}?(?:设立|设置|下设|设)(?P<name>[^。:;,、()]{{2,20}}?(?:{BODY_ENDING})){_BEHIND}(?P<sep>。)(?P<text>)$"
)
# A body in a list of names with its plates behind (「设置甲室（挂乙所牌子）、丙室。」).
_LISTED = re.compile(rf"(?P<words>[^。:;,、()]{{2,28}}(?:{BODY_ENDING}))(?P<brackets>{_BRACKET})(?=[、,。;和等]|$)")
_COLON_FIRST = re.compile(r"[^。:;,]{2,40}:")
_HUNG_OUT = re.compile(r"^(?:同时)?,?(?:加挂|挂|增挂|保留)(?P<names>[^。;,()]{2,40}?)(?:的)?牌子[。,;]")
_PLATE = re.compile(
    r"(?:对外)?(?:同时)?(?:加挂|增挂|另挂|保留|悬挂|挂)(?P<names>[^。;:]{2,60}?)(?:等)?(?:的)?(?:[两\d]+块)?牌子?(?=[,。;:、)]|$)"
)
_ON_SECTION = re.compile(
    rf"(?:^|[,。;])在?(?P<name>[^。:;,、()]{{1,18}}?(?:{BODY_ENDING}))(?:加挂|挂)(?P<plates>[^。;:]{{2,40}}?)(?:的)?牌子"
)
_ONLY_SET_UP = re.compile(
    r"(?:按|根据|依照|依据|参照|遵照)[^。]*(?:规定|章程|要求)[^。]*(?:设置|设立|配备|执行|成立|办理|管理|产生)|^(?:设置|设立)"
)
#: 「（与甲办公室一个机构两块牌子）」, 「（对外称甲办公室）」.
_SHARED_DOOR = re.compile(r"与(?P<names>[^,。;]{2,40}?)(?:实行|为)?,?一个(?:机构|科室),?[、]?两块牌子$")
_OUTWARDS = re.compile(r"(?:对外|同时)称(?:为)?(?P<names>[^,。;]{2,40})$")
#: 「甲科、乙科（一个机构、两块牌子）」: the second name is the plate.
_ONE_BODY = re.compile(
    r"一个(?:机构|科室|班子)[,、]?[两二三]块牌子|[两二三]块牌子[,、]?一(?:个机构|套(?:人马|班子|机构))"
)
_STARTS_AS_DUTY = re.compile(rf"^(?:{DUTY_VERB})")
_NOT_A_BODY = re.compile(
    r"^(?:负责|承担|根据|按照|本|上述|以上|以下|该|各|所属|其中|核定|设|(?:行政|事业|机关行政)编制(?![科处股室])|领导职数|主要职责|工作职责|职责|附件|附表|注$|备注)|"
    r"内设机构|下列|设置|设立|编制(?![科处股室])|职数|规定$|名$|工作由|主要职责|机构规格|领导班子|负责解释|解释$|事项"
)
_NO_DUTY = re.compile(r"内设机构|^[^。]{0,20}下列|编制[^。;]{0,8}\d+名|负责解释")
_OPEN_KINDS = {ClauseKind.SECTION, ClauseKind.MISC, ClauseKind.FINAL, ClauseKind.QUOTA}
#: 「核定事业编制12名。」「设主任1名（股级），副主任2名。」 behind a body's duties.
_PLACES = re.compile(
    rf"^(?:核定|配备|核拨|人员)?[^。;]{{0,14}}编制[^。;]{{0,8}}{NUMBER}[名个人](?:\(.*\))?[。;]?$"
    rf"|^(?:领导职数|设(?:主任|科长|股长|站长|所长|队长|部长|负责人))[^。;]*{NUMBER}[名人][^。;]*[。;]?$"
)
_CONTINUES = re.compile(rf"^(?:{DUTY_VERB})")


@dataclass
class _Draft:
    """A body while its lines are being collected."""

    name: str
    plates: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    depth: Depth | None = None
    is_marked: bool = False


@dataclass(frozen=True)
class _Opening:
    """How a line opens a body: its name, the brackets behind it, the text behind both."""

    name: str
    brackets: str
    text: str
    has_separator: bool
    is_joined: bool


def find_sections(parts: Sequence[Part]) -> tuple[Section, ...]:
    """The bodies of all parts in document order; a name that comes again from a table is not repeated."""
    found: dict[str, Section] = {}
    for part in parts:
        if part.kind in _OPEN_KINDS:
            for draft in _drafts(part):
                section = _finished(draft)
                if section is not None and section.name not in found:
                    found[section.name] = section
    _hang_plates(parts, found)
    return tuple(found.values())


def plates_in(folded: str) -> list[str]:
    """The names in 「加挂甲、乙牌子」; 合署办公 is none."""
    names: list[str] = []
    for match in _PLATE.finditer(folded):
        if "合署" not in match.group("names"):
            names.extend(split_names(match.group("names")))
    return [re.sub(r"^(?:了|有|名称为|名称)", "", name) for name in names]


def plates_on_sections(folded: str) -> Iterator[tuple[str, list[str]]]:
    """Each body that is given plates in a sentence of its own (在办公室挂信访科牌子), and their names."""
    for match in _ON_SECTION.finditer(strip_brackets(folded)):
        yield match.group("name"), split_names(match.group("plates"))


def bracket_plates(brackets: str) -> list[str]:
    """The plates in the brackets behind a body's name: 「（挂…牌子）」 or a bare name."""
    plates: list[str] = []
    for bracket in re.findall(_BRACKET, brackets):
        inner = bracket[1:-1]
        if hung := plates_in(inner):
            plates.extend(hung)
        elif shared := _SHARED_DOOR.match(inner) or _OUTWARDS.match(inner):
            plates.extend(split_names(shared.group("names")))
        elif _is_bare_plate(inner):
            plates.extend(split_names(inner))
    return plates


def tasks_of(text: str) -> tuple[str, ...]:
    """A duty text cut at ； and 。 of either width, without the marks."""
    return tuple(task for task in (piece.strip() for piece in re.split(r"[；;。｡]", text)) if task)


def section_of(name: str, plates: Iterable[str], text: str, source: str, confidence: Confidence) -> Section:
    """A section whose duty text is complete."""
    plates = dict.fromkeys(_as_written(plate, source) for plate in plates)
    return Section(name, tuple(plates), text, tasks_of(text), source, confidence)


def _as_written(plate: str, source: str) -> str:
    """A plate with the document's own quotation marks (“两新”工委办公室); folding had made them straight ones."""
    place = fold(source).find(plate) if '"' in plate else -1
    return source[place : place + len(plate)] if place >= 0 else plate


def _is_bare_plate(inner: str) -> bool:
    words = inner.replace('"', "")
    if re.search(r"合署|兼|下设|内设|编制|职数|规格|\d名|简称|负责|负责人|以下|含|设在|设于|挂靠|名$|级$", words):
        return False
    return all(ends_as_body(name) for name in split_names(words)) and len(words) >= 2


def _drafts(part: Part) -> Iterator[_Draft]:
    lenient = part.kind is ClauseKind.SECTION
    open_draft: _Draft | None = None
    for group in _runs(part):
        for line in _one_body_each(group) if lenient else group:
            opened = None if _is_first_text(open_draft, line) else _open(line, lenient=lenient)
            if opened is not None:
                if open_draft is not None:
                    yield open_draft
                open_draft = opened
            elif open_draft is not None:
                if _belongs(open_draft, line):
                    open_draft.source.append(line.text)
                    if open_draft.texts:
                        open_draft.texts.append(line.text)
                    else:
                        _take_text(open_draft, line.text)
                elif line.mark is None or (open_draft.depth is not None and line.mark.depth <= open_draft.depth):
                    yield open_draft
                    open_draft = None
    if open_draft is not None:
        yield open_draft


def _runs(part: Part) -> Iterator[tuple[Line, ...]]:
    """The part's lines without those of a division of responsibility."""
    lead = part.lead if not part.is_headed else part.lead[1:]
    if part.kind is not ClauseKind.BOUNDARY:
        yield lead
    for group in part.groups:
        if not is_division(group.head):
            yield group.lines


def _one_body_each(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, one that describes several bodies (「办公室负责…；养护科负责…」) cut before each name."""
    for line in lines:
        cuts = [0, *(match.start() for match in _NEXT_BODY.finditer(line.folded))]
        if line.cells or len(cuts) == 1 or not _FIRST_BODY.match(line.folded):
            yield line
            continue
        pieces = [line.body[start:end] for start, end in zip(cuts, [*cuts[1:], len(line.body)], strict=True)]
        yield replace(line, text=line.text[: -len(line.body)] + pieces[0], gaps=())
        yield from (replace(line, text=piece, gaps=()) for piece in pieces[1:])


def _is_first_text(draft: _Draft | None, line: Line) -> bool:
    """Whether an unmarked line is the duty of the numbered name above it, though it ends like a name (…各类学校。)."""
    awaited = draft is not None and draft.is_marked and not draft.texts and line.mark is None and not line.cells
    return awaited and bool(re.match(rf"(?:{DUTY_VERB})[^。:;]*[。;]$", line.folded))


def _belongs(draft: _Draft, line: Line) -> bool:
    """Whether a line continues the body that is open: its first text, or what is nested below it."""
    if line.mark is not None:
        return line.mark.depth > (Depth.ITEM if draft.depth is None else draft.depth)
    if not draft.texts:
        return not _ONLY_SET_UP.search(re.split("[。;]", line.folded)[0]) and not _NO_DUTY.search(line.folded)
    return bool(_CONTINUES.match(line.folded)) and not line.in_table


def _open(line: Line, *, lenient: bool) -> _Draft | None:
    if line.cells:
        return _from_cells(line)
    opening = _at_gap(line) or _opening(line.body, line.folded)
    if opening is None or not _is_body_name(opening, line, lenient=lenient):
        return None
    name, plates = opening.name, bracket_plates(fold(opening.brackets))
    if "、" in name and _ONE_BODY.search(fold(opening.brackets)):
        name, *others = name.split("、")
        plates = [*others, *plates]
    draft = _Draft(name, plates, depth=line.depth, source=[line.text], is_marked=line.mark is not None)
    return _take_text(draft, opening.text)


def _opening(body: str, folded: str) -> _Opening | None:
    folded = with_bracket_inside(folded)
    headed = _HEADED.match(folded)
    match = _SET_UP.match(folded)
    if (alone := _SET_UP_ALONE.match(folded)) is not None:
        match = alone
    if match is None and (headed is None or not ends_as_body(clean_name(headed.group("name")))):
        match = _JOINED.match(folded) or _JOINED_STRONGLY.match(folded)
    match = match or headed
    if match is None:
        return None
    # The document's own words, not the folded ones.
    name, brackets, text = (body[slice(*match.span(group))] for group in ("name", "brackets", "text"))
    return _Opening(clean_name(name), brackets, text, bool(match.group("sep")), match.re in (_JOINED, _JOINED_STRONGLY))


def _at_gap(line: Line) -> _Opening | None:
    """「办公室　负责…」: the blank between name and duties is a separator."""
    shift = len(line.text) - len(line.body)
    for gap in line.gaps:
        head, text = line.body[: max(gap - shift, 0)], line.body[max(gap - shift, 0) :]
        match = _HEADED.match(fold(head))
        if match and not match.group("sep") and _STARTS_AS_DUTY.match(fold(text)):
            name = clean_name(head[slice(*match.span("name"))])
            if ends_as_body(fold(name)):
                return _Opening(name, head[slice(*match.span("brackets"))], text, True, False)
    return None


def _take_text(draft: _Draft, text: str) -> _Draft:
    if hung := _HUNG_OUT.match(fold(text)):
        draft.plates.extend(split_names(hung.group("names")))
        text = text[hung.end() :]
    if text:
        draft.texts.append(text)
    return draft


def _is_body_name(opening: _Opening, line: Line, *, lenient: bool) -> bool:
    name, text = fold(opening.name), fold(opening.text)
    if _NOT_A_BODY.search(name) or not 2 <= len(name) <= 30:
        return False
    if "、" in name and (line.mark is None or re.match(r"设", line.folded)):
        # 「设置甲中心、乙中心，为…」 lists bodies, it describes none.
        return False
    starts = bool(_STARTS_AS_DUTY.match(text))
    if not lenient:
        sure = opening.has_separator or re.search(r"党委|离退休|老干部", name)
        return ends_as_body(name) and starts and bool(sure) and "解释" not in text[:12]
    marked = line.mark is not None
    if ends_as_body(name):
        named_alone = not text and (marked or len(line.body) <= 40)
        # A colon parts nothing but a name from its duties, whatever verb they start with.
        by_colon = bool(_COLON_FIRST.match(line.folded)) and bool(text) and not has_numbers(text)
        return starts or named_alone or by_colon or (marked and opening.has_separator) or bool(_HUNG_OUT.match(text))
    return marked and starts and not opening.is_joined and len(name) <= 15


def _from_cells(line: Line) -> _Draft:
    name, text = line.cells
    match = _HEADED.match(with_bracket_inside(fold(name)))
    draft = _Draft(name, source=[line.text], is_marked=True)
    if match is not None:
        draft.name = clean_name(name[: match.end("name")])
        draft.plates = bracket_plates(match.group("brackets"))
    return _take_text(draft, text.replace("\n", ""))


def _finished(draft: _Draft) -> Section | None:
    text = _duty_text("".join(draft.texts))
    if not text or only_date(text) or _is_only_set_up(text) or _says_only_what_it_is(text):
        return None
    sure = draft.is_marked and ends_as_body(fold(draft.name))
    confidence = Confidence.HIGH if sure else Confidence.MEDIUM
    return section_of(draft.name, draft.plates, text, "".join(draft.source), confidence)


def _duty_text(text: str) -> str:
    """The duty text without a label, and without a sentence before it on what the body is."""
    folded = fold(text)
    label = re.search(r"(?:主要|工作)?(?:职责|任务)(?:任务)?(?:是|为)?:|主要职责(?:是|为)", folded[:80])
    if label and not re.search(r"负责|承担", folded[: label.start()]):
        text = text[label.start() :]
    first, stop, rest = text.partition("。")
    if rest and stop and re.search(r"事业单位|规格|级$", first) and not re.search(r"负责|承担", first):
        text = rest
    return without_label(_without_places(text))


def _without_places(text: str) -> str:
    """The duty text without the sentences behind it that say how many places the body has."""
    sentences = re.findall(r"[^。；;]*[。；;]?", text)
    while len(sentences) > 1 and (not sentences[-1] or _PLACES.match(fold(sentences[-1]))):
        sentences.pop()
    return "".join(sentences)


_NATURE_TEXT = re.compile(r"^(?:为|是|系|属|作为)[^。;,]{0,40}(?:部门|机构|单位|机关|派出|组成)")


def _says_only_what_it_is(text: str) -> bool:
    folded = fold(text)
    return bool(_NATURE_TEXT.match(folded)) and not re.search(r"负责|承担|主要(?:职责|任务)", folded)


def _is_only_set_up(text: str) -> bool:
    folded = fold(text)
    sentences = [sentence for sentence in re.split(r"[。;]", folded) if sentence]
    if folded and re.match(r"履行[^。;,]{0,20}规定的(?:职责|职权)", folded):
        return True
    if not sentences or not _ONLY_SET_UP.search(sentences[0]):
        return False
    return not any(re.search(r"^(?:主要)?(?:负责|承担|协助)|,(?:主要)?(?:负责|承担)", each) for each in sentences)


def _hang_plates(parts: Sequence[Part], found: dict[str, Section]) -> None:
    """「在办公室挂信访科牌子」 gives that body its plate."""
    for part in parts:
        if part.kind in _OPEN_KINDS:
            for line in part.lines:
                said = [*plates_on_sections(line.folded), *_listed_plates(line, found)]
                for name, hung in said:
                    section = found.get(name)
                    if section is not None and line.text not in section.snippet:
                        plates = [*section.plates, *hung]
                        found[section.name] = section_of(
                            section.name, plates, section.text, section.snippet, section.confidence
                        )


def _listed_plates(line: Line, found: Mapping[str, Section]) -> Iterator[tuple[str, list[str]]]:
    """The plates behind the names in a list, of bodies that show none where their duties stand."""
    if line.cells or not re.search("[设置]", line.folded):
        return
    for match in _LISTED.finditer(line.folded):
        named = [name for name in found if match.group("words").endswith(name)]
        section = found[max(named, key=len)] if named else None
        if section is not None and not section.plates and (hung := bracket_plates(match.group("brackets"))):
            yield section.name, hung

"""What the unit is (性质、规格、牌子) and from when the document holds (施行日期)."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from basic_info.mandates.parsing.heading import issued_on
from basic_info.mandates.parsing.lines import Line
from basic_info.mandates.parsing.model import ClauseKind, Confidence, Found, Plate
from basic_info.mandates.parsing.names import split_names
from basic_info.mandates.parsing.normalise import NUMBER, find_date, fold, strip_brackets
from basic_info.mandates.parsing.parts import Part
from basic_info.mandates.parsing.sections import plates_in

_LEVEL = r"(?:正|副)?(?:省部|地厅|厅局|县处|乡科|部|厅|局|县|处|科|股)级"
_RANK = (
    re.compile(rf"(?P<rank>{_LEVEL})(?:机构)?规格"),
    re.compile(rf"(?:机构)?规格(?:为|是|相当于|:|按|参照|等同于)*(?P<rank>{_LEVEL})"),
    re.compile(
        rf"(?:[为是系属,]|相当于|\(|列入?|定为|明确为|升格为|暂定)(?P<rank>{_LEVEL})(?:[,。;:、)]|事业|单位|机构|建制|行政|部门|$)"
    ),
    re.compile(
        rf"(?:属|是|为|设立)[^。;,]{{0,30}}?(?P<rank>{_LEVEL})(?:全额|财政|公益|直属|事业|单位|机构|行政|工作部门)"
    ),
)
_INSTITUTION = re.compile(r"(?:是|为|属|系|隶属|作为|:)[^。;]{0,60}?事业单位|公益[一二]类|事业单位(?:法人|性质)")
_SAYS_WHAT_IT_IS = re.compile(r"^[^。;,:]{2,30}(?:为|是|系|属)[^。;]{0,30}(?:部门|机关|事业单位|直属|派出|组成)")
_EFFECTIVE = re.compile(
    r"(?:自|从|于)(?P<when>[^。;,]{2,24}?)(?:起|开始|之日)(?:正式)?(?:起)?(?:组织)?(?:施行|执行|实施|生效|试行)"
)
_ON_ISSUE = re.compile(r"印发|发布|公布|下发|发文|批准|颁布|发出|批复|下达|成文|通过")
_IN_TABLE = re.compile(r"^(?:加挂|挂)?(?:牌子|挂牌)(?:名称)?:|^(?:加挂|挂牌)(?:机构)?(?:名称|牌子)?:")
#: 「甲局、乙局的牌子挂在区委组织部」: the sentence turned round; on a body inside it is the body's plate.
_HANGS_AT = re.compile(r"(?:^|,)(?P<names>[^,]{3,90}?)的?牌子,?挂在(?![^,]*[科股室处](?:,|$))")

#: 「与甲管理委员会实行两块牌子、一套人马」.
_SHARED_DOOR = re.compile(
    r"与(?P<names>[^,]{3,40}?)(?:实行|为|是|系)?,?(?:[两二]块牌子[、,]?一套(?:人马|班子|机构)|一(?:个机构|套人马|套班子)[、,]?[两二]块牌子)"
)


def nature_lines(preamble: Sequence[Line], parts: Sequence[Part]) -> list[Line]:
    """The sentences that say what the unit is: the introduction and the articles before its duties."""
    lines = [line for line in preamble if not line.cells]
    for part in parts:
        if part.kind in (ClauseKind.NATURE, ClauseKind.BASIS, ClauseKind.STATUS):
            lines.extend(part.lines)
        elif part.kind is ClauseKind.DUTY:
            lines.extend(part.lead[1:] if part.is_headed else part.lead[:1])
        elif part.kind is ClauseKind.SECTION and part.is_headed:
            lines.extend(line for line in part.lead[1:] if _SAYS_WHAT_IT_IS.search(line.folded))
    return lines


def read_rank(lines: Sequence[Line]) -> Found[str | None]:
    """The unit's own rank as written (正县级), null when the text doesn't say."""
    for pattern in _RANK:
        for line in lines:
            folded = line.folded
            for match in pattern.finditer(folded):
                if not _speaks_of_sections(folded, match.start()):
                    return Found(match.group("rank"), line.text)
    return Found(None, "", Confidence.MEDIUM)


def _speaks_of_sections(folded: str, place: int) -> bool:
    clause = re.split(r"[。;]", folded[:place])[-1]
    return bool(re.search(rf"内设|科室|设[置立]?{NUMBER}个|职数|\d名|局长|主任[^,]{0, 3}$|所属[^,。]*均", clause))


def read_plates(lines: Sequence[Line]) -> tuple[Plate, ...]:
    """The further names of the unit (加挂…牌子); 合署办公 is none."""
    plates: dict[str, Plate] = {}
    for line in lines:
        for name in _plates_of(line):
            plates.setdefault(name, Plate(name, line.text))
    return tuple(plates.values())


def _plates_of(line: Line) -> Iterator[str]:
    folded = line.folded
    if (label := _IN_TABLE.match(folded)) is not None:
        from_cell = folded[label.end() :]
        if from_cell not in ("无", "/", "-", ""):
            yield from plates_in(f"加挂{re.sub(r'^(?:加?挂)|牌子$', '', from_cell)}牌子")
        return
    for sentence in re.split(r"[。;]", strip_brackets(folded) + "。" + ";".join(re.findall(r"\(([^()]*)\)", folded))):
        sentence = re.sub(r"不再(?:对外)?(?:加挂|挂|保留)[^,。;]*", "", sentence)
        if not re.search(r"在[^,]{2,12}(?:科|室|处|股|办公室)(?:加挂|挂)", sentence):
            yield from plates_in(sentence)
        for pattern in (_HANGS_AT, _SHARED_DOOR):
            if (hung := pattern.search(sentence)) is not None:
                yield from split_names(hung.group("names"))


def is_institution(lines: Sequence[Line]) -> bool:
    """Whether the unit is called a public institution (事业单位)."""
    return any(_INSTITUTION.search(line.folded) and "所属事业单位" not in line.folded[:30] for line in lines)


def read_effective(lines: Sequence[Line]) -> Found[date | None]:
    """The day that the document names, or its own date for 「自印发之日起」."""
    for line in reversed(lines):
        for match in _EFFECTIVE.finditer(fold(line.text)):
            if (day := find_date(match.group("when"))) is not None:
                return Found(day, line.text)
            if _ON_ISSUE.search(match.group("when")):
                issued = issued_on(lines)
                return Found(issued.value, line.text, Confidence.MEDIUM)
    return Found(None, "", Confidence.MEDIUM)

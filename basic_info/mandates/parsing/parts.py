"""Parts (部分): the top-level articles or headed sections of a mandate, each classified by its anchors (R39)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from basic_info.mandates.parsing.lines import Depth, Line
from basic_info.mandates.parsing.model import ClauseKind
from basic_info.mandates.parsing.names import ATTRIBUTE, BODY_ENDING, DUTY_VERB, ends_as_body
from basic_info.mandates.parsing.normalise import NUMBER, strip_brackets

_HEADINGS: tuple[tuple[ClauseKind, re.Pattern[str]], ...] = (
    (ClauseKind.BOUNDARY, re.compile(r"(?:职责|职能)(?:分工|划分|关系|边界)")),
    (ClauseKind.TRANSFORMATION, re.compile(r"(?:职责|职能)(?:的)?(?:调整|转变|划转|整合)|转变职能")),
    (
        ClauseKind.QUOTA,
        re.compile(
            r"(?:人员|机关|事业|行政|机构)?(?:编制|职数)(?!委员会|规定|管理|办公室)|领导(?:职数|配备|班子)|人员(?:配备|控制)"
        ),
    ),
    (
        ClauseKind.SECTION,
        re.compile(
            r"内设|职能(?:部(?!门)|[科股处])|机构设置|设置机构|(?:下设|工作|办事|内部|党政|事业|所属|综合|直属|派出|分支)机构|科室|站所|事业单位|机构(?:及|和)(?:其)?(?:主要)?职责"
        ),
    ),
    (ClauseKind.DUTY, re.compile(r"职责|职能|主要任务|业务范围|工作任务")),
    (ClauseKind.FINAL, re.compile(r"附则")),
    (ClauseKind.MISC, re.compile(r"其他|其它|有关(?:事项|问题|规定|要求)|管理体制|运行机制|工作要求|经费")),
    (
        ClauseKind.NATURE,
        re.compile(
            r"机构(?:名称|规格|性质|类别|类型)|单位(?:名称|性质|类别|规格)|规格|性质|名称|隶属|举办|主管|挂牌|牌子|总则"
        ),
    ),
)
_DUTY_LEAD = re.compile(
    r"职责,(?:具体|主要)?(?:是|为|如下|包括):|(?:主要|工作|基本)(?:职责|职能|任务)(?:任务|和任务)?(?:是|为|如下|包括|有|:|。|$)|(?:履行|承担|行使)(?:以下|下列)(?:主要)?(?:职责|职能|职权)|"
    r"^(?:[^。,]{0,25}(?:的)?)?职责(?:任务)?(?:是|为|如下)?:$|职责是:|宗旨和业务范围"
)
_SECTION_LEAD = re.compile(
    r"(?:(?<!特)设|设立|设置|下设|内设)(?:下列|以下|如下)?[^。;,]{0,10}(?:内设机构|职能科室|职能机构|职能部|工作机构|办事机构|科室|机构|部门)|内设(?:下列|以下)|"
    r"^内设机构|^[^。,]{0,20}内设机构(?:及|和|设置|为|:|。|$)"
)
_TRANSFORMATION = re.compile(r"^(?:职能转变|转变职能|职责转变|职能调整|职责调整)")
_NO_DIVISION = re.compile(
    r"^(?:负责|协调|拟订|拟定|制定|研究|指导|承担|明确|组织|推进|参与|监督|提出|落实|会同|统筹|完善|理顺|厘清|贯彻|审核|办理|牵头|建立)"
)
_DIVISION = re.compile(
    r"^[^。:;]{0,60}?(?:职责|职能)?(?:分工|职责划分|职责边界|职责关系)(?:如下|是|为|问题|的?规定)?(?:[。:]|$|(?=按|依照|由|,))"
)
_QUOTA = re.compile(
    rf"(?:编制|员额|控制数|职数)[^。;,、]{{0,12}}?{NUMBER}(?:名|人|个|正)|设[^。;,]{{1,14}}?{NUMBER}名|[长任师记席]{NUMBER}名|(?:编制|职数)由{NUMBER}名"
)
_FINAL = re.compile(
    r"负责解释|起(?:施行|执行|实施|生效)|之日起|另行规定|另行核定|另行明确|另行制定|按(?:规定)?程序办理|^附则"
)
_BODY = re.compile(rf"(?P<name>[^。:;,]{{2,20}})(?:{ATTRIBUTE})*[。:](?:主要)?(?:负责|承担|协助|组织|指导|统筹|拟订)")
# A body's own name up to the stop, whatever verb its duties start with; a short duty (「管理敬老院。」) is none.
_CALLED = re.compile(rf"(?!{DUTY_VERB})[^。:;,]{{2,20}}?(?<!全)(?:{BODY_ENDING})[。:].")
_STARTS_AS_DUTY = re.compile(r"(?:主要)?(?:负责|承担|协助|组织|指导|统筹|拟订|贯彻|综合|协调|编制|监督|管理)")
_SUBHEADING = re.compile(rf"^(?!.*(?:{BODY_ENDING}|职责|任务):$)[^。;,:]{{2,14}}:$")
# 「法制工作委员会负责…」: no sign parts the name from the duties.
_JOINED_BODY = re.compile(r"[^。:;,、]{1,18}?(?:办公室|委员会|中心|[科室股处队站])(?:主要)?(?:负责(?!人)|承担)")
_SETS_UP = re.compile(
    rf"[^。,;:、()]{{0,12}}?(?:设立|设置|下设|设)[^。:;,、()]{{2,20}}?(?:{BODY_ENDING})(?:\([^()]*\))?。$"
)
_STATUS = re.compile(r"本规定(?:所)?确定的|基本依据|机构编制(?:刚性)?约束")
_BASIS = re.compile(r"^(?:为(?:了)?|根据|按照|依据|经).*(?:制定|制订|如下|规定|方案|批准)")
_IS_UNIT = re.compile(
    r"^[^。;,]{2,40}(?:是|为|系|属)[^。;]{0,40}(?:工作部门|组成部门|职能部门|直属机构|派出机[关构]|工作机关|群团|事业单位)"
)
_NATURE = re.compile(
    r"(?:是|为|(?<!所)属|系|列入|作为)[^。;]{0,80}(?:工作部门|机构|机关|单位|组成部门|派出|序列|团体|部门|级)|规格(?:为|是|相当于|:)?|加挂|挂[^。;]{0,80}?牌子"
)


@dataclass(frozen=True)
class Group:
    """An item of a part: its first line and the lines nested below it."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """All its words without the item's own mark, the nested marks kept."""
        return self.lines[0].body + "".join(line.text for line in self.lines[1:])

    @property
    def source(self) -> str:
        """All its words with all marks."""
        return "".join(line.text for line in self.lines)

    @property
    def head(self) -> str:
        """The first line in half width, without its mark."""
        return self.lines[0].folded


@dataclass(frozen=True)
class Part:
    """An article or a headed section: the lines before its items, and its items."""

    kind: ClauseKind
    lines: tuple[Line, ...]
    lead: tuple[Line, ...]
    groups: tuple[Group, ...]
    is_headed: bool = False

    @property
    def text(self) -> str:
        """The words of the part without its number."""
        return self.lines[0].body + "".join(line.text for line in self.lines[1:])

    @property
    def item_depth(self) -> Depth | None:
        """The depth of its items, null when they have no marks."""
        return self.groups[0].lines[0].depth if self.groups else None


def is_division(head: str) -> bool:
    """Whether a folded text opens as a division of responsibility (…职责分工。)."""
    return bool(_DIVISION.match(head)) and not _NO_DIVISION.match(head)


def is_transformation(head: str) -> bool:
    """Whether a folded text opens as 职能转变."""
    return bool(_TRANSFORMATION.match(head))


def heading_kind(folded: str) -> ClauseKind | None:
    """The kind of part that a heading names (主要职责 → duty), null for other words."""
    words = strip_brackets(folded).strip(":。 ")
    if not 2 <= len(words) <= 22 or re.search(r"[。;:,]", words):
        return None
    return next((kind for kind, pattern in _HEADINGS if pattern.search(words)), None)


def describes_body(plain: str) -> bool:
    """Whether a folded text without brackets is a body's name and its duty sentence (机关党委。负责…)."""
    match = _BODY.match(plain)
    return match is not None and ends_as_body(match.group("name")) and "解释" not in plain[:24]


def has_numbers(folded: str) -> bool:
    """Whether the folded text states quotas or leader posts."""
    return bool(_QUOTA.search(strip_brackets(folded)))


def top_depth(lines: Sequence[Line]) -> Depth | None:
    """The depth that the document's parts have: articles when there are any, else 一、, else bare headings."""
    articles = sum(line.depth is Depth.ARTICLE for line in lines)
    if articles >= 2:
        return Depth.ARTICLE
    if sum(line.is_label for line in lines) >= 3:
        # The document is a table: its labels part it, and 一、 is a mark inside a cell.
        return None
    parts = sum(line.depth is Depth.PART for line in lines)
    if parts >= 2 or (parts == 1 and articles == 0):
        return Depth.PART
    return Depth.ARTICLE if articles else None


def split_parts(lines: Sequence[Line], depth: Depth | None) -> tuple[tuple[Line, ...], list[Part]]:
    """The lines before the first part, and the parts."""
    starts = [number for number, line in enumerate(lines) if _starts_part(line, depth)]
    if not starts:
        return tuple(lines), []
    parts, hint = [], None
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        if lines[start].depth is Depth.CHAPTER:
            hint = heading_kind(lines[start].folded)
            if end == start + 1:
                continue
        parts.extend(_spread(part_of(tuple(lines[start:end]), hint)))
    return tuple(lines[: starts[0]]), parts


def _spread(part: Part) -> list[Part]:
    """A scheme's 「主要任务」 whose items are themselves headings (明确职责、设置机构、核定编制) is a part for each."""
    starts = [
        at for at, line in enumerate(part.lines) if at and line.depth is not None and line.depth == part.item_depth
    ]
    kinds = [heading_kind(part.lines[at].folded) for at in starts]
    if None in kinds or ClauseKind.SECTION not in kinds or len(set(kinds)) < 2:
        return [part]
    ends = [*starts[1:], len(part.lines)]
    return [part_of(part.lines[start:end]) for start, end in zip(starts, ends, strict=True)]


def _starts_part(line: Line, depth: Depth | None) -> bool:
    if line.is_label or (depth is not None and line.depth in (depth, Depth.CHAPTER)):
        return True
    if line.mark is None and not line.in_table and not line.cells:
        return depth is None and _is_bare_heading(line)
    return False


def _is_bare_heading(line: Line) -> bool:
    bare = len(line.text) <= 14 and not re.search(r"[。;:,\d]", line.folded)
    return bare and heading_kind(line.folded) is not None


def part_of(lines: tuple[Line, ...], hint: ClauseKind | None = None) -> Part:
    """The part that these lines make; `hint` is the kind of the chapter it stands in."""
    lead, groups = _grouped(lines)
    kind, is_headed = _kind(lead, groups, hint)
    return Part(kind, lines, lead, groups, is_headed)


def _grouped(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Group, ...]]:
    """The lead (the first line and unmarked ones after it) and the items, told by the highest mark below."""
    depths = [line.depth for line in lines[1:] if line.depth is not None]
    item_depth = min(depths) if depths else None
    lead, groups = [lines[0]], list[list[Line]]()
    for place, line in enumerate(lines[1:], start=1):
        if groups and _is_subheading(lines, place, item_depth):
            continue
        opens = line.depth is not None and line.depth == item_depth
        opens = opens or bool(line.cells)
        aside = line.mark is None and (is_transformation(line.folded) or is_division(line.folded))
        if opens or (groups and aside):
            groups.append([line])
        elif groups:
            groups[-1].append(line)
        else:
            lead.append(line)
    return tuple(lead), tuple(Group(tuple(group)) for group in groups)


def _is_subheading(lines: Sequence[Line], place: int, item_depth: Depth | None) -> bool:
    """Whether a line without number heads the items below it (「经济发展方面：」) and belongs to none of them."""
    line = lines[place]
    below = lines[place + 1] if place + 1 < len(lines) else None
    heads = line.mark is None and not line.cells and bool(_SUBHEADING.match(line.folded))
    return heads and below is not None and below.depth is not None and below.depth == item_depth


def _kind(lead: tuple[Line, ...], groups: tuple[Group, ...], hint: ClauseKind | None) -> tuple[ClauseKind, bool]:
    first = lead[0].folded
    if _lists_bodies(groups) or (not groups and _lists_bodies([Group((line,)) for line in lead[1:]])):
        return ClauseKind.SECTION, heading_kind(first) is not None and not has_numbers(first)
    if lead[0].is_label and (labelled := heading_kind(first.split(":")[0])) is not None:
        return labelled, True
    if (named := _named(first)) is not None:
        # 「职能定位」 without items says what the unit is.
        return (ClauseKind.NATURE if "定位" in first and not groups else named), True
    whole = "".join(line.folded for line in lead)
    if is_transformation(whole):
        return ClauseKind.TRANSFORMATION, False
    if is_division(whole):
        return ClauseKind.BOUNDARY, False
    plain = strip_brackets(whole)
    opening = strip_brackets(first)
    if _sets_up_one(lead) or describes_body(plain) or (opening.endswith(":") and _SECTION_LEAD.search(opening)):
        return ClauseKind.SECTION, False
    if _DUTY_LEAD.search(plain) and not _SECTION_LEAD.search(plain):
        return ClauseKind.DUTY, False
    if _SECTION_LEAD.search(plain) and (groups or plain.endswith(":")):
        return ClauseKind.SECTION, False
    for kind, matches in (
        (ClauseKind.QUOTA, has_numbers(whole)),
        (ClauseKind.STATUS, _STATUS.search(plain)),
        (ClauseKind.BASIS, _BASIS.match(plain)),
        (ClauseKind.FINAL, _FINAL.search(plain)),
        (ClauseKind.NATURE, _IS_UNIT.match(plain)),
        (ClauseKind.SECTION, _SECTION_LEAD.search(plain)),
        (ClauseKind.NATURE, _NATURE.search(plain)),
    ):
        if matches:
            return kind, False
    return hint or ClauseKind.MISC, False


def _sets_up_one(lead: Sequence[Line]) -> bool:
    """Whether the part sets up one body and says below what it does (「镇设综合行政执法队。」)."""
    below = lead[1].folded if len(lead) > 1 else ""
    return bool(_SETS_UP.match(lead[0].folded)) and bool(re.match(DUTY_VERB, below))


def _lists_bodies(groups: Sequence[Group]) -> bool:
    """Whether most items are a body's name with its duties behind or below it, whatever the lead says."""
    named = sum(_opens_as_body(group) for group in groups)
    called = sum(bool(_CALLED.match(strip_brackets(group.head))) for group in groups)
    return named >= 2 and max(named, called) * 3 >= len(groups) * 2


def _opens_as_body(group: Group) -> bool:
    plain = strip_brackets(group.head)
    if describes_body(plain) or _JOINED_BODY.match(plain):
        return True
    name = plain.rstrip("。:")
    below = group.lines[1].folded if len(group.lines) > 1 else ""
    return 2 <= len(name) <= 24 and ends_as_body(name) and bool(_STARTS_AS_DUTY.match(below))


def _named(first: str) -> ClauseKind | None:
    """The kind when the part opens with a heading alone, or with one and a full stop (「内设机构。…」)."""
    if (kind := heading_kind(first)) is not None and not has_numbers(first):
        return kind
    match = re.match(r"([^。:,;()]{2,14})[。:]", first)
    if match and re.fullmatch(
        r"(?:主要|工作|基本)?(?:职责|职能)(?:任务|调整)?|职能转变|内设机构|机构设置|(?:机构|单位)(?:名称|规格|性质|类别|类型)|隶属关系|举办单位|经费(?:形式|来源|渠道)|人员编制|领导职数|编制(?:和领导职数|职数)?|其他事项|附则",
        match.group(1),
    ):
        return heading_kind(match.group(1))
    return None

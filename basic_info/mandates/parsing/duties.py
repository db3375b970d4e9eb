"""Main duties (主要职责) and their kinds: 兜底, 职能转变, 职责分工 wherever it stands."""

import re
from collections.abc import Iterator, Sequence

from basic_info.mandates.parsing.lines import Depth, Line
from basic_info.mandates.parsing.model import ClauseKind, Confidence, Duty, DutyKind
from basic_info.mandates.parsing.names import without_label
from basic_info.mandates.parsing.normalise import fold
from basic_info.mandates.parsing.parts import Group, Part, is_division, is_transformation

#: 完成…交办的其他任务, of a text with half-width marks; the database reads the same expression.
CATCH_ALL = re.compile(
    r"^(?:完成|承办|办理|承担|做好|负责(?:完成|承办|办理))[^。;]{0,60}?(?:交办|交付|(?:安排|布置|授权)(?=的|其[他它]|任务))[^。;]{0,12}(?:任务|事项|事宜|工作)[。.;]?$"
    r"|^(?:完成|承办|办理|承担)其他(?:应当?由|依法应由|属于)[^。;]{2,24}(?:任务|事项|工作)[。.;]?$"
    # 「其他应当由本院承办的事项」, 「县委赋予的其他职责」: no verb in front.
    r"|^其[他它](?:依法)?应当?由[^。;]{2,24}(?:承办|办理|承担|履行)的(?:任务|事项|工作|职责)[。.;]?$"
    r"|^[^。;,]{2,30}(?:交办|赋予|授予|安排|委托)的其[他它](?:任务|事项|工作|职责|职能|职权)[。.;]?$"
)
_SET_ASIDE = re.compile(r"另行规定|另行(?:制定|明确|核定)|负责解释")
_LEAD_END = re.compile(
    r"(?:职责|职能|任务|范围)(?:任务|和任务)?(?:主要)?(?:是|为|如下|包括|有)?[:。]|^(?:职能转变|职责调整)[:。]?$"
)

#: Bodies sent out: 「下设17个司法所，为派出机构，主要职责是…」 states none of the unit's own duties.
_DISPATCHED = re.compile(r"(?:下设|设立?|设置)[^。;]{0,24}为[^。;,]{0,12}派出机构")
Found = tuple[DutyKind, str, str, Confidence]


def find_duties(parts: Sequence[Part]) -> tuple[Duty, ...]:
    """The duties of all parts in document order, counted from 1."""
    found = [duty for part in parts for duty in _of_part(part)]
    return tuple(
        Duty(no, text, kind, source, confidence) for no, (kind, text, source, confidence) in enumerate(found, start=1)
    )


def duty_kind(text: str) -> DutyKind:
    """The kind of an item of the main duties by how it opens."""
    folded = fold(text)
    if is_transformation(folded):
        return DutyKind.TRANSFORMATION
    if is_division(folded):
        return DutyKind.DIVISION
    return DutyKind.CATCH_ALL if CATCH_ALL.match(folded) else DutyKind.DUTY


def _of_part(part: Part) -> Iterator[Found]:
    if part.kind is ClauseKind.DUTY:
        yield from _main_duties(part)
    elif part.kind is ClauseKind.TRANSFORMATION:
        yield from _of_one_kind(part, DutyKind.TRANSFORMATION)
    elif part.kind is ClauseKind.BOUNDARY:
        yield from _of_one_kind(part, DutyKind.DIVISION)
    else:
        for group in part.groups:
            yield from _aside(group)
        if part.kind is not ClauseKind.SECTION:
            yield from _aside_in_lead(part)


def _main_duties(part: Part) -> Iterator[Found]:
    if not part.groups and not _DISPATCHED.search(part.lines[0].folded):
        for text, source in _unmarked(part):
            yield duty_kind(text), text, source, Confidence.MEDIUM
    for group in part.groups:
        if not _SET_ASIDE.search(group.head) or len(group.text) > 80:
            yield duty_kind(group.text), group.text, group.source, Confidence.HIGH


def _unmarked(part: Part) -> Iterator[tuple[str, str]]:
    """The texts of a duty part without items: what follows its label, a paragraph each."""
    first = part.lines[0]
    behind = _behind_label(first)
    lines = part.lead[1:]
    if behind:
        yield behind, first.text
    elif not part.is_headed and not _LEAD_END.search(first.folded):
        yield first.body, first.text
    for line in lines:
        text = without_label(line.body)
        if text and not line.folded.endswith(":"):
            yield text, line.text


def _behind_label(line: Line) -> str:
    match = _LEAD_END.search(line.folded)
    return line.body[match.end() :] if match else ""


def _of_one_kind(part: Part, kind: DutyKind) -> Iterator[Found]:
    """A part of one kind: each （一） item, or the whole where it has no items or only 1. 2. below a sentence.

    An article on the division of responsibility is one entry like an item on it: its 1. 2. are nested lines.
    """
    own_words = part.lead[1:] if part.is_headed and _is_bare_heading(part.lead[0]) else part.lead
    splits = part.groups and part.item_depth is not Depth.SUB
    if part.item_depth is Depth.NUMBERED:
        is_one = kind is DutyKind.DIVISION and part.lines[0].depth is Depth.ARTICLE
        splits = part.is_headed and not is_one
    if splits:
        for group in part.groups:
            yield kind, group.text, group.source, Confidence.HIGH
    elif part.is_headed and own_words is not part.lead and not part.groups:
        for line in own_words:
            yield kind, line.body, line.text, Confidence.MEDIUM
    else:
        yield kind, part.text, "".join(line.text for line in part.lines), Confidence.HIGH


def _is_bare_heading(line: Line) -> bool:
    return not re.search(r"[。:].", line.folded)


def _aside(group: Group) -> Iterator[Found]:
    if is_division(group.head):
        yield DutyKind.DIVISION, group.text, group.source, Confidence.HIGH
    elif is_transformation(group.head):
        yield DutyKind.TRANSFORMATION, group.text, group.source, Confidence.HIGH


def _aside_in_lead(part: Part) -> Iterator[Found]:
    for line in part.lead[1:]:
        if is_division(line.folded):
            yield DutyKind.DIVISION, line.body, line.text, Confidence.MEDIUM
        elif is_transformation(line.folded):
            yield DutyKind.TRANSFORMATION, line.body, line.text, Confidence.MEDIUM

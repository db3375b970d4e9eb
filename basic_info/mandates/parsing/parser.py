"""From blocks to a parsed mandate (解析): the layout is chosen first, then each field is read by its anchors."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from basic_info.mandates.errors import NotAMandate
from basic_info.mandates.parsing.addressing import ForUnit, orders_by_unit, units_addressed
from basic_info.mandates.parsing.amendment import Change, read_change
from basic_info.mandates.parsing.blocks import Block
from basic_info.mandates.parsing.clauses import find_clauses
from basic_info.mandates.parsing.counts import read_counts
from basic_info.mandates.parsing.duties import find_duties
from basic_info.mandates.parsing.heading import Heading, kind_in, read_heading
from basic_info.mandates.parsing.lines import Depth, Line, lines_of
from basic_info.mandates.parsing.model import (
    ClauseKind,
    Confidence,
    Found,
    LeaderPost,
    ParsedMandate,
    Quota,
    Style,
)
from basic_info.mandates.parsing.names import DUTY_VERB
from basic_info.mandates.parsing.nature import (
    is_institution,
    nature_lines,
    read_effective,
    read_plates,
    read_rank,
)
from basic_info.mandates.parsing.normalise import fold
from basic_info.mandates.parsing.parts import Part, has_numbers, is_division, split_parts, top_depth
from basic_info.mandates.parsing.sections import find_sections
from basic_info.mandates.parsing.tables import table_lines
from basic_info.mandates.parsing.tallies import with_tallies

_TOWNSHIP = re.compile(
    r"(?:镇|乡|街道|街道办事处|苏木|镇人民政府|乡人民政府|镇党委|[镇乡](?:党委)?[、和与](?:人民)?政府|街道(?:党)?工委[、和与](?:街道)?办事处)$"
)
# 「县侨联是县委领导的人民团体」: no public institution, whatever its document is called.
_IS_ORGAN = re.compile(
    r"(?:是|为|系)[^。;]{0,24}(?:人民团体|群众团体|群团组织|工作部门|职能部门|组成部门)(?![^。;]*事业单位)"
)
_NUMBER_KINDS = {ClauseKind.QUOTA, ClauseKind.MISC, ClauseKind.FINAL, ClauseKind.SECTION, ClauseKind.NATURE}
_PARTY_BODY = re.compile(r"党委|党总支|党支部|离退休|工会|团委")
_NUMBERS_OF_HEADING = re.compile(r"^[^()。]{2,12}\((?P<numbers>[^()]*编制[^()]*名[^()]*)\)$")
_ON_DUTIES = re.compile(rf"^[^。:]{{2,30}}[。:](?:{DUTY_VERB})")


def parse_mandate(blocks: Sequence[Block], decided: Mapping[str, str] | None = None) -> ParsedMandate:
    """The mandate that the blocks of a document hold; NotAMandate when they hold none.

    `decided`: orders of a reply to several units → the unit that a person gave each to, "" for one not spoken of.
    """
    lines = document_lines(blocks)
    if not lines:
        raise NotAMandate("文件中没有文字，无法识别为“三定”规定。")
    depth = top_depth(lines)
    heading = read_heading(lines, _first_part(lines, depth))
    if heading.is_change:
        return _amendment(lines, heading, depth, decided or {})
    own = lines[heading.start :]
    preamble, parts = split_parts(own, top_depth(own))
    return _full_mandate(lines, heading, preamble, parts)


def document_lines(blocks: Sequence[Block]) -> list[Line]:
    """The lines of all blocks in document order."""
    lines: list[Line] = []
    for block in blocks:
        lines.extend(table_lines(block) if block.is_table else lines_of(block.text))
    return lines


def _first_part(lines: Sequence[Line], depth: Depth | None) -> int:
    for number, line in enumerate(lines):
        if line.is_label or (depth is not None and line.depth in (depth, Depth.CHAPTER)) or line.cells:
            return number
    return len(lines)


def _full_mandate(
    lines: Sequence[Line], heading: Heading, preamble: Sequence[Line], parts: Sequence[Part]
) -> ParsedMandate:
    nature = nature_lines(preamble, parts)
    duties, sections = find_duties(parts), find_sections(parts)
    quotas, leaders = _numbers(parts, heading.unit_name.value)
    _refuse_others(heading, bool(duties), bool(sections), bool(quotas or leaders))
    return ParsedMandate(
        title=heading.title,
        doc_no=heading.doc_no,
        unit_name=heading.unit_name,
        style=_style(heading, nature, parts),
        rank=read_rank(nature),
        plates=read_plates(nature),
        duties=duties,
        sections=sections,
        quotas=quotas,
        leaders=leaders,
        effective_on=read_effective(lines),
        clauses=find_clauses(preamble, parts),
    )


def _refuse_others(heading: Heading, duties: bool, sections: bool, numbers: bool) -> None:
    found = duties + sections + numbers
    if kind_in(heading.title.value):
        if found == 0:
            raise NotAMandate("标题像“三定”规定，但正文没有主要职责、内设机构或人员编制。")
    elif found < 2 or not (numbers or (duties and sections)):
        raise NotAMandate()


def _style(heading: Heading, nature: Sequence[Line], parts: Sequence[Part]) -> Found[Style]:
    title = heading.title.value
    if _TOWNSHIP.search(fold(heading.unit_name.value)):
        return Found(Style.TOWNSHIP, title)
    if "机构职能编制规定" in title and not any(_IS_ORGAN.search(line.folded) for line in nature):
        return Found(Style.INSTITUTION, title)
    if is_institution(nature) and not any(_IS_ORGAN.search(line.folded) for line in nature):
        return Found(Style.INSTITUTION, next(line.text for line in nature if is_institution([line])))
    articles = [part for part in parts if part.lines[0].depth is Depth.ARTICLE]
    style = Style.ARTICLE if articles else Style.SECTION
    return Found(style, parts[0].lines[0].text if parts else title, Confidence.HIGH)


def _numbers(parts: Sequence[Part], unit_name: str) -> tuple[tuple[Quota, ...], tuple[LeaderPost, ...]]:
    quotas: list[Quota] = []
    leaders: list[LeaderPost] = []
    for part in parts:
        if part.kind in _NUMBER_KINDS:
            found, posts = read_counts(_statement(part), unit_name)
            main = part.kind is ClauseKind.QUOTA
            quotas.extend(quota for quota in found if main or quota.kind not in {q.kind for q in quotas})
            known = {(post.title, post.count) for post in leaders}
            leaders.extend(post for post in posts if main or (post.title, post.count) not in known)
    lines = [line for part in parts for line in part.lines]
    return with_tallies(quotas, leaders, lines, unit_name)


def _statement(part: Part) -> str:
    """The folded sentences of a part that may state numbers; what a table repeats is left out."""
    lines = [line for line in part.lines if not line.cells and not line.is_tally]
    if part.kind is ClauseKind.SECTION:
        lines = [line for line in lines if _states_numbers_apart(line)]
    kept = [line for line in lines if not is_division(line.folded)]
    bracketed = _NUMBERS_OF_HEADING.match(part.lines[0].folded)
    if bracketed and part.lines[0].depth is Depth.PART:
        # The disclosure form of townships: 一、镇机关（行政编制24名，实有23名）.
        return bracketed.group("numbers")
    if part.kind is ClauseKind.QUOTA:
        return "\n".join(line.folded for line in kept)
    return "\n".join(line.folded for line in kept if has_numbers(line.folded) or "其中" in line.folded)


def _states_numbers_apart(line: Line) -> bool:
    """In the part on bodies only the tail (机关党委…设专职副书记1名) and plain sentences count."""
    if line.mark is not None and line.depth not in (Depth.ARTICLE, Depth.PART):
        return bool(_PARTY_BODY.search(line.folded[:12]))
    return bool(_PARTY_BODY.search(line.folded[:12])) or not _ON_DUTIES.match(line.folded)


def _amendment(
    lines: Sequence[Line], heading: Heading, depth: Depth | None, decided: Mapping[str, str]
) -> ParsedMandate:
    body = [line for line in lines if line.text not in heading.title.snippet]
    units = units_addressed(heading)
    further = [unit for unit in dict.fromkeys(decided.values()) if unit and unit not in units] if units else []
    parts = orders_by_unit(body, (*units, *further), decided)
    headings = [_heading_of(heading, unit) for unit in parts] or [heading]
    changes = [read_change(part.lines, own) for part, own in zip(parts.values(), headings, strict=False)]
    changes = changes or [read_change(body, heading)]
    if not any(change.is_any for change in changes) and not any(part.undecided for part in parts.values()):
        raise NotAMandate("这份文件没有调整机构编制的内容，不是“三定”规定或其变更。")
    readings = [_changed(lines, own, change, depth) for own, change in zip(headings, changes, strict=True)]
    if not parts:
        return readings[0]
    first, *others = (_with_part(one, part) for one, part in zip(readings, parts.values(), strict=True))
    return replace(first, for_units=tuple(others))


def _with_part(parsed: ParsedMandate, part: ForUnit) -> ParsedMandate:
    own_words = "\n".join(line.text for line in part.lines)
    return replace(parsed, own_words=own_words, for_others=tuple(part.others), undecided=tuple(part.undecided))


def _heading_of(heading: Heading, unit: str) -> Heading:
    """The heading as one of several addressees reads it."""
    return replace(heading, unit_name=Found(unit, heading.unit_name.snippet, Confidence.MEDIUM), addressees=(unit,))


def _changed(lines: Sequence[Line], heading: Heading, change: Change, depth: Depth | None) -> ParsedMandate:
    preamble, parts = split_parts(lines, depth)
    return ParsedMandate(
        title=heading.title,
        doc_no=heading.doc_no,
        unit_name=heading.unit_name,
        style=Found(Style.AMENDMENT, heading.title.value),
        rank=Found(change.rank, "", Confidence.MEDIUM),
        plates=change.plates,
        duties=(),
        sections=change.sections,
        quotas=change.quotas,
        leaders=change.leaders,
        effective_on=read_effective(lines),
        clauses=find_clauses(preamble if _first_part(lines, depth) else (), parts),
        increments=change.increments,
        formers=change.formers,
    )

"""The head of a document (文件头): its own title, number, addressee and the unit, not those it cites."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from basic_info.mandates.parsing.lines import Line
from basic_info.mandates.parsing.model import Confidence, DocumentNumber, Found
from basic_info.mandates.parsing.normalise import find_date, fold, only_date, strip_brackets, to_number

_OPEN, _CLOSE = r"[〔\[(【〈<﹝]", r"[〕\])】〉>﹞]"
_DOC_NO = rf"[\u4e00-\u9fffA-Za-z]{{1,14}}{_OPEN}\d{{4}}{_CLOSE}第?\d{{1,5}}号"
_DOC_NO_PARTS = re.compile(
    rf"(?P<prefix>[\u4e00-\u9fffA-Za-z]{{1,14}}){_OPEN}(?P<year>\d{{4}}){_CLOSE}第?(?P<number>\d{{1,5}})号"
)
_OWN_NUMBER = re.compile(
    rf"^\(?(?:(?:发文字号|发文号|文件编号|文号|字号|编号):)?(?P<all>{_DOC_NO})\)?(?:签发人:?.{{0,8}}|[★☆].*|(?:\d{{4}}年\d+月\d+日.{{0,4}}))?\)?$"
)
# 「县人民政府办公室某办字〔2019〕22号」: the office in front is no part of the number.
_ISSUER = re.compile(r"^.*(?:办公室|委员会|人民政府)(?=[^〔\[(【（]{2,}[〔\[(【（])")
_DATED_NUMBER = re.compile(
    rf"^\(?[^《》]{{0,14}}?\d+日(?:[^《》]{{0,40}}?(?:通过|批准|同意|审定))?[,，]?(?:由.{{2,30}}?)?(?:以)?(?P<all>{_DOC_NO})(?:文?(?:件)?(?:印发|发布|公布))?\)?$|"
    rf"^\([^《》]{{0,40}}?(?P<issued>{_DOC_NO})(?:文)?(?:件)?(?:印发|发布|公布|批准)\)$"
)
_ISSUED_BELOW_TITLE = re.compile(
    rf"^\({_DOC_NO},?\d{{4}}年\d+月\d+日\)$|"
    r"^\([^()]{0,20}\d{4}年\d+月\d+日[^()]*(?:印发|发布|公布|批准|通过|号)[^()]*\)$"
)
# The words for the kind of document behind a unit's name.
_KIND_WORD = (
    "职能配置|职责配置|主要职责|主要职能|工作职责|机构职能|机构设置|机构编制(?:事项)?|机构改革|内设机构|下设机构|党政机构|事业单位|事业机构|人员编制|领导职数|"
    "(?:基层)?行政管理体制|管理体制|职能|职责|编制|机构|人员|职数|设置|配置|综合|深化|改革|调整|"
    '“三定”|「三定」|"三定"|三定|实施|方案|规定|意见|[(（](?:暂行|试行|草案|送审稿|修订|修订稿)[)）]|暂行|[、,，和与及的《》]'
)
_KIND_TAIL = re.compile(rf"(?:{_KIND_WORD})+$")
_TITLE_END = re.compile(r"(?:规定|方案)(?:\((?:试行|暂行|草案|修订|修订稿|送审稿)\))?$")
_TITLE_WORDS = re.compile(
    r"职能配置|主要职责|主要职能|内设机构|人员编制|机构职能|机构设置|机构编制|机构改革|职责|三定|编制"
)
_NOTICE = re.compile(r"(?:印发|转发|公布|下发)[^。]*《(?P<title>[^》]+)》")
_NOTICE_BARE = re.compile(r"关于(?:印发|转发|公布|下发)(?P<title>[^《》。]+?(?:规定|方案))的通知$")
_REPLY_END = re.compile(r"(?:批复|复函|通知|决定|函|意见)$")
_CHANGE = re.compile(
    r"调整|变更|更名|增设|增加|核增|核减|核定|设立|设置|撤销|撤并|划转|划入|整合|明确|修改|修订|加挂|挂牌|机构编制|内设机构|编制|职数|规格|职责"
)
_CHANGED_UNIT = re.compile(
    r"关于(?:同意)?(?:对|将|给|为)?(?:整合设立|整合组建|组建|重组|成立|理顺|完善|进一步|调整|变更|增设|增加|核增|核减|核定|设立|设置|撤销|撤并|明确|修改|修订|优化|规范|重新核定|同意)*"
    r"(?:《)?(?P<unit>[^《》]{2,40}?)(?:有关)?(?:等|部分|相关|有关)?(?:增设|增加|核增|核减|调整|变更|更名|加挂|挂牌|设立|设置|撤销|修改|划转|整合|"
    r"内设机构|机构编制|机构职能|职能配置|主要职责|职责|人员编制|行政编制|事业编制|编制|领导职数|机构规格|机构|科级|职能|名称|牌子)"
)
_SET_UP_UNIT = re.compile(
    r"关于(?:同意)?(?:设立|成立|组建|撤销|撤并|单设)(?P<unit>[^《》]{4,40}?)(?:等(?:有关)?事项)?的(?:批复|通知|复函|决定|函|意见)$"
)
_ADDRESSEE = re.compile(r"^(?P<unit>[^。;:()]{2,60}):$")
_ASIDE = re.compile(
    r"^(?:附件|附表|附录|附|目录|主送|抄送|签发人|秘密|机密|绝密|内部|特急|加急|急件|此件|公开方式)\d*|文件$|^[-—\d\s]+$|通过\)?$|批准\)?$|印发\)?$"
)


@dataclass(frozen=True)
class Heading:
    """What stands above the text proper."""

    title: Found[str]
    doc_no: Found[DocumentNumber | None]
    unit_name: Found[str]
    addressees: tuple[str, ...]
    is_change: bool
    # Where the regulation itself starts: behind its own title.
    start: int


def read_number(text: str) -> DocumentNumber | None:
    """A document number (文号) as three parts (R42: 杭编办〔2017〕023号 → 杭编办, 2017, 23)."""
    match = _DOC_NO_PARTS.search(fold(text))
    if match is None:
        return None
    number = to_number(match.group("number")) or 0
    shown = text[match.start() : match.end()]
    return DocumentNumber(shown, match.group("prefix"), int(match.group("year")), number)


def own_number(lines: Sequence[Line]) -> Found[DocumentNumber | None]:
    """The number that stands on a line of its own; numbers in sentences are cited ones."""
    for pattern, confidence in ((_OWN_NUMBER, Confidence.HIGH), (_DATED_NUMBER, Confidence.MEDIUM)):
        for line in lines:
            if match := pattern.match(fold(line.text)):
                group = "all" if match.group("all") else "issued"
                words = _ISSUER.sub("", line.text[slice(*match.span(group))])
                return Found(read_number(words), line.text, confidence)
    return Found(None, "", Confidence.MEDIUM)


def read_heading(lines: Sequence[Line], first_part: int) -> Heading:
    """The heading of the document; `first_part` is the number of the line where its first part starts."""
    above = lines[:first_part]
    doc_no = own_number(above) if own_number(above).value else own_number(lines)
    title, start = _own_title(lines, above)
    addressees = _addressees(above)
    folded = fold(title.value)
    is_change = bool(_REPLY_END.search(folded)) and bool(_CHANGE.search(folded)) and not _NOTICE_BARE.search(folded)
    is_change = is_change and not re.search(r"关于(?:印发|转发|公布)", folded)
    unit_name = _changed_unit(title, addressees) if is_change else _unit_of(title)
    return Heading(title, doc_no, unit_name, addressees, is_change, start)


def kind_in(title: str) -> bool:
    """Whether a title names a mandate document (…职能配置、内设机构和人员编制规定, …机构设置方案)."""
    folded = strip_brackets(fold(title))
    return bool(_TITLE_END.search(folded)) and bool(_TITLE_WORDS.search(folded))


def issued_on(lines: Sequence[Line]) -> Found[date | None]:
    """The date under the document (成文日期): the last line that is nothing but a date."""
    for line in reversed(lines):
        if (day := only_date(line.text)) is not None:
            return Found(day, line.text)
    for line in lines:
        # 「（2019年4月8日…印发）」 under the title stands for the date below.
        if _ISSUED_BELOW_TITLE.match(fold(line.text)) and (day := find_date(line.text)) is not None:
            return Found(day, line.text, Confidence.MEDIUM)
    return Found(None)


def _own_title(lines: Sequence[Line], above: Sequence[Line]) -> tuple[Found[str], int]:
    pieces = [line for line in above if not line.in_table or not line.is_label]
    own = _regulation_title(pieces)
    if own is not None:
        title, last = own
        return Found(title, title), list(lines).index(last) + 1
    for line in above:
        cited = _NOTICE.search(line.text) or _NOTICE_BARE.search(line.text)
        if cited is not None and kind_in(cited.group("title")):
            return Found(cited.group("title"), line.text, Confidence.MEDIUM), 0
    return _other_title(lines, above)


def _regulation_title(pieces: Sequence[Line]) -> tuple[str, Line] | None:
    """The last run of one to four lines that together read as a mandate's title."""
    best: tuple[str, Line] | None = None
    for end, line in enumerate(pieces):
        if line.mark is not None or not _TITLE_END.search(fold(line.text)):
            continue
        start = end
        while start > 0 and end - start < 3 and _may_precede(pieces[start - 1], pieces[start]):
            start -= 1
        title = "".join(piece.text for piece in pieces[start : end + 1])
        if kind_in(title) and not re.search(r"[《》。:：]|^关于印发", title) and len(title) <= 90:
            best = title, line
    return best


def _may_precede(line: Line, next_line: Line) -> bool:
    """Whether a line can be the upper part of a title that a break has cut."""
    folded = fold(line.text)
    if line.mark is not None or line.in_table != next_line.in_table or len(folded) > 40:
        return False
    if re.search(r"[。:;《》!]|通知$|号$|印发", folded) or _ASIDE.search(folded) or only_date(folded):
        return False
    return not re.match(_DOC_NO, folded) and not _is_signature(folded, next_line)


def _is_signature(folded: str, next_line: Line) -> bool:
    """The issuing office above the regulation's title of the notice: the title below is whole without it."""
    whole = _KIND_TAIL.sub("", fold(next_line.text))
    return len(whole) >= 2 and kind_in(next_line.text)


def _other_title(lines: Sequence[Line], above: Sequence[Line]) -> tuple[Found[str], int]:
    """A reply's or notice's title, or else the last short line above the text."""
    pieces = [line for line in above if _is_title_piece(line)]
    for end, line in enumerate(pieces):
        if _REPLY_END.search(fold(line.text)):
            start = end
            while start > 0 and "关于" not in pieces[start].text and end - start < 3:
                start -= 1
            start -= _issuer_above(pieces, start, above)
            title = "".join(piece.text for piece in pieces[start : end + 1])
            if "关于" in title:
                return Found(title, title), 0
    if pieces:
        return Found(pieces[-1].text, pieces[-1].text, Confidence.LOW), list(lines).index(pieces[-1]) + 1
    return Found("", "", Confidence.LOW), 0


def _issuer_above(pieces: Sequence[Line], start: int, lines: Sequence[Line]) -> int:
    """How many lines above 「关于…」 name the office that issues the document."""
    if start == 0 or not pieces[start].text.startswith("关于"):
        return 0
    above = pieces[start - 1].text
    places = {id(line): place for place, line in enumerate(lines)}
    if places[id(pieces[start])] - places[id(pieces[start - 1])] != 1:
        # The document number stands between: the office is the letterhead.
        return 0
    return int(bool(re.search(r"(?:委员会|办公室|政府|党委|编委|编办|局|委)$", above)))


def _is_title_piece(line: Line) -> bool:
    folded = fold(line.text)
    if line.mark is not None or line.cells or len(folded) > 60 or re.search(r"[。;:!]", folded):
        return False
    return not (_ASIDE.search(folded) or only_date(folded) or _OWN_NUMBER.match(folded))


def _unit_of(title: Found[str]) -> Found[str]:
    bare = re.sub(r"^关于(?:印发)?", "", title.value)
    name = _KIND_TAIL.sub("", bare)
    if re.search(r"[镇乡街道]机关$|[镇乡街道]党政$|党政机关$", name):
        name = re.sub(r"(?:党政)?(?:机关|党政)$", "", name)
    confidence = title.confidence if name != bare else Confidence.LOW
    return Found(name or bare, title.value, confidence)


def _changed_unit(title: Found[str], addressees: tuple[str, ...]) -> Found[str]:
    """The unit that a reply changes: the one in its title, for 「关于你局…」 the one addressed."""
    match = _SET_UP_UNIT.search(title.value) or _CHANGED_UNIT.search(title.value)
    named = match.group("unit") if match else ""
    named = re.sub(r"^(?:同意|对|将|给|为|在)+(?=.{3})", "", named).rstrip("的")
    # 「市教育局所属市教育考试院」: the change is the subordinate's.
    named = re.sub(r"^.{2,20}?(?:所属|下属)(?=.{3,})(?!事业单位)", "", named)
    named = re.sub(r"(?:(?:及|和)其?)?(?:所属|下属)(?:事业)?单位$", "", named)
    if len(named) >= 3 and not named.startswith(("你", "我", "部分", "有关", "内设")):
        return Found(named, title.value)
    return Found(addressees[0] if addressees else named, title.value, Confidence.MEDIUM)


def _addressees(above: Sequence[Line]) -> tuple[str, ...]:
    for line in above:
        match = _ADDRESSEE.match(fold(line.text))
        if (
            match
            and line.mark is None
            and not re.search(r"如下|内设机构|职责|通知|批复|文号|主送", match.group("unit"))
        ):
            return tuple(filter(None, re.split(r"[、,]", match.group("unit"))))
    return ()

"""The columns of a power list (R49–R51): which heading means which field."""

import re
from dataclasses import dataclass
from enum import StrEnum

from basic_info.power_lists.parsing.words import heading, one_line


class Field(StrEnum):
    """What a column holds; the values are the identifiers of the dictionary."""

    SORT_NO = "sort_no"
    NAME = "name"
    SUBITEM_NAME = "subitem_name"
    POWER_KIND = "power_kind"
    POWER_SUBKIND = "power_subkind"
    ITEM_CODE = "item_code"
    BASIC_CODE = "basic_code"
    IMPLEMENT_CODE = "implement_code"
    LEGAL_BASIS = "legal_basis"
    EXERCISING_BODY = "exercising_body"
    HANDLING_TEXT = "handling_text"
    EXERCISE_TIER = "exercise_tier"
    AUTHORITY = "authority"
    DEPARTMENT_DUTY = "department_duty"
    RESPONSIBILITY = "responsibility"
    RESPONSIBILITY_BASIS = "responsibility_basis"
    ACCOUNTABLE_SCOPE = "accountable_scope"
    ACCOUNTABLE_CASES = "accountable_cases"
    TARGET = "target"
    CONDITIONS = "conditions"
    MATERIALS = "materials"
    FEE_BASIS = "fee_basis"
    USES_AGENCY = "uses_agency"
    APPEAL_CHANNEL = "appeal_channel"
    DISCLOSURE_KIND = "disclosure_kind"
    IS_PUBLIC = "is_public"
    LIMIT = "limit"
    STATUTORY_LIMIT = "statutory_limit"
    PROMISED_LIMIT = "promised_limit"
    REMARK = "remark"


_LEVEL_HEADING = "实施层级及权限"
# Between a wide heading and what stands below it.
_DIVIDED = "·"
# The first heading of a field is its own name; it wins over a synonym that stands further left.
_HEADINGS = {
    Field.SORT_NO: "序号 编号 项目序号",
    Field.NAME: (
        "事项名称 权责事项名称 权力事项名称 职权名称 项目 权力名称 项目名称 权责名称 "
        "名称 职权事项名称 权责事项 权力事项 职权事项 事项 主项 主项名称 主项事项名称 大项 大项名称 行政权力名称 "
        "行政职权名称 行政权力事项名称 服务事项名称 公共服务事项名称 权力项目名称"
    ),
    Field.SUBITEM_NAME: (
        "子项名称 子项 子项事项名称 小项 小项名称 子事项 子事项名称 子项目 子项目名称 分项名称 业务办理项"
    ),
    Field.POWER_KIND: (
        "权力类型 权力类别 职权类型 事项类型 权责类型 职权类别 事项类别 权责类别 权责事项类型 "
        "权力事项类型 行政权力类型 行政权力类别 类型 类别 权力种类"
    ),
    Field.POWER_SUBKIND: "子类 权力子类 子类型",
    Field.ITEM_CODE: (
        "职权编码 权力编码 事项编码 编码 权责编码 职权编号 权力编号 项目编码 权力事项编码 "
        "权责事项编码 职权代码 项目代码"
    ),
    Field.BASIC_CODE: "基本编码 事项基本编码",
    Field.IMPLEMENT_CODE: "实施编码 事项实施编码 实施清单编码",
    Field.LEGAL_BASIS: ("实施依据 设定依据 法律依据 权力依据 职权依据 法定依据 行使依据 设定和实施依据 依据"),
    Field.EXERCISING_BODY: (
        "行使主体 实施主体 责任主体 部门名称 实施机关 实施机构 行使部门 实施部门 行使机关 职权主体 权力主体"
    ),
    Field.HANDLING_TEXT: (
        "承办机构 承办科室 责任科室 办理机构 内设机构 承办处室 责任处室 承办单位 承办部门 "
        "责任机构 办理科室 实施科室 业务科室 具体承办机构 牵头科室 责任股室 承办股室 "
        "承办内设机构 实施处室 主办科室 负责科室 责任部门"
    ),
    Field.EXERCISE_TIER: (f"{_LEVEL_HEADING} 实施层级 行使层级 权限 层级 行使层级及权限 实施层级和权限 行权层级"),
    Field.AUTHORITY: "权限划分 实施权限 行使权限 权限内容",
    Field.DEPARTMENT_DUTY: "部门职责 部门职能 主要职责",
    Field.RESPONSIBILITY: "责任事项内容 责任事项 责任内容",
    Field.RESPONSIBILITY_BASIS: "责任事项依据 责任依据 追责依据 责任事项的依据 问责依据",
    Field.ACCOUNTABLE_SCOPE: "追责对象范围 追责对象 追责范围 问责对象 追责对象及范围",
    Field.ACCOUNTABLE_CASES: "追责情形 问责情形 责任追究情形 追责情形及依据",
    Field.TARGET: "实施对象 服务对象 行政相对人",
    Field.CONDITIONS: "申请条件 办理条件 受理条件",
    Field.MATERIALS: "申请材料 办理材料 提交材料",
    Field.FEE_BASIS: "收费(征收)依据和标准 收费依据和标准 收费依据及标准 收费标准 收费依据",
    Field.USES_AGENCY: "是否有涉及中介服务项目 是否涉及中介服务 中介服务 是否涉及中介服务项目",
    Field.APPEAL_CHANNEL: "诉求渠道 救济渠道 救助渠道 投诉渠道",
    Field.DISCLOSURE_KIND: "公开类型 公开方式 公开形式",
    Field.IS_PUBLIC: "是否公示 是否公开",
    Field.LIMIT: "办理时限 办理期限 办结时限 办结期限 时限 期限 办理时间",
    Field.STATUTORY_LIMIT: "法定期限 法定时限 法定办结时限 法定办理时限",
    Field.PROMISED_LIMIT: "承诺期限 承诺时限 承诺办结时限 承诺办理时限",
    Field.REMARK: "备注 说明",
}
_FIELD_OF = {name: field for field, names in _HEADINGS.items() for name in names.split()}
_OWN_NAME = {names.split()[0] for names in _HEADINGS.values()}
_BRACKETS = re.compile(r"\([^()]*\)")
# Columns that name a person of the office: dropped at import, they are nobody's business here (R50).
_PERSONAL = re.compile(
    r"(录入|填报|填表|制表|经办|承办|审核|复核|联系|登记|操作|创建|修改|更新|提交|上报|报送|负责|责任|维护|采集)(人|员|者)"
    r"|姓名|身份证|手机|电话|邮箱|联系方式|签字|签名|签章|(?:分管|主管|责任)领导"
)
_ENOUGH_TO_BE_A_HEADER = 3
_MARKS = re.compile(r"[*★☆※#:_]|^(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})[、.]")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONGEST_MARK = 6
_NOT_A_MARK = re.compile(r"[()（）\[\].、]|^第|[列栏]$")
# Headings that the table above has not in these words; the first that fits. No cell of a list is so short.
_LONGEST_FUZZY = 20
_FUZZY = (
    (re.compile(r"子项|子事项|业务办理项"), Field.SUBITEM_NAME),
    (re.compile(r"(?:事项|职权|权力|权责|主项).*名称$"), Field.NAME),
    (re.compile(r"(?:权力|职权|权责|事项|事权).*(?:类型|类别|种类|性质|分类)$"), Field.POWER_KIND),
    (re.compile(r"(?:责任|追责|问责).*依据"), Field.RESPONSIBILITY_BASIS),
    (re.compile(r"(?:实施|设定|法律|法定|职权|权力|行使).*依据"), Field.LEGAL_BASIS),
    (re.compile(r"(?:追责|问责|责任追究).*情形"), Field.ACCOUNTABLE_CASES),
    (re.compile(r"(?:追责|问责).*(?:对象|范围)"), Field.ACCOUNTABLE_SCOPE),
    (re.compile(r"责任事项.*内容|^责任事项$"), Field.RESPONSIBILITY),
    (
        re.compile(r"(?:承办|承接|责任|办理|实施|主办).*(?:科室|处室|股室|机构)$|^内设(?:科室|处室|股室)"),
        Field.HANDLING_TEXT,
    ),
    (re.compile(r"(?:行使|实施).*(?:主体|机关|部门)$"), Field.EXERCISING_BODY),
    (re.compile(r"(?:行使|实施).*层级"), Field.EXERCISE_TIER),
    (re.compile(r"法定.*(?:期限|时限)"), Field.STATUTORY_LIMIT),
    (re.compile(r"承诺.*(?:期限|时限)"), Field.PROMISED_LIMIT),
)
# What a heading says again in another language: 事项名称 Item.
_LATIN_BEHIND = re.compile(r"(?<=[\u4e00-\u9fff])[A-Za-z][A-Za-z.,&/'’-]*$")
# 县级, 区（县）级: a level that is a column by itself, if it is not the only one.
_LEVEL = re.compile(r"(?:国家|[省市州盟县区旗乡镇村本]{1,3}|街道|乡镇街道|社区)级|市本级|区本级|县本级")
_SECTIONS_INSIDE = re.compile(r"内设|科室|处室|股室")
_AUTHORITY_WITHOUT_NAME = {_LEVEL_HEADING, "行使层级及权限", "实施层级和权限"}


def field_of(text: str) -> Field | None:
    """The field that a heading means; marks and what stands in brackets are looked at only if needed."""
    text = heading(text)
    bare = _LATIN_BEHIND.sub("", _BRACKETS.sub("", _MARKS.sub("", text)))
    return _FIELD_OF.get(text) or _FIELD_OF.get(_BRACKETS.sub("", text)) or _FIELD_OF.get(bare) or _by_words(bare)


def _by_words(text: str) -> Field | None:
    if len(text) > _LONGEST_FUZZY or _PERSONAL.search(text):
        return None
    return next((field for words, field in _FUZZY if words.search(text)), None)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its heading as shown, and its field, or None for an extra (其他列).

    ``tier`` is the level that the column stands for, where 行使层级 is divided into 省 | 市 | 县.
    """

    heading: str
    field: Field | None
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a sheet (表头) by position; repeated and personal columns are left out."""

    columns: dict[int, Column]

    @property
    def fields(self) -> set[Field]:
        """Which fields the sheet has at all."""
        return {column.field for column in self.columns.values() if column.field}

    @property
    def shares_name(self) -> bool:
        """Whether 事项名称 reaches over the column of sub-items too: what has none is written over both."""
        return Field.SUBITEM_NAME in self.fields and self.heading_of(Field.SUBITEM_NAME) == self.heading_of(Field.NAME)

    def place_of(self, field: Field) -> int:
        """In which column the field stands, from 0; behind the last one when it is not there."""
        return next((place for place, column in self.columns.items() if column.field is field), 1 << 20)

    def heading_of(self, field: Field) -> str:
        """The heading under which the sheet has the field, for messages."""
        found = (column.heading for column in self.columns.values() if column.field is field)
        return next(found, _HEADINGS[field].split()[0])


def is_header(texts: list[str]) -> bool:
    """Whether a row is a header: it names the item and at least two further fields."""
    fields = {field_of(text) for text in texts if text} - {None}
    return Field.NAME in fields and len(fields) >= _ENOUGH_TO_BE_A_HEADER


def tables_beside(texts: list[str]) -> list[slice]:
    """The columns of each table where the headings of a row begin anew (序号 … 序号 …); empty for one table."""
    labels = [heading(text) for text in texts]
    first = next(filter(None, labels), "")
    starts = [place for place, label in enumerate(labels) if first and label == first]
    spans = [slice(start, end) for start, end in zip(starts, [*starts[1:], len(texts)], strict=False)]
    return spans if len(spans) > 1 and all(is_header(texts[span]) for span in spans) else []


def is_second_header_row(texts: list[str]) -> bool:
    """Whether a row under a header only divides its columns (实施层级 | 权限)."""
    named = [text for text in texts if text]
    return bool(named) and all(field_of(text) for text in named)


def numbers_columns(texts: list[str]) -> bool:
    """Whether a row only numbers the columns, as forms do below their header: 1 2 3…, （1）（2）…, 甲 乙 1 2…."""
    if any(len(text) > _LONGEST_MARK for text in texts):
        return False
    marks = [_NOT_A_MARK.sub("", heading(text)) for text in texts if text]
    marks = [mark for place, mark in enumerate(marks) if not place or mark != marks[place - 1]]
    marks = marks[1:] if marks[:1] in (["栏次"], ["列次"]) else marks
    return len(marks) >= _ENOUGH_TO_BE_A_HEADER and any(
        marks == [*series[:letters], *map(str, range(1, len(marks) - letters + 1))]
        for series in (_STEMS, _LETTERS)
        for letters in range(min(len(series), len(marks)) + 1)
    )


def divides(above: list[str], texts: list[str]) -> bool:
    """Whether a row only names parts of wide headings above it, in whatever words (市本级 | 区县级)."""
    filled = [place for place, text in enumerate(texts) if text]
    wide = [place for place in filled if _is_wide(above, place)]
    return bool(wide) and all(place in wide or texts[place] == above[place] for place in filled)


def _is_wide(above: list[str], place: int) -> bool:
    """Whether the heading over the place reaches over its neighbour as well: merged, or with a blank behind it."""
    here = above[place]
    after = above[place + 1] if place + 1 < len(above) else None
    return here == "" or after == here or (place > 0 and above[place - 1] == here) or after == ""


def header_of(texts: list[str], above: list[str] | None = None) -> Header:
    """The columns that one or two header rows name.

    实施层级及权限 over two physical columns is tier and authority (R49); any other heading that comes
    again is left out (R51). A second heading for the same field, in other words, is an extra.
    """
    labels = _combined(above, texts) if above else [heading(text) for text in texts]
    tiers = _tiers_in(labels)
    fields = [None if tier else field_of(label) for label, tier in zip(labels, tiers, strict=True)]
    _name_authority(labels, fields)
    _name_subitem(labels, fields)
    _name_sections(labels, fields)
    taken = _first_of_each(labels, fields)
    columns: dict[int, Column] = {}
    extras: set[str] = set()
    for position, (label, field) in enumerate(zip(labels, fields, strict=True)):
        shown = one_line(label) or f"第{position + 1}列"
        if tier := tiers[position]:
            columns[position] = Column(shown, None, tier)
        elif field and taken[field] == position:
            columns[position] = Column(shown, field)
        elif (field and label == labels[taken[field]]) or _PERSONAL.search(label):
            continue
        elif shown not in extras:
            columns[position] = Column(shown, None)
            extras.add(shown)
    return Header(columns)


def _combined(above: list[str], below: list[str]) -> list[str]:
    """A lower heading divides the upper one: alone, or read together with it (期限: 法定 | 承诺)."""
    labels: list[str] = []
    high = ""
    for upper, low in zip(map(heading, above), map(heading, below), strict=False):
        high = upper or (high if low else "")
        labels.append(_both(high, low))
    return labels


def _both(high: str, low: str) -> str:
    if not low or low == high:
        return high
    if field_of(high) is Field.NAME and field_of(low) is None:
        return high  # 大类 and 小类 below 事项名称: the item's name and its sub-item's
    both = (low, low + high, high + low)
    known = (words for words in both if _BRACKETS.sub("", words) in _FIELD_OF or (not high and words))
    return next(known, None) or (low if field_of(low) else f"{high}{_DIVIDED}{low}")


def _tiers_in(labels: list[str]) -> list[str]:
    """The tier of each column that stands for one: below 行使层级, or 县级 beside 乡级 without a heading over them."""
    levels = [bare if _LEVEL.fullmatch(bare := _BRACKETS.sub("", label)) else "" for label in labels]
    some = len(set(filter(None, levels))) > 1
    return [_tier_of(label) or (level if some else "") for label, level in zip(labels, levels, strict=True)]


def _tier_of(label: str) -> str:
    """The tier that a lower heading under 行使层级 names (行使层级·县); ``""`` for any other column."""
    high, _, low = label.partition(_DIVIDED)
    return low if low and field_of(high) is Field.EXERCISE_TIER else ""


def _name_authority(labels: list[str], fields: list[Field | None]) -> None:
    """The second column under 实施层级及权限, and a plain 权限 beside a tier column, is the authority."""
    for position in range(1, len(labels)):
        left, label = labels[position - 1], labels[position]
        second_half = left in _AUTHORITY_WITHOUT_NAME and label in {left, ""}
        if second_half or (label == "权限" and Field.EXERCISE_TIER in fields[:position]):
            fields[position] = Field.AUTHORITY


def _name_subitem(labels: list[str], fields: list[Field | None]) -> None:
    """The second column under one 事项名称 is the sub-item's, where no other column is."""
    if Field.SUBITEM_NAME in fields:
        return
    for position in range(1, len(labels)):
        if fields[position - 1] is fields[position] is Field.NAME and labels[position - 1] == labels[position]:
            fields[position] = Field.SUBITEM_NAME
            return


def _name_sections(labels: list[str], fields: list[Field | None]) -> None:
    """Of 责任机构 and 内设科室 the latter handles; the former is then the body that exercises the power."""
    handling = [place for place, field in enumerate(fields) if field is Field.HANDLING_TEXT]
    inside = [place for place in handling if _SECTIONS_INSIDE.search(labels[place])]
    if not inside or any(labels[place] in _OWN_NAME for place in handling):
        return
    for place in set(handling) - set(inside):
        fields[place] = None if Field.EXERCISING_BODY in fields else Field.EXERCISING_BODY


def _first_of_each(labels: list[str], fields: list[Field | None]) -> dict[Field, int]:
    taken: dict[Field, int] = {}
    for position, field in enumerate(fields):
        if field and (field not in taken or (labels[position] in _OWN_NAME and labels[taken[field]] not in _OWN_NAME)):
            taken[field] = position
    return taken

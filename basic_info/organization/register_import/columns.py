"""The columns of the four sheets: their headers with synonyms, and how a cell becomes a value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from unicodedata import normalize

from basic_info.organization import kinds
from basic_info.organization.codes import check_credit_code
from basic_info.regions.models import Tier
from host.kernel.errors import DomainError
from host.kernel.tables.reading import Cell, cell_text

Parse = Callable[[str], Any]
#: A workbook keeps so many digits of a number; an ID number stored as one has lost its end.
MOST_DIGITS = 15


class BadCell(DomainError):
    """A cell cannot be taken; the message says what to do. Row and column are added by the reader."""

    status = 422


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: ``name`` of the value, ``headers`` that mean it, ``parse`` of its text."""

    name: str
    headers: tuple[str, ...]
    parse: Parse
    is_required: bool = False
    default: Any = None


@dataclass(frozen=True, kw_only=True)
class SheetSpec:
    """One sheet of the workbook. ``key`` is the column that makes a row one and the same.

    ``may_repeat`` says of a row's values that its key may stand in other rows too; ``template`` is what people are
    sent to when headings are missing.
    """

    title: str
    word: str
    columns: tuple[Column, ...]
    key: str = "code"
    template: str = "名册模板"
    may_repeat: Callable[[dict[str, Any]], bool] | None = None
    by_header: dict[str, Column] = field(init=False, hash=False)

    def __post_init__(self) -> None:
        names = {header: column for column in self.columns for header in column.headers}
        object.__setattr__(self, "by_header", names)


def value_of(column: Column, cell: Cell) -> Any:
    """The value of a cell; raises BadCell."""
    text = cell_text(cell).strip() if cell is not None else ""
    if type(cell) is Decimal and len(text) > MOST_DIGITS:
        raise BadCell(f"“{column.headers[0]}”以数字保存，末几位已经丢失；请把该列设为文本格式后重新填写")
    if not text:
        if column.is_required:
            raise BadCell(f"“{column.headers[0]}”不能为空")
        return column.default
    return column.parse(text)


def plain(text: str) -> str:
    if len(text) > 500:
        raise BadCell("文字超过 500 字，请缩短")
    if "\x00" in text:
        raise BadCell("含有无法保存的字符，请删除")
    return text


def code(text: str) -> str:
    if len(text) > 40 or not text.isprintable() or " " in text:
        raise BadCell("编码应在 40 个字符以内，不含空格")
    return text


def whole(text: str) -> int:
    number = text.partition(".")[0] if text.endswith((".0", ".00")) else text
    if not number.isascii() or not number.isdigit() or len(number) > 6:
        raise BadCell(f"“{text}”应为整数")
    return int(number)


def seats(text: str) -> int:
    value = whole(text)
    if value < 1:
        raise BadCell("数量应大于 0")
    return value


_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(%?)")


def share(text: str) -> int:
    """A share of a full post in percent: 60, 60%, or the 0.6 that a cell shown as 60% holds."""
    found = _SHARE.fullmatch(normalize("NFKC", text))
    value = Decimal(found[1]) if found else Decimal(-1)
    if found and not found[2] and value <= 1:
        value *= 100
    if not 0 <= value <= 100 or value != int(value):
        raise BadCell(f"“{text}”应为 0 至 100 的整数（占全岗工作时间的百分比），或留空")
    return int(value)


def day(text: str) -> date:
    """A day in the forms that people write; what has a time of day loses it."""
    return _day(text, _DAYS)


def day_or_month(text: str) -> date:
    """A day, or a month as cadre papers print it (1985.03), which counts from its first day."""
    return _day(text, _DAYS + _MONTHS)


_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
#: Two digits only: a number 1985.1 may have been 1985.10.
_MONTHS = ("%Y-%m", "%Y.%m", "%Y/%m", "%Y年%m月")
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_ONE_DIGIT_MONTH = re.compile(r"\d{4}[-./]\d$")
_FIRST_YEAR, _LAST_YEAR = 1880, 2100


@lru_cache(maxsize=50_000)
def _day(text: str, forms: tuple[str, ...]) -> date:
    plain_day = "" if _ONE_DIGIT_MONTH.match(text) else half_width_day(text)
    for form in forms:
        try:
            found = datetime.strptime(plain_day, form).date()  # noqa: DTZ007  # a day has no time zone
        except ValueError:
            continue
        if _FIRST_YEAR <= found.year <= _LAST_YEAR:
            return found
        raise BadCell(f"“{text}”的年份不对，请核对")
    raise BadCell(f"“{text}”不是日期，应写成 2026-03-02")


def half_width_day(text: str) -> str:
    """A date's text without its time of day, blanks and full-width digits."""
    return _TIME.sub("", normalize("NFKC", text)).replace(" ", "")


_YES, _NO = {"是", "有", "1", "true", "Y", "y"}, {"否", "无", "0", "false", "N", "n"}


def yes_no(text: str) -> bool:
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise BadCell(f"“{text}”应填 是 或 否")


def credit_code(text: str) -> str:
    try:
        return check_credit_code(text)
    except DomainError as error:
        raise BadCell(str(error)) from error


class WordOf:
    """A parser of the words of an enumeration; gives the stored value."""

    def __init__(self, kind: type[kinds.Worded]) -> None:
        self.words = tuple(member.label for member in kind)
        self._known: dict[str, str] = {
            kinds.half_width(name): member.value for member in kind for name in (member.label, member.value)
        }

    def __call__(self, text: str) -> str:
        value = self._known.get(text) or self._known.get(kinds.half_width(text))
        if value is None:
            raise BadCell(f"“{text}”不在可选范围：{'、'.join(self.words)}")
        return value


_TIERS = {"市": "city", "市级": "city", "县": "county", "县级": "county", "县（市、区）": "county", "乡": "township",
          "乡级": "township", "乡镇": "township", "乡（镇、街道）": "township"}  # fmt: skip


def tier(text: str) -> str:
    value = _TIERS.get(text) or (text if text in {member.value for member in Tier} else None)
    if value is None:
        raise BadCell(f"“{text}”应填 市、县 或 乡")
    return value


def _column(name: str, headers: str, parse: Parse = plain, *, required: bool = False, default: Any = None) -> Column:
    return Column(name=name, headers=tuple(headers.split("|")), parse=parse, is_required=required, default=default)


UNITS = SheetSpec(
    title="单位",
    word="单位",
    columns=(
        _column("code", "单位编码|机构编码", code, required=True),
        _column("name", "单位名称|机构名称|单位全称", required=True),
        _column("short_name", "单位简称|简称", default=""),
        _column("parent_code", "上级单位编码|主管单位编码", code),
        _column("region_code", "区划代码|行政区划代码", code, required=True),
        _column("tier", "层级", tier, required=True),
        _column("unit_kind", "机构类型|单位类型", WordOf(kinds.UnitKind), required=True),
        _column("rank", "规格|机构规格", WordOf(kinds.Rank), default=kinds.Rank.NONE.value),
        _column("funding", "经费形式", WordOf(kinds.Funding)),
        _column("credit_code", "统一社会信用代码", credit_code),
        _column("institution_class", "事业单位分类", WordOf(kinds.InstitutionClass)),
    ),
)
SECTIONS = SheetSpec(
    title="科室",
    word="科室",
    columns=(
        _column("code", "科室编码|内设机构编码", code, required=True),
        _column("name", "科室名称|内设机构名称", required=True),
        _column("unit_code", "单位编码|所属单位编码", code, required=True),
        _column("section_kind", "科室类别|类别", WordOf(kinds.SectionKind), default=kinds.SectionKind.BUSINESS.value),
        _column("rank", "规格", WordOf(kinds.Rank), default=kinds.Rank.NONE.value),
        _column("sort_no", "排序", whole, default=0),
        _column("is_general", "是否综合性", yes_no, default=False),
    ),
)
POSTS = SheetSpec(
    title="岗位",
    word="岗位",
    columns=(
        _column("code", "岗位编码", code, required=True),
        _column("title", "岗位名称", required=True),
        _column("section_code", "科室编码", code, required=True),
        _column("post_class", "岗位类别", WordOf(kinds.PostClass), required=True),
        _column("post_grade", "岗位等级", default=""),
        _column("seat_count", "数量|岗位数量", seats, default=1),
        _column("is_leader_post", "是否领导岗位", yes_no, default=False),
    ),
)
PEOPLE = SheetSpec(
    title="人员",
    word="人员",
    columns=(
        _column("code", "人员编码|工号", code, required=True),
        _column("name", "姓名", required=True),
        _column("sex", "性别", WordOf(kinds.Sex), default=kinds.Sex.UNKNOWN.value),
        _column("birth_on", "出生日期|出生年月日", day),
        _column("id_no", "身份证号|身份证号码|公民身份号码", plain),
        _column("ethnicity", "民族", default=""),
        _column("native_place", "籍贯", default=""),
        _column("political_status", "政治面貌", default=""),
        _column("party_joined_on", "入党时间", day_or_month),
        _column("education_level", "学历", default=""),
        _column("degree", "学位", default=""),
        _column("school", "毕业院校", default=""),
        _column("major", "所学专业|专业", default=""),
        _column("graduated_on", "毕业时间", plain, default=""),
        _column("professional_title", "专业技术职务|职称", default=""),
        _column("work_started_on", "参加工作时间", day_or_month),
        _column("entered_unit_on", "进入本单位时间", day_or_month),
        _column("identity", "人员身份", WordOf(kinds.Identity), required=True),
        _column("person_kind", "人员类别", WordOf(kinds.PersonKind), required=True),
        _column("work_state", "工作状态", WordOf(kinds.WorkState), default=kinds.WorkState.ON_POST.value),
        _column("quota_kind", "编制类型", WordOf(kinds.QuotaKind)),
        _column("occupies_quota", "是否占编", yes_no, default=True),
        _column("retire_category", "退休类别", WordOf(kinds.RetireCategory)),
        _column("phone", "手机号|手机|联系电话", plain),
        _column("unit_code", "单位编码", code),
        _column("section_code", "科室编码", code),
        _column("post_code", "岗位编码", code),
        _column("job_title", "任职名称|职务", default=""),
        _column("appointed_on", "任职起始日期|任现职时间", day_or_month),
        _column("leader_kind", "领导类型", WordOf(kinds.LeaderKind)),
        _column("appointment_kind", "任职类型|任职方式", WordOf(kinds.AppointmentKind),
                default=kinds.AppointmentKind.MAIN.value),
        _column("share_percent", "工作占比|占比|工作占比（%）|工作占比(%)", share),
    ),
    may_repeat=lambda values: values["appointment_kind"] != kinds.AppointmentKind.MAIN.value,
)  # fmt: skip
SHEETS = (UNITS, SECTIONS, POSTS, PEOPLE)

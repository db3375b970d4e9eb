"""The columns of the sheet of leave, and how a cell becomes a value."""

from __future__ import annotations

from typing import Any

from basic_info.organization.register_import.columns import (
    BadCell,
    Column,
    SheetSpec,
    WordOf,
    code,
    day,
    plain,
    yes_no,
)
from duty_eval.absences.halves import HalfDay
from duty_eval.absences.models import AbsenceKind

FILE_NAME = "请假出差导入模板.xlsx"
MOST_NOTE = 200
#: What files of units call the kinds besides their own words.
_ALIASES = {
    "年假": AbsenceKind.ANNUAL, "公休": AbsenceKind.ANNUAL, "婚假": AbsenceKind.FAMILY, "产假": AbsenceKind.FAMILY,
    "护理假": AbsenceKind.FAMILY, "育儿假": AbsenceKind.FAMILY, "丧假": AbsenceKind.FAMILY, "病": AbsenceKind.SICK,
    "借出": AbsenceKind.LENT_OUT, "抽调": AbsenceKind.LENT_OUT, "借调": AbsenceKind.LENT_OUT,
    "公出": AbsenceKind.TRIP, "公差": AbsenceKind.TRIP,
}  # fmt: skip


class _KindOf(WordOf):
    """The kind of leave by its word, or by a word that units use for it."""

    def __call__(self, text: str) -> str:
        found = _ALIASES.get(text)
        return found.value if found else super().__call__(text)


class _HalfOf(WordOf):
    """Which half of the one day; True where only 半天 was said, False where it is the whole day."""

    def __init__(self) -> None:
        super().__init__(HalfDay)
        self.words = (*self.words, "否")

    def __call__(self, text: str) -> Any:
        if text in {"半天", "半日"}:
            return True
        half = text.removesuffix("半天")
        if half in self._known:
            return HalfDay.of_word(super().__call__(half))
        try:
            return yes_no(text)
        except BadCell:
            raise BadCell(f"“{text}”应填 上午 或 下午，全天的填 否 或不填") from None


def _note(text: str) -> str:
    if len(text) > MOST_NOTE:
        raise BadCell(f"事由超过 {MOST_NOTE} 字，请缩短")
    return plain(text)


SPEC = SheetSpec(
    title="请假出差",
    word="请假",
    template="请假出差导入模板",
    columns=(
        Column(name="code", headers=("人员编码", "人员编号", "工号"), parse=code, is_required=True),
        Column(name="name", headers=("姓名",), parse=plain, is_required=True),
        Column(name="kind", headers=("种类", "类别", "请假类别"), parse=_KindOf(AbsenceKind), is_required=True),
        Column(name="first", headers=("起", "从", "开始日期", "起始日期"), parse=day, is_required=True),
        Column(name="last", headers=("止", "到", "结束日期", "截止日期"), parse=day, is_required=True),
        Column(name="is_half", headers=("半天", "是否半天", "哪半天"), parse=_HalfOf(), default=False),
        Column(name="note", headers=("事由", "说明", "原因"), parse=_note, default=""),
    ),
    may_repeat=lambda _values: True,
)

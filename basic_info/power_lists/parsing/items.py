"""What comes out of a power list workbook."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from basic_info.power_lists.models import PowerKind
from basic_info.power_lists.parsing.basis import LegalBasis
from basic_info.power_lists.parsing.columns import Field
from basic_info.power_lists.parsing.handling import HandlingName
from basic_info.power_lists.parsing.time_limits import TimeLimit
from host.kernel.tables.reading import CellError

UNNAMED_KIND = "未注明"


@dataclass(frozen=True, slots=True)
class ExerciseLevel:
    """实施层级及权限: one tier and what it may do there."""

    tier: str
    authority: str


@dataclass(slots=True)
class PowerListItem:
    """A leaf item (权责事项): rows of one 序号, 事项名称, 子项名称 and 权力类型 of a sheet.

    ``row`` is its first row (from 1), ``texts`` the other columns by field as written, with what several
    rows of the item say on a line each; ``extras`` the columns nobody knows, by their heading.
    """

    sheet: str
    row: int
    sort_no: str
    name: str
    subitem_name: str
    power_kind: PowerKind | None
    power_subkind: str
    kind_text: str
    texts: dict[Field, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    levels: list[ExerciseLevel] = field(default_factory=list)
    handling: tuple[HandlingName, ...] = ()
    legal_bases: tuple[LegalBasis, ...] = ()
    time_limits: tuple[TimeLimit, ...] = ()

    def text(self, name: Field) -> str:
        """What the list says in the column, ``""`` when it is blank or not there."""
        return self.texts.get(name, "")

    @property
    def kind_label(self) -> str:
        """The kind as counted: its own name, an unknown one as written."""
        return self.power_kind.label if self.power_kind else self.kind_text or UNNAMED_KIND

    @property
    def main_key(self) -> tuple[str, str, str, str]:
        """What the sub-items (子项) of one main item (主项) share."""
        return self.sheet, self.sort_no, self.name, self.kind_label


@dataclass(frozen=True, slots=True)
class ParsedSheet:
    """A worksheet that holds items; ``header_row`` counts from 1."""

    name: str
    header_row: int
    items: int


@dataclass(slots=True)
class ParsedPowerList:
    """A power list (权责清单) as read: items in order, what must be mended, what a person should know."""

    title: str = ""
    #: All lines above the headers, of every sheet in order.
    title_lines: list[str] = field(default_factory=list)
    items: list[PowerListItem] = field(default_factory=list)
    sheets: list[ParsedSheet] = field(default_factory=list)
    duplicates: int = 0
    errors: list[CellError] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def main_items(self) -> int:
        """How many main items (主项) the leaf items stand under (R52)."""
        return len({item.main_key for item in self.items})

    @property
    def handling_sections(self) -> list[str]:
        """Every body named as handling (承办机构), once, in the order of the list."""
        return list(dict.fromkeys(name.name for item in self.items for name in item.handling))

    def as_contract(self) -> dict[str, Any]:
        """What ``lvzhi import power-list FILE --dry-run --json`` prints."""
        return {
            "title": self.title,
            "items": len(self.items),
            "main_items": self.main_items,
            "duplicates": self.duplicates,
            "by_type": dict(Counter(item.kind_label for item in self.items)),
            "sheets": [
                {"name": sheet.name, "header_row": sheet.header_row, "items": sheet.items} for sheet in self.sheets
            ],
            "handling_sections": self.handling_sections,
            "errors": [
                {"sheet": error.sheet, "row": error.row, "column": error.column, "message": error.message}
                for error in self.errors
            ],
            "notices": self.notices,
        }

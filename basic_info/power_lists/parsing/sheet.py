"""Walking down one sheet: titles, headers, headings of groups, items and the rows that go on with them."""

from __future__ import annotations

import re

from basic_info.power_lists.models import PowerKind
from basic_info.power_lists.parsing.columns import (
    Column,
    Field,
    Header,
    divides,
    field_of,
    header_of,
    is_header,
    is_second_header_row,
    numbers_columns,
)
from basic_info.power_lists.parsing.items import ExerciseLevel, PowerListItem
from basic_info.power_lists.parsing.kinds import heading_kind, is_kind, kind_in_code, only_kind_in, power_kind_of
from basic_info.power_lists.parsing.words import number_text, one_line, or_none, squeezed, whole_number
from host.kernel.tables.reading import CellError

ROWS_BEFORE_HEADER = 30
_SPANS = 2
_SHOWN_NOTICES = 5
_FOOTER = re.compile(
    r"(?:本页|本类|分类)?(?:注|备注|说明|填表说明|填报说明|合计|总计|小计|共计|以上共计|制表|制表人|填表人|填报人|审核人|负责人|联系人|联系电话"
    r"|填报单位|填表单位|填报日期|填表日期|制表日期)(?:[:：\d]|共|$)"
    r"|(?:共计?|合计)\d+[项条]|[-—(（]*以下空白"
)
# Lines to sign: 单位主要负责人（签字）：, 经办人签名：, 部门（公章）; an item may be named so, but fills more cells.
_SIGN_OFF = re.compile(
    r"[^，。；、]{0,14}(?:[（(]?(?:签字|签名|签章|盖章|公章)[)）]?[:：]|[（(](?:签字|签名|签章|盖章|公章)[)）]$)"
    r"|(?:单位|部门|科室)?(?:主要|分管)?(?:负责人|领导)(?:意见|审核)?[:：]"
)
_MOST_TO_SIGN = 4
# 行政许可小计 | 3项: a sum whose words stand in any column, and nothing but counts beside them.
_SUM = re.compile(r".{0,12}(?:小计|合计|总计|共计)")
_COUNT = re.compile(r"\d{1,6}(?:\.0+)?[项条个件]?")
#: A name that cannot end here: an open bracket, or a word that joins it to what follows.
_UNFINISHED = re.compile(r".*[（(][^（()）]*|.*[、，及和与]", re.S)
_SUBITEM_MARK = re.compile(r"[（(]\d{1,2}[)）]|[①-⑳]")
_NUMBERED_LINE = re.compile(r"\s*(?:\d{1,2}[.．、]|[（(]\d{1,2}[)）]|[①-⑳])")
_CLAIM = re.compile(r"[（(]\s*([0-9零一二三四五六七八九十百]+)\s*项\s*[)）]")
_TICKS = {"√", "✓", "✔", "●", "○", "★", "☆", "■", "▲", "是", "有", "Y", "V", "v"}
# 市级、县级 in one cell are two levels.
_BETWEEN_LEVELS = re.compile(r"[、，,；;/和及]|\s+")
_LEVEL = re.compile(
    r"(?:(?:国家|[省市州盟县区旗乡镇村本地]{1,4}|街道|乡镇街道|社区|自治区)级|[省市州盟县区旗乡镇村]|国家|乡镇|街道)(?:[（(][^（）()]*[）)])?"
)
_DITTO = {"同上", "同前", "〃", "″"}
_OWN_PLACE = {Field.SORT_NO, Field.NAME, Field.SUBITEM_NAME, Field.POWER_KIND, Field.POWER_SUBKIND}


class SheetReader:
    """Reads the rows of one sheet in order; afterwards ``items``, ``errors`` and ``repeats`` are complete."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.title = ""
        self.title_lines: list[str] = []
        self.header: Header | None = None
        self.header_row = 0
        self.items: list[PowerListItem] = []
        self.errors: list[CellError] = []
        self.repeats = 0
        #: Codes that a spreadsheet program has turned into numbers (R57): the row, the column, what is left.
        self.lost_digits: list[str] = []
        self.saw_anything = False
        self.gave_up = False
        self._header_texts: list[str] | None = None
        self._second_texts: list[str] | None = None
        self._first_texts: list[str] | None = None
        self._bands: list[list[str]] = []
        self._item_texts: list[str] = []
        self._title_kind: PowerKind | None = None
        self._group_kind: PowerKind | None = None
        self._several: list[str] = []
        self._below_notes = False
        self._current: PowerListItem | None = None
        self._by_key: dict[tuple[str, ...], PowerListItem] = {}

    def read(self, row: int, texts: list[str]) -> None:
        """Take the next row, merged areas filled; ``row`` counts from 1."""
        if not any(texts):
            return
        self.saw_anything = True
        if self._reads_header(row, texts):
            return
        if self.header is None:
            self._read_title(row, texts)
        elif not numbers_columns(texts) and not self._reads_banner(texts):
            texts = self._above_in_place_of_ditto(texts)
            self._read_item_row(row, texts)
            self._item_texts = texts

    def _above_in_place_of_ditto(self, texts: list[str]) -> list[str]:
        """同上 means what the row above says in that column."""
        above = self._item_texts
        return [
            above[place] if place < len(above) and squeezed(text) in _DITTO else text
            for place, text in enumerate(texts)
        ]

    def goes_on_with(self, texts: list[str]) -> bool:
        """Whether a row of another sheet is the next item: a list printed on pages has its header on the first only."""
        if self.header is None or not self.items or not self.items[-1].sort_no.isdigit():
            return False
        number, name = (self.header.place_of(field) for field in (Field.SORT_NO, Field.NAME))
        if max(number, name) >= len(texts) or not texts[name]:
            return False
        return number_text(texts[number]) == str(int(self.items[-1].sort_no) + 1)

    def next_page(self, name: str) -> SheetReader:
        """A reader under the same header for the sheet that goes on with this one; it has no header row (0)."""
        page = SheetReader(name)
        page.header, page._title_kind = self.header, self._group_kind or only_kind_in(self.name) or self._title_kind
        page._first_texts, page._second_texts = self._first_texts, self._second_texts
        return page

    def absorb(self, other: SheetReader) -> None:
        """Add what a table beside this one holds."""
        self.items += other.items
        self.errors += other.errors
        self.repeats += other.repeats
        self.lost_digits += other.lost_digits
        self._several += other._several

    def notices(self) -> list[str]:
        """What a person should look at: cells with several items, another number in the sheet's name, lost digits."""
        return [*self._several[:_SHOWN_NOTICES], *self._claims(), *self._lost_digits()]

    def _lost_digits(self) -> list[str]:
        if not self.lost_digits:
            return []
        many = len(self.lost_digits)
        where = f"工作表“{self.name}”有 {many} 个编码被表格软件改成了数字，末尾几位可能已丢失：{self.lost_digits[0]}"
        return [f"{where}{'等' if many > 1 else ''}；请把该列设为文本后重新填写"]

    def _claims(self) -> list[str]:
        claim = _CLAIM.search(self.name)
        mains = len({item.main_key for item in self.items})
        if claim and whole_number(claim[1]) != mains:
            return [f"工作表“{self.name}”的名称写明 {claim[1]} 项，读到主项 {mains} 项"]
        return []

    def _reads_header(self, row: int, texts: list[str]) -> bool:
        above, self._header_texts = self._header_texts, None
        if above and (is_header(texts) or is_second_header_row(texts) or divides(above, texts)):
            self.header = header_of(texts, above)
            self._first_texts, self._second_texts = above, texts
            return True
        if self._repeats_second(texts):
            return True
        if not is_header(texts):
            return False
        # The upper half alone, further down: the lower half still divides the columns below it.
        is_known = self._second_texts is not None and texts == self._first_texts
        self.header = header_of(texts, self._second_texts if is_known else None)
        self.header_row = self.header_row or (row - self._rows_above(texts))
        self._header_texts = texts
        return True

    def _rows_above(self, texts: list[str]) -> int:
        """How many rows up the header begins: 序号 merged down from a band of groups over the other headings."""
        up = 0
        for band in reversed(self._bands):
            shared = [text for text, below in zip(band, texts, strict=False) if text and text == below]
            if not any(map(field_of, shared)):
                break
            up += 1
        return up

    def _repeats_second(self, texts: list[str]) -> bool:
        """Whether the row is the lower half of the known header alone, as at the top of a printed page."""
        if self._first_texts is None or self._second_texts is None:
            return False
        both = list(zip(self._first_texts, self._second_texts, strict=False))
        own = {place for place, (first, second) in enumerate(both) if second and second != first}
        filled = {place for place, text in enumerate(texts) if text}
        return (
            bool(own) and own <= filled and all(place < len(both) and texts[place] in both[place] for place in filled)
        )

    def _read_title(self, row: int, texts: list[str]) -> None:
        self._bands = [*self._bands[-1:], texts]
        first = next(filter(None, texts))
        self.title = self.title or one_line(first)
        self.title_lines += dict.fromkeys(one_line(text) for text in texts if text)
        self._title_kind = only_kind_in(first) or self._title_kind
        self.gave_up = row >= ROWS_BEFORE_HEADER

    def _reads_banner(self, texts: list[str]) -> bool:
        """Whether the row is no item: a group's heading (一、行政许可（11项）), a title, a note or a sum."""
        assert self.header is not None
        filled = [text for text in texts if text]
        if (
            _FOOTER.match(squeezed(filled[0]))
            or _is_sum(filled)
            or (len(filled) <= _MOST_TO_SIGN and _SIGN_OFF.match(squeezed(filled[0])))
        ):
            self._below_notes = True
            return True
        kind = self._heading_kind(texts, filled)
        spans = len(filled) > _SPANS and len(set(filled)) == 1
        stands_at = texts.index(filled[0])
        alone = len(filled) == 1 and stands_at < self.header.place_of(Field.NAME)
        # A number begins an item whose name was left out, or, below the notes, their next sentence.
        alone = alone and (not filled[0][0].isdigit() or (self._below_notes and not number_text(filled[0]).isdigit()))
        if not (kind or spans or alone or self._is_only_numbered(texts, filled)):
            return False
        self._group_kind = kind or self._group_kind
        self._current = None
        return True

    def _heading_kind(self, texts: list[str], filled: list[str]) -> PowerKind | None:
        """The kind that a heading gives; its numeral may stand in the column of numbers."""
        assert self.header is not None
        if len(set(filled)) == 1 and texts.index(filled[0]) <= self.header.place_of(Field.NAME):
            return heading_kind(filled[0])
        beside = self.header.place_of(Field.NAME) - 1
        number, words = texts[beside] if beside < len(texts) else "", filled[-1]
        if len(filled) > 1 and filled[0] == number and set(filled[1:]) == {words}:
            counted = not number_text(number).isdigit() or _CLAIM.search(words)
            return heading_kind(words) if counted else None
        return None

    def _is_only_numbered(self, texts: list[str], filled: list[str]) -> bool:
        """Whether a row has its number and nothing else: forms are numbered ahead."""
        assert self.header is not None
        place = self.header.place_of(Field.SORT_NO)
        return len(filled) == 1 and place < len(texts) and texts[place] == filled[0] and filled[0].isdigit()

    def _read_item_row(self, row: int, texts: list[str]) -> None:
        assert self.header is not None
        self._below_notes = False
        columns = [
            (column, text)
            for position, text in enumerate(texts)
            if (column := self.header.columns.get(position)) and text
        ]
        fields = {column.field: text for column, text in columns if column.field}
        if Field.POWER_KIND not in self.header.fields:
            self._take_kind(fields, columns)
        self._notice_several(row, fields)
        if set(fields) == {Field.NAME} and len(columns) == 1 and self._ends_name(one_line(fields[Field.NAME])):
            return
        item = self._item_of(row, fields)
        if item:
            _add_texts(item, fields)
            for column, text in columns:
                if column.tier and or_none(text):
                    _add_level(item, column.tier, "" if text in _TICKS else text)
                elif column.field is None and not column.tier:
                    item.extras[column.heading] = _joined(item.extras.get(column.heading, ""), text)

    def _ends_name(self, rest: str) -> bool:
        """Whether a row has nothing but the rest of the numbered name above, which broke off; it is joined to it."""
        item = self._current
        if item is None or not item.sort_no or item.subitem_name or not _UNFINISHED.fullmatch(item.name):
            return False
        if _SUBITEM_MARK.match(rest):
            return False
        self._by_key.pop(_key(item), None)
        item.name += rest
        self._by_key.setdefault(_key(item), item)
        return True

    @staticmethod
    def _take_kind(fields: dict[Field, str], columns: list[tuple[Column, str]]) -> None:
        """The kind of power from a column whose heading nobody knows, but whose cells say nothing else."""
        known = next((one for one in columns if one[0].field is None and is_kind(one[1])), None)
        if known:
            fields[Field.POWER_KIND] = known[1]
            columns.remove(known)

    def _notice_several(self, row: int, fields: dict[Field, str]) -> None:
        """A cell that lists several names counts as one item, as the list numbers it; a person should know."""
        assert self.header is not None
        for name in (Field.NAME, Field.SUBITEM_NAME):
            lines = [line for line in fields.get(name, "").splitlines() if line.strip()]
            if len(lines) > 1 and all(map(_NUMBERED_LINE.match, lines)):
                where = f"工作表“{self.name}”第 {row} 行“{self.header.heading_of(name)}”"
                self._several.append(f"{where}一格写了 {len(lines)} 项，按一项计；如是不同事项，请分行填写")

    def _item_of(self, row: int, fields: dict[Field, str]) -> PowerListItem | None:
        """The item that the row belongs to, new or the one above; None if it can't be told."""
        sort_no = number_text(fields.get(Field.SORT_NO, ""))
        name = one_line(fields.get(Field.NAME, ""))
        subitem = one_line(or_none(fields.get(Field.SUBITEM_NAME, "")) or "")
        if subitem == name and self.header and self.header.shares_name:
            subitem = ""
        before = self._current
        if before and sort_no in {"", before.sort_no} and not subitem and self._is_marked(name, before):
            # A sub-item in the column of names, numbered (1) under its main item.
            name, subitem = before.name, name
        if before and self._goes_on(before, sort_no, name):
            sort_no, name, subitem = before.sort_no, before.name, subitem or before.subitem_name
        elif not name:
            self._complain(row, Field.NAME, "事项名称为空，请填写或与上一行合并")
            return None
        else:
            before = None
        kind_text = fields.get(Field.POWER_KIND, "")
        kind = self._kind(row, kind_text, fields, before)
        self._current = self._kept(PowerListItem(self.name, row, sort_no, name, subitem, *kind, one_line(kind_text)))
        return self._current

    @staticmethod
    def _is_marked(name: str, before: PowerListItem) -> bool:
        return bool(_SUBITEM_MARK.match(name)) and not _SUBITEM_MARK.match(before.name)

    @staticmethod
    def _goes_on(before: PowerListItem, sort_no: str, name: str) -> bool:
        """Whether a row leaves blank what it shares with the item above, instead of merging the cells."""
        same_number = sort_no in {"", before.sort_no}
        return same_number and name in {"", before.name} and not (sort_no == "" and name and before.sort_no == "")

    def _kept(self, item: PowerListItem) -> PowerListItem:
        known = self._by_key.setdefault(_key(item), item)
        if known is item:
            self.items.append(item)
        elif known is not self._current:
            self.repeats += 1
        return known

    def _kind(
        self, row: int, text: str, fields: dict[Field, str], before: PowerListItem | None
    ) -> tuple[PowerKind | None, str]:
        """The kind of power by the cell, the item that goes on, the sheet's name, the heading above or the code."""
        subkind, code = fields.get(Field.POWER_SUBKIND, ""), fields.get(Field.ITEM_CODE, "")
        if or_none(text):
            kind, rest = power_kind_of(text)
            if kind is None:
                self._complain(row, Field.POWER_KIND, f"权力类型“{one_line(text)[:20]}”不在十类行政权力和公共服务之内")
            return kind, one_line(subkind) or rest or ""
        if before and before.power_kind:
            return before.power_kind, before.power_subkind
        found = (
            self._group_kind
            or only_kind_in(self.name)
            or self._title_kind
            or self._kind_of_block()
            or kind_in_code(code)
        )
        if found is None:
            self._complain(row, Field.POWER_KIND, "权力类型为空，工作表名称也没有写明，请填写")
            return None, one_line(subkind)
        return found, one_line(subkind)

    def _kind_of_block(self) -> PowerKind | None:
        """The type of the item above, where types stand left of the numbers: a column that was merged down once."""
        assert self.header is not None
        number, name = self.header.place_of(Field.SORT_NO), self.header.place_of(Field.NAME)
        is_left = self.header.place_of(Field.POWER_KIND) < min(number, name)
        return self.items[-1].power_kind if is_left and self.items else None

    def _complain(self, row: int, field: Field, message: str) -> None:
        assert self.header is not None
        self.errors.append(CellError(self.name, row, self.header.heading_of(field), message))


def _key(item: PowerListItem) -> tuple[str, ...]:
    return item.sort_no, squeezed(item.name), squeezed(item.subitem_name), item.kind_label


def _is_sum(filled: list[str]) -> bool:
    words = [text for text in map(squeezed, filled) if not _COUNT.fullmatch(text)]
    return len(set(words)) == 1 and _SUM.fullmatch(words[0]) is not None


def _add_texts(item: PowerListItem, fields: dict[Field, str]) -> None:
    for field, text in fields.items():
        if field not in _OWN_PLACE:
            item.texts[field] = _joined(item.texts.get(field, ""), text)
    for tier in _tiers(fields.get(Field.EXERCISE_TIER, "")):
        _add_level(item, tier, fields.get(Field.AUTHORITY, ""))


def _tiers(text: str) -> list[str]:
    parts = [part for part in _BETWEEN_LEVELS.split(text.strip()) if part]
    return parts if len(parts) > 1 and all(map(_LEVEL.fullmatch, parts)) else [text]


def _add_level(item: PowerListItem, tier: str, authority: str) -> None:
    level = ExerciseLevel(one_line(tier), one_line(authority))
    if (level.tier or level.authority) and level not in item.levels:
        item.levels.append(level)


def _joined(known: str, text: str) -> str:
    """What a further row of the item says is added once; a merged cell says the same on every row."""
    if not known or text == known:
        return text
    return known if text in known.split("\n\n") else f"{known}\n\n{text}"

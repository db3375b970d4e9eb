"""Tables (表格): layouts of whole documents, lists of bodies with their duties, and distributions of quotas."""

import re

from basic_info.mandates.parsing.blocks import Block
from basic_info.mandates.parsing.lines import Line, lines_of, read_mark
from basic_info.mandates.parsing.model import ClauseKind
from basic_info.mandates.parsing.names import DUTY_VERB, ends_as_body
from basic_info.mandates.parsing.normalise import fold, strip_brackets, tidy, to_number
from basic_info.mandates.parsing.parts import heading_kind
from basic_info.mandates.parsing.tallies import tally_lines

_NAME_HEAD = re.compile(
    r"^(?:内设)?(?:机构|科室|股室|处室|部门|单位|站所|办公室|内设机构|名称)(?:名称|设置)?$|(?:机构|科室|股室|处室|单位|部门|内设机构)名称$|^内设|^(?:科|股|处)室"
)
_BODY_WORD = "(?:内设)?(?:机构|科室|股室|处室|部门)?"
_OLD_NAME = re.compile(rf"^(?:原|(?:调整|变更|更名)前)的?{_BODY_WORD}(?:名称)?$")
_NEW_NAME = re.compile(rf"^(?:(?:调整|变更|更名|整合)后的?|[新现]){_BODY_WORD}(?:名称)?$")
_DUTY_HEAD = re.compile(r"职责|职能|主要任务|工作内容")
_NUMBER_HEAD = re.compile(r"^(?:序号|编号|序|项目|类别|性质)$")
_COUNT_HEAD = re.compile(r"编制|职数|实有|人数|名额|合计|小计|备注|行政|事业|工勤|正科|副科|正股|核定")
_REMARKS_PLATE = re.compile(r"(?:加挂|增挂|挂)[^。;,]{2,40}牌子。?$")
_TOTAL = re.compile(r"^(?:合计|总计|小计|共计|总数|合\s*计)")
_STARTS_AS_DUTY = re.compile(rf"^(?:{DUTY_VERB})")


def table_lines(table: Block) -> list[Line]:
    """The lines that a table says: labels and their text, bodies with duties; a quota distribution says nothing."""
    rows = [tuple(tidy_cell(cell) for cell in row) for row in table.rows]
    rows = [row for row in rows if any(row)]
    if tally := tally_lines(rows):
        return tally
    if renamed := _renamings(rows):
        return renamed
    header = next((n for n, row in enumerate(rows[:3]) if _is_header(row)), None)
    if header is None:
        return [line for row in rows for line in _layout_row(row)]
    # What stands above the header is the table's own title.
    columns = [fold(cell) for cell in rows[header]]
    duty = next((n for n, cell in enumerate(columns) if _DUTY_HEAD.search(cell)), None)
    if duty is None:
        return []
    name = next((n for n, cell in enumerate(columns) if n != duty and _NAME_HEAD.search(cell)), None)
    plate = next((n for n, cell in enumerate(columns) if re.search(r"挂牌|牌子", cell)), None)
    return _listed([_with_plates(row, name, plate) for row in rows[header + 1 :]], name, duty)


def _renamings(rows: list[tuple[str, ...]]) -> list[Line]:
    """The rows of 「原名称、调整后名称」 as the sentences that they make (甲股更名为乙股。), [] for any other table."""
    head = [fold(cell.replace("\n", "")) for cell in rows[0]] if rows else []
    old = next((n for n, cell in enumerate(head) if _OLD_NAME.match(cell)), None)
    new = next((n for n, cell in enumerate(head) if _NEW_NAME.match(cell)), None)
    if old is None or new is None or any(_DUTY_HEAD.search(cell) for cell in head):
        return []
    lines: list[Line] = []
    for row in rows[1:]:
        before, after = (row[n].replace("\n", "") if n < len(row) else "" for n in (old, new))
        if ends_as_body(strip_brackets(fold(after))) and before != after:
            lines.append(
                Line(f"{before}更名为{after}。" if ends_as_body(strip_brackets(fold(before))) else f"增设{after}。")
            )
    return lines


def _with_plates(row: tuple[str, ...], name: int | None, plate: int | None) -> tuple[str, ...]:
    """The row with the plate from a column of its own or from the remarks (备注) in a bracket behind the name."""
    if name is None or name >= len(row) or not row[name]:
        return row
    said = row[plate] if plate is not None and plate < len(row) else ""
    hung = [f"挂{said.removesuffix('牌子')}牌子"] if ends_as_body(fold(said.removesuffix("牌子"))) else []
    hung += [cell for place, cell in enumerate(row) if place not in (name, plate) and _REMARKS_PLATE.match(fold(cell))]
    return (*row[:name], row[name] + "".join(f"（{words}）" for words in hung), *row[name + 1 :])


def tidy_cell(cell: str) -> str:
    """The cell with each paragraph tidied, still parted by line feeds."""
    return "\n".join(filter(None, (tidy(line) for line in cell.split("\n"))))


def _is_header(row: tuple[str, ...]) -> bool:
    """A heading row names columns: short words, at least two, one of them a body, a duty or a number column."""
    cells = [strip_brackets(fold(cell.replace("\n", ""))) for cell in row if cell]
    if len(cells) < 2 or any(len(cell) > 14 or re.search(r"[。;:]", cell) for cell in cells):
        return False
    if any(re.search(r"\d", cell) for cell in cells):
        return False
    known = [bool(_NAME_HEAD.search(c) or _NUMBER_HEAD.search(c) or _COUNT_HEAD.search(c)) for c in cells]
    duties = [bool(_DUTY_HEAD.search(cell)) for cell in cells]
    if any(duties) and any(_NAME_HEAD.search(cell) for cell in cells) and len(cells) > 2:
        # A column for bodies and one for duties: the others may be called anything (机构类别、备注).
        return True
    return all(k or d for k, d in zip(known, duties, strict=True)) and (any(known) or len(cells) > 2)


def _listed(rows: list[tuple[str, ...]], name: int | None, duty: int) -> list[Line]:
    lines: list[Line] = []
    for row in rows:
        text = row[duty] if duty < len(row) else ""
        if _TOTAL.match(next(filter(None, row))):
            continue
        if name is None:
            lines.extend(lines_of(_with_mark(row, duty, text), in_table=True))
        elif name < len(row) and row[name]:
            lines.append(_body_line(row[name], text))
        elif text and lines and lines[-1].cells:
            # A body's duties over several rows: its name cell is merged downwards.
            before = lines.pop()
            lines.append(_body_line(before.cells[0], before.cells[1] + "\n" + text))
    return lines


def _with_mark(row: tuple[str, ...], duty: int, text: str) -> str:
    number = to_number(row[0]) if duty > 0 and row[0] else None
    if number is None:
        return (row[0] if duty > 0 and read_mark(row[0]) else "") + text
    return text if read_mark(text) else f"{number}.{text}"


def _body_line(name: str, text: str) -> Line:
    mark = read_mark(name)
    name = name[len(mark.text) :] if mark else name
    flat = name.replace("\n", "")
    return Line(f"{flat}。{text}".replace("\n", ""), cells=(flat, text), in_table=True)


def _layout_row(row: tuple[str, ...]) -> list[Line]:
    cells = [cell for cell in row if cell]
    if len(cells) >= 2 and read_mark(cells[0]) and len(cells[0]) <= 5:
        # The number has a cell of its own.
        cells = [cells[0] + cells[1], *cells[2:]]
    if len(cells) >= 2 and _is_body_cell(cells[-2]) and _is_duty_cell(cells[-1]):
        return [*_labels(cells[:-2]), _body_line(cells[-2], cells[-1])]
    lines: list[Line] = []
    while cells:
        kind = _label_kind(cells[0])
        if kind is not None and len(cells) > 1:
            lines.extend(_labelled(cells[0], kind, cells[1]))
            cells = cells[2:]
        else:
            lines.extend(_labels(cells[:1]))
            cells = cells[1:]
    return lines


def _labels(cells: list[str]) -> list[Line]:
    lines: list[Line] = []
    for cell in cells:
        if _label_kind(cell) is not None:
            lines.append(_label(cell))
        else:
            lines.extend(lines_of(cell, in_table=True))
    return lines


def _labelled(label: str, kind: ClauseKind, value: str) -> list[Line]:
    flat = label.replace("\n", "")
    number = to_number(fold(value)) if value else None
    if kind is ClauseKind.QUOTA and number is not None:
        return [_label(label), Line(f"{flat}{value}名。", in_table=True)]
    if kind is ClauseKind.NATURE:
        return [Line(f"{flat}：{value}".replace("\n", "、"), is_label=True, in_table=True)]
    return [_label(label), *lines_of(value, in_table=True)]


def _label(cell: str) -> Line:
    flat = cell.replace("\n", "")
    return Line(flat, read_mark(flat), is_label=True, in_table=True)


def _label_kind(cell: str) -> ClauseKind | None:
    flat = cell.replace("\n", "")
    mark = read_mark(flat)
    words = fold(flat[len(mark.text) :] if mark else flat).strip(":")
    if len(words) > 16 or re.search(r"\d", words):
        return None
    return heading_kind(words)


def _is_body_cell(cell: str) -> bool:
    flat = fold(cell.replace("\n", ""))
    mark = read_mark(flat)
    name = strip_brackets(flat[len(mark.text) :] if mark else flat)
    return 2 <= len(name) <= 25 and ends_as_body(name) and not re.search(r"[。;:]", name)


def _is_duty_cell(cell: str) -> bool:
    first = fold(cell.split("\n")[0])
    mark = read_mark(first)
    return bool(_STARTS_AS_DUTY.match(first[len(mark.text) :] if mark else first)) and len(cell) > 6

"""A step table (环节表) becomes a plan: one row a step with its post, limit and the steps before and after."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path

from basic_info.flowcharts.drawing import Arrow, Plan, Symbol
from basic_info.flowcharts.errors import BadStepTable
from basic_info.flowcharts.models import StepKind, SuspensionKind
from basic_info.flowcharts.parsing.details import StepDetails
from basic_info.power_lists.models import LimitKind, LimitUnit
from basic_info.power_lists.parsing.time_limits import time_limits, unit_in
from host.kernel.tables.reading import CellError, Row, Sheet, cell_text, filled_rows, read_workbook

MOST_STEPS = 300
MOST_ARROWS = 900
LONGEST_NAME = 200
_HEAD_ROWS = 20
_COLUMNS = {
    "no": {"序号", "编号", "环节编号", "环节序号", "步骤", "步骤序号", "步骤编号"},
    "name": {"环节", "环节名称", "步骤名称", "办理环节", "工作环节", "流程环节", "名称"},
    "post": {"岗位", "办理岗位", "责任岗位", "承办岗位", "经办岗位", "岗位名称"},
    "limit": {"时限", "办理时限", "法定时限", "环节时限", "法定期限"},
    "promised": {"承诺时限", "承诺期限"},
    "before": {"上一环节", "前置环节", "上一步", "前一环节", "前序环节", "前置", "前序", "前置步骤", "上一步骤"},
    "after": {"下一环节", "后续环节", "下一步", "后一环节", "后序环节", "后续", "后续步骤", "下一步骤"},
    "kind": {"节点类别", "环节类别", "节点类型", "环节类型"},
    "inputs": {"收件材料", "申请材料", "输入", "输入材料"},
    "outputs": {"产出文书", "输出", "输出材料", "办理结果", "结果"},
    "basis": {"依据", "法律依据", "设定依据"},
    "risk": {"风险点", "廉政风险点"},
    "suspends": {"不计入时限", "不计时情形", "不计入时限的情形"},
}
_TITLES = {
    "name": "环节", "post": "岗位", "limit": "时限", "promised": "承诺时限", "before": "上一环节", "after": "下一环节",
    "kind": "节点类别", "suspends": "不计入时限",
}  # fmt: skip
# Headings in other words; the first that fits, and only for a column that no word above has named.
_LIKE = (
    ("before", re.compile(r"(?:上|前)一?个?(?:工作|办理)?(?:步|环节|节点|道)|前(?:置|序)")),
    ("after", re.compile(r"(?:下|后)一?个?(?:工作|办理)?(?:步|环节|节点|道)|后(?:续|置|序)")),
    ("no", re.compile(r"(?:步骤|环节|流程|节点)?(?:序号|编号|号)")),
    ("promised", re.compile(r"承诺.*(?:时限|期限|时间)")),
    ("limit", re.compile(r"(?:完成|办结|办理|工作|环节|步骤|处理|法定)(?:时限|期限)")),
    ("post", re.compile(r"(?:责任|承办|办理|经办|执行|负责|主办)?岗位?(?:名称)?")),
    ("name", re.compile(r"(?:工作|流程|办理|业务|审批)?(?:步骤|环节|节点)(?:名称|内容)?")),
)
_STEP_WORD = "步骤"
_ANY, _ALL = re.compile(r"或者?|[/|]"), re.compile(r"和|与|及|并且?|[、,，;；]+")
_CONDITION = re.compile(r"[（(]([^（）()]{1,60})[）)]\s*$")
_ENDS = {"结束", "办结", "终止", "流程结束", "完成"}
# 是→3/否→5: what stands before the arrow is the condition, whatever signs are in it.
_ARROW = re.compile(r"(?P<when>[^→]{0,60}?)→(?P<key>[^→、,，;；/|]+?)(?:[、,，;；/|\s]+|或者?|$)")
_ARROWS = re.compile(r"\s*(?:→|-+>|=+>|⇒|—+>)\s*")
_GO_TO = re.compile(r"^(?P<when>.{0,60}?)(?:[:：]|转至?|进入)(?P<key>.+)$")
_AROUND_NUMBER = re.compile(r"^(?:第|步骤|环节)+|(?:步骤|步|环节)$|[.．、]$|\.0$")
_ON_THE_SPOT = re.compile(r"(?:即时|当场|即办|立即|随到随办|马上)(?:办理|办结|完成)?")
_BELOW = re.compile(r"(?:合计|总计|小计|共计)|(?:备注|注|说明|填表说明|填表人|制表人)\d*[:：]")
_SPANS = 3
_NOTHING = {"", "-", "—", "——", "无", "/"}


@dataclass(frozen=True, slots=True)
class _Line:
    """A step as its row has it; ``texts`` by column."""

    row: int
    texts: dict[str, str]
    details: StepDetails

    @property
    def name(self) -> str:
        return self.texts["name"]


@dataclass
class _Table:
    sheet: str
    titles: dict[str, str] = field(default_factory=dict)
    lines: list[_Line] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)

    def error(self, line_row: int, column: str, message: str) -> None:
        self.errors.append(
            CellError(self.sheet, line_row, self.titles.get(column) or _TITLES.get(column, column), message)
        )


def read_step_table(path: Path, name: str) -> Plan:
    """The plan of the first sheet that has a step table. Raises NotATable, BadStepTable (naming cells)."""
    for sheet in read_workbook(path).sheets:
        table = _read(sheet)
        if table is not None:
            plan = _plan(table, name)
            if table.errors:
                raise BadStepTable.because(table.errors)
            return plan
    raise BadStepTable("文件中没有环节表：需要有“环节”和“岗位”两列")


def _read(sheet: Sheet) -> _Table | None:
    table = _Table(sheet.name)
    columns: dict[str, int] = {}
    for number, row in enumerate(filled_rows(sheet), 1):
        if not columns:
            columns = _heading(row)
            if not columns and number >= _HEAD_ROWS:
                return None
            table.titles = {key: _text(row, at) for key, at in columns.items()}
            continue
        if _is_between(row):
            continue
        texts = {key: _text(row, at) for key, at in columns.items()}
        if any(texts.values()):
            _take(table, number, texts)
        if len(table.lines) > MOST_STEPS:
            raise BadStepTable(f"环节超过 {MOST_STEPS} 个，请拆分成几张流程图")
    return table if columns else None


def _is_between(row: Row) -> bool:
    """Whether a row is a stage's heading merged over the table, a sum or a note, and so no step."""
    filled = [text for at in range(min(len(row), 200)) if (text := _text(row, at))]
    if not filled:
        return False
    return (len(filled) >= _SPANS and len(set(filled)) == 1) or _BELOW.match(filled[0]) is not None


def _heading(row: Row) -> dict[str, int]:
    found: dict[str, int] = {}
    heads = [re.sub(r"[\s*＊：:]|[（(].*[）)]$", "", cell_text(cell)[:60]) for cell in islice(row, 200)]
    for at, word in enumerate(heads):
        for key, words in _COLUMNS.items():
            if word in words:
                found.setdefault(key, at)
    if "name" not in found and _STEP_WORD in heads:
        # 「步骤」 is a number beside 「环节」; where no other column has the names, it is the name.
        found["name"] = heads.index(_STEP_WORD)
        found = {key: at for key, at in found.items() if key == "name" or at != found["name"]}
    for at, word in enumerate(heads):
        like = next((key for key, words in _LIKE if words.fullmatch(word)), None)
        if like and at not in found.values():
            found.setdefault(like, at)
    return found if "name" in found and "post" in found else {}


def _text(row: Row, at: int) -> str:
    text = " ".join(cell_text(row[at]).split()) if at < len(row) else ""
    return "".join(letter for letter in text if letter.isprintable())[:2_000]


def _take(table: _Table, number: int, texts: dict[str, str]) -> None:
    name = texts["name"]
    if not name:
        table.error(number, "name", "请填写环节名称")
        return
    if len(name) > LONGEST_NAME or len(texts["post"]) > LONGEST_NAME:
        table.error(number, "name", f"环节和岗位的名称不超过 {LONGEST_NAME} 个字")
        return
    if any(line.name == name for line in table.lines):
        table.error(number, "name", f"环节“{name}”重复，请改用不同的名称")
        return
    table.lines.append(_Line(number, texts, _details(table, number, texts)))


def _details(table: _Table, number: int, texts: dict[str, str]) -> StepDetails:
    limit = _limit(table, number, texts, "limit")
    promised = _limit(table, number, texts, "promised")
    kind = StepKind.of_word(texts.get("kind", "")) if texts.get("kind") else StepKind.OTHER
    if kind is None:
        table.error(
            number, "kind", f"“{texts['kind'][:40]}”不是节点类别，应为：{'、'.join(one.label for one in StepKind)}"
        )
    words = [word for word in re.split(r"[、,，;；\s]+", texts.get("suspends", "")) if word not in _NOTHING]
    kinds = [SuspensionKind.of_word(word) for word in words]
    if None in kinds:
        table.error(number, "suspends", f"应为：{'、'.join(one.label for one in SuspensionKind)}")
    return StepDetails(
        step_kind=kind or StepKind.OTHER,
        limit_value=limit[0],
        limit_unit=limit[1],
        promised_value=promised[0],
        promised_unit=promised[1],
        inputs=tuple(part for part in re.split(r"[;；]", texts.get("inputs", "")) if part.strip()),
        outputs=tuple(part for part in re.split(r"[;；]", texts.get("outputs", "")) if part.strip()),
        basis=texts.get("basis", ""),
        risk_point=texts.get("risk", ""),
        suspensions=tuple(one for one in kinds if one),
    )


def _limit(table: _Table, number: int, texts: dict[str, str], key: str) -> tuple[int | None, LimitUnit | None]:
    """``5个工作日``, ``2小时``, ``半天``; a bare number counts working days (R62), hours under such a heading."""
    text = texts.get(key, "")
    if text in _NOTHING:
        return None, None
    if re.fullmatch(r"[1-9][0-9]{0,3}", text):
        unit = unit_in(table.titles.get(key, ""))
        return int(text), unit if unit and unit.is_below_a_day else LimitUnit.WORKDAY
    if _ON_THE_SPOT.fullmatch(text):
        return None, None  # what is done on the spot has nothing to count
    found = time_limits(text[:200], LimitKind.STAGE, heading="")
    if not found or not found[0].value or found[0].value > 3_650:
        table.error(number, key, f"“{text[:40]}”不是时限，应写成 5个工作日 或 2小时")
        return None, None
    return found[0].value, found[0].limit_unit


@dataclass(frozen=True, slots=True)
class _Reference:
    """What a cell about neighbours says: their rows (None: the end), the conditions, and whether one of them or all."""

    targets: tuple[tuple[int | None, str], ...]
    mode: str  # "" one · "any" · "all" · "list" (、: as the branches demand)


def _plan(table: _Table, name: str) -> Plan:
    if not table.lines:
        if table.errors:
            raise BadStepTable.because(table.errors)
        raise BadStepTable("环节表是空的，请至少填写一个环节")
    places: dict[str, int] = {}
    for place, line in enumerate(table.lines):
        places.setdefault(line.name, place)
        if number := line.texts.get("no"):
            places.setdefault(number, place)
    before = [_references(table, line, "before", places) for line in table.lines]
    after = [_references(table, line, "after", places) for line in table.lines]
    return _Wiring(table, before, after).plan(name)


def _references(table: _Table, line: _Line, column: str, places: dict[str, int]) -> _Reference:
    text = line.texts.get(column, "")
    if text in _NOTHING:
        return _Reference((), "")
    mode = "list"
    parts = [text]
    arrows = _ARROWS.sub("→", text)
    if text not in places and "→" in arrows:
        return _arrows(table, line, column, places, arrows)
    if text not in places:
        if _ANY.search(text):
            mode, parts = "any", _ANY.split(text)
        else:
            mode = "all" if re.search("[和与及并]", text) else "list"
            parts = _ALL.split(text)
    found: list[tuple[int | None, str]] = []
    for part in parts:
        condition = _CONDITION.search(part)
        key = (part[: condition.start()] if condition and part not in places else part).strip()
        when = condition[1] if condition else ""
        if (
            (going := _GO_TO.match(key))
            and not _is_known(key, column, places)
            and _is_known(going["key"], column, places)
        ):
            key, when = going["key"], going["when"].strip() or when
        found += _target(table, line, column, places, key, when)
    return _Reference(tuple(dict.fromkeys(found)), mode if len(found) > 1 else "")


def _arrows(table: _Table, line: _Line, column: str, places: dict[str, int], text: str) -> _Reference:
    """``是→3/否→5``: a way for each arrow, one of which is taken."""
    found: list[tuple[int | None, str]] = []
    end = 0
    for arrow in _ARROW.finditer(text):
        end = arrow.end()
        found += _target(table, line, column, places, arrow["key"], arrow["when"].strip())
    if end < len(text):
        table.error(line.row, column, f"“{text[end:][:40]}”看不懂，应写成“是→3/否→5”")
    return _Reference(tuple(dict.fromkeys(found)), "any" if len(found) > 1 else "")


def _target(
    table: _Table, line: _Line, column: str, places: dict[str, int], text: str, when: str
) -> list[tuple[int | None, str]]:
    key = _known_as(text, places)
    if key in places:
        return [(places[key], when)]
    if key in _ENDS and column == "after":
        return [(None, when)]
    if key:
        table.error(line.row, column, f"没有名称或序号为“{key[:40]}”的环节")
    return []


def _is_known(text: str, column: str, places: dict[str, int]) -> bool:
    key = _known_as(text, places)
    return key in places or (key in _ENDS and column == "after")


def _known_as(text: str, places: dict[str, int]) -> str:
    """A name as written, or the number in 第3步, 步骤4 and 5."""
    text = text.strip()
    if text in places or text in _ENDS:
        return text
    bare = _AROUND_NUMBER.sub("", text).strip()
    return bare if bare in places else text


class _Wiring:
    """Arrows out of the references: gateways where ways part, joins where parallel ways meet."""

    def __init__(self, table: _Table, before: list[_Reference], after: list[_Reference]) -> None:
        self._table, self._lines = table, table.lines
        self._before, self._after = before, after
        self._next: list[dict[int | None, str]] = [dict(one.targets) for one in after]
        for place, one in enumerate(before):
            for source, condition in one.targets:
                if source is not None:
                    self._next[source].setdefault(place, condition)
        self._follow_order()
        self._previous: list[list[int]] = [[] for _ in self._lines]
        for place, targets in enumerate(self._next):
            for target in targets:
                if target is not None:
                    self._previous[target].append(place)
        self._find_ends()
        if sum(map(len, self._next)) > MOST_ARROWS:
            raise BadStepTable(f"环节之间的连线超过 {MOST_ARROWS} 条，请拆分成几张流程图")
        self._symbols: list[Symbol] = []
        self._arrows: list[Arrow] = []

    def _follow_order(self) -> None:
        """Where neither of two rows says anything, the second follows the first."""
        entered = {target for targets in self._next for target in targets}
        for place, following in pairwise(range(len(self._lines))):
            if not self._next[place] and following not in entered:
                self._next[place][following] = ""
        entered = {target for targets in self._next for target in targets}
        for place in range(1, len(self._lines)):
            if place not in entered:
                line = self._lines[place]
                self._table.error(line.row, "before", f"没有环节通向“{line.name}”，请填写它的上一环节")

    def _find_ends(self) -> None:
        """From every step some way must lead to the end; a ring that nothing leaves is told at its last row."""
        ended = {place for place, targets in enumerate(self._next) if not targets or None in targets}
        waiting = list(ended)
        while waiting:
            for source in self._previous[waiting.pop()]:
                if source not in ended:
                    ended.add(source)
                    waiting.append(source)
        endless = [place for place in range(len(self._lines)) if place not in ended]
        if endless:
            line = self._lines[endless[-1]]
            self._table.error(line.row, "after", f"从“{line.name}”走不到结束，请在流程的最后一步写“结束”")

    def plan(self, name: str) -> Plan:
        posts = [line.texts["post"] or "未定岗位" for line in self._lines]
        self._lanes = list(dict.fromkeys(posts))
        self._lane = [self._lanes.index(post) for post in posts]
        self._symbols.append(Symbol("Start", "startEvent", "开始", self._lane[0]))
        for place, line in enumerate(self._lines):
            self._symbols.append(Symbol(f"Step_{place + 1}", "task", line.name, self._lane[place], line.details))
        self._arrows.append(Arrow("Start", "Step_1"))
        joins = {place: self._join(place) for place in range(len(self._lines))}
        for place in range(len(self._lines)):
            self._leave(place, joins)
        return Plan(name, tuple(self._lanes), tuple(self._symbols), tuple(self._arrows))

    def _leave(self, place: int, joins: dict[int, set[int]]) -> None:
        targets = self._next[place] or {None: ""}
        source = f"Step_{place + 1}"
        if len(targets) > 1:
            gateway = f"Split_{place + 1}"
            tag = "parallelGateway" if self._is_parallel(place) else "exclusiveGateway"
            self._symbols.append(Symbol(gateway, tag, "", self._lane[place]))
            self._arrows.append(Arrow(source, gateway))
            source = gateway
        for target, condition in targets.items():
            if target is None:
                end = f"End_{place + 1}"
                self._symbols.append(Symbol(end, "endEvent", "结束", self._lane[place]))
                self._arrows.append(Arrow(source, end, condition))
            else:
                at = f"Join_{target + 1}" if place in joins[target] else f"Step_{target + 1}"
                self._arrows.append(Arrow(source, at, condition))

    def _is_parallel(self, place: int) -> bool:
        """或 and conditions mean one of the ways; a plain list of steps means all of them."""
        return (
            self._after[place].mode != "any" and None not in self._next[place] and not any(self._next[place].values())
        )

    def _join(self, place: int) -> set[int]:
        """The steps that all must be done before this one; empty: each of them leads to it alone."""
        sources = [one for one in self._previous[place] if not self._leads(place, one)]
        mode = self._before[place].mode
        if len(sources) < 2 or mode == "any" or (mode != "all" and not self._from_parallel(place, sources)):
            return set()
        gateway = f"Join_{place + 1}"
        self._symbols.append(Symbol(gateway, "parallelGateway", "", self._lane[place]))
        self._arrows.append(Arrow(gateway, f"Step_{place + 1}"))
        return set(sources)

    def _from_parallel(self, place: int, sources: list[int]) -> bool:
        """Whether the sources lie on different branches of one parallel split."""
        before = [self._all_before(source, past=place) for source in sources]
        for split in range(len(self._lines)):
            heads = {target for target in self._next[split] if target is not None}
            if len(heads) < 2 or not self._is_parallel(split):
                continue
            ways = [heads & way for way in before]
            if all(ways) and sum(map(len, ways)) == len(set().union(*ways)):
                return True
        return False

    def _leads(self, source: int, target: int) -> bool:
        return source in self._all_before(target, past=-1)

    def _all_before(self, place: int, *, past: int) -> set[int]:
        """The step and all steps that lead to it without passing ``past``."""
        seen, waiting = {place}, [place]
        while waiting:
            for source in self._previous[waiting.pop()]:
                if source not in seen and source != past:
                    seen.add(source)
                    waiting.append(source)
        return seen

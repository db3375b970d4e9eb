"""Step tables as departments keep them, each irregular in its own way, with the steps, posts and ways in each."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.basic_info.power_lists.grids import Grid, as_xls, as_xlsx

Way = tuple[str, str, str]


@dataclass(frozen=True)
class Kept:
    """A table as a file; ``ways`` are (step, step or 结束, condition), ``limits`` by step, ``refusal`` words said."""

    name: str
    content: bytes
    posts: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    ways: set[Way] = field(default_factory=set)
    limits: dict[str, str] = field(default_factory=dict)
    refusal: tuple[str, ...] = ()


def _grid(*rows: tuple[str | int | float | None, ...]) -> Grid:
    return Grid("流程", [list(row) for row in rows])


def _straight(*steps: str) -> set[Way]:
    return {(one, after, "") for one, after in zip(steps, (*steps[1:], "结束"), strict=True)}


def _other_words() -> Kept:
    grid = _grid(
        ("取水许可工作流程表", None, None, None),
        ("步骤号", "工作步骤", "责任岗位", "完成时限"),
        ("1.1", "收件", "窗口岗", "1个工作日内"),
        ("1.2", "受理", "窗口岗", "不超过2个工作日"),
        ("2.1", "现场勘查", "勘查岗", "5个工作日"),
        ("2.2", "决定", "分管领导岗", "3日"),
    )
    grid.merges.append((1, 1, 1, 4))
    steps = ["收件", "受理", "现场勘查", "决定"]
    limits = {"收件": "1 工作日", "受理": "2 工作日", "现场勘查": "5 工作日", "决定": "3 日"}
    return Kept(
        "headings in other words, steps 1.1",
        as_xlsx([grid]),
        ["窗口岗", "勘查岗", "分管领导岗"],
        steps,
        _straight(*steps),
        limits,
    )


def _arrows() -> Kept:
    grid = _grid(
        ("序号", "步骤", "承办岗位", "前置步骤", "后续步骤"),
        (1, "接收申请", "窗口岗", None, "2"),
        (2, "材料是否齐全", "窗口岗", None, "是→3/否→5"),
        (3, "审查", "审查岗", None, "通过→4；不通过→6"),
        (4, "发证", "窗口岗", None, "结束"),
        (5, "告知补正", "窗口岗", None, "→1"),
        (6, "不予许可", "审查岗", None, "结束"),
    )
    ways = {
        ("接收申请", "材料是否齐全", ""),
        ("材料是否齐全", "审查", "是"),
        ("材料是否齐全", "告知补正", "否"),
        ("审查", "发证", "通过"),
        ("审查", "不予许可", "不通过"),
        ("发证", "结束", ""),
        ("告知补正", "接收申请", ""),
        ("不予许可", "结束", ""),
    }
    return Kept(
        "branches as 是→3/否→5",
        as_xlsx([grid]),
        ["窗口岗", "审查岗"],
        ["接收申请", "材料是否齐全", "审查", "发证", "告知补正", "不予许可"],
        ways,
    )


def _lists() -> Kept:
    grid = _grid(
        ("编号", "流程步骤", "岗位", "前置步骤", "后续步骤"),
        (1, "分办", "综合岗", "无", "2、3；4"),
        (2, "规划意见", "规划岗", "1", "5"),
        (3, "环保意见", "环保岗", "1", "5"),
        (4, "消防意见", "消防岗", "1", "5"),
        (5, "汇总", "综合岗", "2、3；4", "无"),
    )
    ways = {("分办", one, "") for one in ("规划意见", "环保意见", "消防意见")} | {
        (one, "汇总", "") for one in ("规划意见", "环保意见", "消防意见")
    }
    return Kept(
        "lists of steps with 、 and ；",
        as_xlsx([grid]),
        ["综合岗", "规划岗", "环保岗", "消防岗"],
        ["分办", "规划意见", "环保意见", "消防意见", "汇总"],
        ways | {("汇总", "结束", "")},
    )


def _hours() -> Kept:
    grid = _grid(
        ("序号", "环节名称", "办理岗位", "办理时限"),
        (1, "接报", "值班岗", "24小时"),
        (2, "核实", "值班岗", "48小时内"),
        (3, "处置", "执法岗", "三个工作日"),
        (4, "回访", "值班岗", "4个工作小时"),
        (5, "答复", "值班岗", "半天"),
        (6, "登记", "档案岗", "30分钟"),
        (7, "归档", "档案岗", "/"),
    )
    steps = ["接报", "核实", "处置", "回访", "答复", "登记", "归档"]
    return Kept(
        "limits in hours",
        as_xlsx([grid]),
        ["值班岗", "执法岗", "档案岗"],
        steps,
        _straight(*steps),
        {
            "接报": "24 小时",
            "核实": "48 小时",
            "处置": "3 工作日",
            "回访": "4 工作小时",
            "答复": "4 工作小时",
            "登记": "30 分钟",
            "归档": "",
        },
    )


def _at_once() -> Kept:
    grid = _grid(
        ("序号", "环节名称", "办理岗位", "办理时限"),
        (1, "受理", "窗口岗", "即时"),
        (2, "办结", "窗口岗", "当场办结"),
        (3, "送达", "窗口岗", "10个工作日"),
    )
    steps = ["受理", "办结", "送达"]
    return Kept(
        "limits on the spot",
        as_xlsx([grid]),
        ["窗口岗"],
        steps,
        _straight(*steps),
        {"受理": "", "办结": "", "送达": "10 工作日"},
    )


def _merged() -> Kept:
    grid = _grid(
        ("阶段", "序号", "环节", "岗位", "时限"),
        ("受理阶段", None, None, None, None),
        ("受理", 1, "收件", "窗口岗", "1"),
        (None, 2, "受理", None, "1"),
        ("审查阶段", None, None, None, None),
        ("审查", 3, "初审", "审查岗", "2"),
        (None, 4, "复审", None, "2"),
        ("合计", None, None, None, "6个工作日"),
        ("备注：以上时限均为工作日。", None, None, None, None),
    )
    grid.merges += [(2, 1, 2, 5), (3, 1, 4, 1), (3, 4, 4, 4), (5, 1, 5, 5), (6, 1, 7, 1), (6, 4, 7, 4), (9, 1, 9, 5)]
    steps = ["收件", "受理", "初审", "复审"]
    return Kept(
        "posts merged, headings of stages, a sum and a note",
        as_xlsx([grid]),
        ["窗口岗", "审查岗"],
        steps,
        _straight(*steps),
    )


def _numbers() -> Kept:
    grid = _grid(
        ("序号", "环节", "岗位", "下一环节"),
        (1.0, "立案", "执法岗", 2.0),
        (2.0, "调查", "执法岗", "第3步"),
        (3.0, "审理", "法制岗", "转步骤4"),
        (4.0, "决定", "领导岗", "5."),
        (5.0, "送达", "执法岗", "流程结束"),
    )
    steps = ["立案", "调查", "审理", "决定", "送达"]
    return Kept(
        "an old workbook, references as 第3步, 转步骤4, 5.",
        as_xls([grid]),
        ["执法岗", "法制岗", "领导岗"],
        steps,
        _straight(*steps),
    )


def _unknown() -> Kept:
    grid = _grid(("序号", "环节", "岗位", "后续步骤"), (1, "受理", "窗口岗", "2、12"), (2, "办结", "窗口岗", "无"))
    return Kept("a step that is not there", as_xlsx([grid]), refusal=("第 2 行", "后续步骤", "12"))


def _endless() -> Kept:
    grid = _grid(
        ("序号", "环节", "岗位", "下一步骤"),
        (1, "受理", "窗口岗", "2"),
        (2, "审查", "审查岗", "3"),
        (3, "退回", "审查岗", "1"),
    )
    return Kept("a ring without an end", as_xlsx([grid]), refusal=("第 4 行", "下一步骤", "结束"))


def _twice() -> Kept:
    grid = _grid(
        ("序号", "环节", "岗位", "时限"),
        (1, "审核", "审查岗", "2"),
        (2, "审核", "领导岗", "尽快"),
        (3, None, "窗口岗", "1"),
    )
    return Kept("a name twice and one left out", as_xlsx([grid]), refusal=("第 3 行", "审核", "第 4 行"))


KEPT = [
    _other_words(),
    _arrows(),
    _lists(),
    _hours(),
    _at_once(),
    _merged(),
    _numbers(),
    _unknown(),
    _endless(),
    _twice(),
]

"""Post duties (岗位职责) of the demo city: what each post takes over from the tasks of its section."""

from dataclasses import dataclass
from functools import cache

from host.demo.content import record_classes

FEWEST, MOST = 3, 6  # duties of a post
#: What every section has besides its own tasks, in its mandate: what leading and helping out belongs to.
COMMON_TASK = "承担日常综合管理和单位领导交办的其他任务"


@dataclass(frozen=True, slots=True)
class PostDuty:
    """A duty of a post with its measure; ``section_task`` is the section's task behind it."""

    text: str
    rhythm: str
    measure_unit: str
    standard_minutes: int
    section_task: str


# What goes with a task beside doing it, by the class of its verb.
_BESIDES = {
    "approve": "登记{o}办理台账并归档",
    "inspect": "督促整改{o}发现的问题",
    "draft": "收集整理{o}基础资料",
    "organise": "统计报送{o}进展情况",
    "monitor": "编制{o}情况分析材料",
    "office": "统计{o}完成情况",
}
_SECOND_VERBS = ("整改", "整理", "报送", "实施", "更新", "研判", "上报", "调研")
_LEADING = ("主持", "处理", "审定", "调研", "督导")
_ENDINGS = ("办理台账", "发现的问题", "基础资料", "进展情况", "完成情况", "情况分析材料")
_SPARE = ("承办科室交办的其他事项", "管理本岗位业务档案", "收集更新本岗位政策文件")


@cache
def staff_duties(tasks: tuple[str, ...], slot: int, slots: int) -> tuple[PostDuty, ...]:
    """The duties of staff post ``slot`` of ``slots``; together they take every task of the section."""
    own = [task for number, task in enumerate(tasks) if number % slots == slot % slots]
    if len(own) < 2 and len(tasks) > 1:
        own.append(tasks[(slot + 1) % len(tasks)])
    duties = [_duty(task, task) for task in own]
    duties += [_beside(task) for task in own]
    duties += [_duty(text, COMMON_TASK) for text in _SPARE[: max(0, FEWEST - len(duties))]]
    return tuple(duties[:MOST])


@cache
def section_head_duties(tasks: tuple[str, ...], name: str, *, is_deputy: bool) -> tuple[PostDuty, ...]:
    """The duties of a section's head or deputy: to lead, to check and to settle what is hard."""
    lead = f"协助主持{name}日常工作，安排调度分管任务" if is_deputy else f"主持{name}全面工作，安排调度日常任务"
    checked = tasks[1::2] if is_deputy else tasks[::2]
    duties = [_duty(lead, COMMON_TASK)]
    duties += [_duty(f"把关{duty_object(task)}", task) for task in checked]
    duties.append(_duty("研究处理业务疑难问题，对接协调有关单位", COMMON_TASK))
    duties.append(_duty(f"审定{name}上报材料和统计数据", COMMON_TASK))
    return tuple(duties[:MOST])


@cache
def leader_duties(unit_name: str, *, is_deputy: bool) -> tuple[PostDuty, ...]:
    """The duties of a unit's head or of its deputies (分管领导)."""
    if is_deputy:
        texts = (
            "分管业务科室，研究部署分管工作",
            "审定分管领域公文和行政决定",
            "带队督导重点任务落实",
            "统筹分管领域安全稳定工作",
        )
    else:
        texts = (
            f"主持{unit_name}全面工作",
            "研究审定重大事项和重要文件",
            "带队调研督导重点工作",
            "统筹队伍建设和党风廉政建设",
        )
    return tuple(_duty(text, COMMON_TASK) for text in texts)


def duty_class(text: str) -> str:
    """The class of a duty by its verb: approve, inspect, draft, organise, monitor, office or lead."""
    return _verbs().get(text[:2], "office")


def duty_object(text: str) -> str:
    """What a duty is about: 审查取水许可申请 → 取水许可申请; what follows 并 is left out."""
    first = text.split("并", 1)[0].split("，", 1)[0]
    seconds = _LEADING if duty_class(text) == "lead" else _prefixes()
    if first[:2] in _verbs():
        first = first.removeprefix("按权限")[2:] if first.startswith("按权限") else first[2:]
    if first.startswith(seconds) and len(first) > 6:
        first = first[2:]
    for ending in _ENDINGS:
        first = first.removesuffix(ending)
    return first


@cache
def _prefixes() -> tuple[str, ...]:
    return (*_verbs(), *_SECOND_VERBS)


@cache
def _verbs() -> dict[str, str]:
    return {verb: name for name, entry in record_classes().items() for verb in entry.verbs}


def _duty(text: str, task: str) -> PostDuty:
    entry = record_classes()[duty_class(text)]
    return PostDuty(text, entry.rhythm, entry.measure_unit, entry.minutes, task)


def _beside(task: str) -> PostDuty:
    return _duty(_BESIDES[duty_class(task)].format(o=duty_object(task)), task)

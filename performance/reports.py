"""Lists of performance that go out as tables. People only by section and by name, as on the pages (R164)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select

from host.kernel.access import Actor
from host.kernel.db import AnySelect
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import register_export, whole_of
from performance.grading import queries as grading
from performance.grading.settings import assessment_day
from performance.permissions import Permission
from performance.schemes.models import Indicator, IndicatorScheme
from performance.schemes.queries import indicators_of, readable_schemes, scheme_of
from performance.scoring import queries as scoring

Values = Mapping[str, str]


def _year(values: Values) -> int:
    """The year of assessment, as the pages take it."""
    today = today_in_china()
    usual = today.year if today.month > 3 else today.year - 1
    year = whole_of(values, "year") if values.get("year") else usual
    if not 2000 <= year <= 2100:
        raise NotFound
    return year


register_export(
    "performance.schemes",
    "指标体系",
    permission=Permission.SCHEME_READ,
    columns={
        "名称": "IndicatorScheme.name",
        "年度": "IndicatorScheme.year",
        "评价对象": "IndicatorScheme.subject",
        "满分": "IndicatorScheme.full_mark",
        "状态": "IndicatorScheme.scheme_state",
        "发布时间": "IndicatorScheme.published_at",
    },
    rows=lambda actor, _values: readable_schemes(actor),
)


def _indicators(actor: Actor, values: Values) -> list[Indicator]:
    scheme: IndicatorScheme = scheme_of(actor, whole_of(values, "scheme_id"))
    return indicators_of(scheme.id)


register_export(
    "performance.indicators",
    "指标",
    permission=Permission.SCHEME_READ,
    columns={
        "级次": "level",
        "指标": "name",
        "权重（%）": "weight",
        "取数来源": "data_source",
        "计分规则": "rule_kind",
    },
    rows=_indicators,
)

register_export(
    "performance.runs",
    "计分",
    permission=Permission.RUN_READ,
    columns={
        "序号": "ScoreRun.id",
        "指标体系": "scheme_name",
        "起": "ScoreRun.first_day",
        "止": "ScoreRun.last_day",
        "人数": "ScoreRun.person_count",
        "状态": "ScoreRun.run_state",
        "完成时间": "ScoreRun.finished_at",
    },
    rows=lambda actor, _values: scoring.visible_runs(actor),
)


def _done(actor: Actor, values: Values) -> int:
    run, _ = scoring.run_of(actor, whole_of(values, "run_id"), done=True)
    return run.id


register_export(
    "performance.unit_scores",
    "各单位得分情况",
    permission=Permission.RUN_READ,
    columns={"单位": "name", "人数": "people", "平均分": scoring.mean_of},
    rows=lambda actor, values: scoring.unit_sums(actor, _done(actor, values)),
)

register_export(
    "performance.section_scores",
    "各科室得分情况",
    permission=Permission.RUN_READ,
    columns={"科室": "name", "人数": "people", "平均分": scoring.mean_of},
    rows=lambda actor, values: scoring.section_sums(actor, _done(actor, values), whole_of(values, "unit_id")),
)

register_export(
    "performance.people_scores",
    "科室人员得分",
    names_people=True,
    permission=Permission.SCORE_READ,
    columns={"姓名": "name", "得分": "score"},
    rows=lambda actor, values: scoring.scores_in_section(
        actor, whole_of(values, "run_id"), whole_of(values, "section_id")
    ),
)


def _own_scores(actor: Actor, _values: Values) -> AnySelect:
    if actor.person_id is None:
        raise NotFound
    return scoring.all_scores_of(actor, actor.person_id)


register_export(
    "performance.my_scores",
    "我的得分",
    permission=Permission.SCORE_READ,
    columns={
        "指标体系": "scheme_name",
        "起": "ScoreRun.first_day",
        "止": "ScoreRun.last_day",
        "得分": "PersonScore.score",
        "完成时间": "ScoreRun.finished_at",
    },
    rows=_own_scores,
)

register_export(
    "performance.grading_units",
    "优秀名额",
    permission=Permission.GRADE_READ,
    columns={"单位": "name", "优秀名额": "allotted", "已建议": "used"},
    rows=lambda actor, values: grading.units_with_places(actor, _year(values)),
)


def _grades(actor: Actor, values: Values) -> AnySelect:
    """The people of one section, the first of the unit unless another is chosen."""
    unit, _ = grading.unit_of(actor, whole_of(values, "unit_id"), Permission.GRADE_READ)
    year = _year(values)
    day = assessment_day(year, today_in_china())
    sections = grading.sections_of(unit.id, day)
    if not sections:
        raise NotFound("本单位该年度没有在册的考核对象")
    chosen = whole_of(values, "section") if values.get("section") else sections[0].section_id
    people: Select[Any] = grading.people_select(unit.id, year, day, section_id=chosen)
    return people


def _proposed(row: Any) -> str | None:
    one = row.AnnualAssessment
    if one is None:
        return None
    if one.proposed_grade:
        return str(one.proposed_grade.word(one.regime))
    return f"不定等次：{one.no_grade_reason.label}" if one.no_grade_reason else None


def _decided(row: Any) -> str | None:
    one = row.AnnualAssessment
    return str(one.final_grade.word(one.regime)) if one and one.final_grade else None


register_export(
    "performance.grades",
    "年度考核等次",
    names_people=True,
    permission=Permission.GRADE_READ,
    columns={"姓名": "name", "人员类别": "regime", "等次建议": _proposed, "确定等次": _decided},
    rows=_grades,
)

register_export(
    "performance.grading_settings",
    "优秀比例设置",
    permission=Permission.GRADING_EDIT,
    columns={
        "区划": "name",
        "优秀比例": "GradingSetting.ratio",
        "取整": "GradingSetting.rounding",
        "不定等次计入基数": "GradingSetting.base_includes_ungraded",
        "优秀对平时考核的要求": "GradingSetting.routine_gate",
        "起始": lambda row: row.GradingSetting.valid.lower,
        "依据": "GradingSetting.remark",
    },
    rows=lambda actor, _values: grading.settings_in_force(actor, today_in_china()),
)

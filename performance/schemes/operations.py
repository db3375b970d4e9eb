"""Writes of schemes. Whoever changes one holds its row: publishing and editing never cross."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, exists, func, select

from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import Refused
from performance.schemes.errors import (
    SchemeClosed,
    SchemeNameTaken,
    SchemeNotPublished,
)
from performance.schemes.models import DataSource, Indicator, IndicatorScheme, RuleKind, SchemeState, SchemeSubject
from performance.schemes.queries import content_hash, indicators_of
from performance.schemes.rules import read_rule
from performance.schemes.wholeness import shortfalls

#: 默认体系: name, weight, source, kind, rule. The values are our own choice (【推】) and meant to be changed.
DEFAULT_INDICATORS: tuple[tuple[str, str, DataSource, RuleKind, dict[str, Any]], ...] = (
    (
        "履职天数",
        "30",
        DataSource.LOGGED_DAYS,
        RuleKind.BAND,
        {
            "bands": [
                {"at_least": "0.95", "mark": "100"},
                {"at_least": "0.85", "mark": "90"},
                {"at_least": "0.7", "mark": "75"},
                {"at_least": "0.5", "mark": "60"},
                {"at_least": "0", "mark": "30"},
            ]
        },
    ),
    ("审核通过", "20", DataSource.APPROVED_SHARE, RuleKind.THRESHOLD, {"target": "0.95"}),
    ("职责覆盖", "20", DataSource.DUTY_COVERAGE, RuleKind.THRESHOLD, {"target": "0.8"}),
    ("任务按时", "15", DataSource.TASKS_IN_TIME, RuleKind.THRESHOLD, {"target": "1"}),
    ("质量评价", "15", DataSource.REVIEW_QUALITY, RuleKind.THRESHOLD, {"target": "4.5"}),
)


def create_scheme(region_id: int, *, year: int, name: str, actor: Actor) -> IndicatorScheme:
    """An empty draft for persons. Raises SchemeNameTaken."""
    _check_name_is_free(region_id, year, name)
    scheme = IndicatorScheme(region_id=region_id, year=year, name=name, subject=SchemeSubject.PERSON)
    db.session.add(scheme)
    db.session.flush()
    record_change(scheme, action="indicator_scheme.created", actor=actor, after={"name": name, "year": year})
    return scheme


def default_scheme(
    region_id: int, *, year: int, actor: Actor, name: str = "工作人员年度履职评价（默认）"
) -> IndicatorScheme:
    """A draft with the five measured parts that are shipped, ready to be looked at and published."""
    scheme = create_scheme(region_id, year=year, name=name, actor=actor)
    for sort_no, (title, weight, source, kind, rule) in enumerate(DEFAULT_INDICATORS, start=1):
        db.session.add(
            Indicator(
                scheme_id=scheme.id,
                name=title,
                weight=Decimal(weight),
                data_source=source,
                rule_kind=kind,
                rule=rule,
                sort_no=sort_no,
            )
        )
    db.session.flush()
    return scheme


def add_indicator(
    scheme: IndicatorScheme,
    *,
    name: str,
    weight: Decimal,
    parent: Indicator | None = None,
    rule_kind: RuleKind | None = None,
    rule: Mapping[str, Any] | None = None,
    data_source: DataSource | None = None,
    actor: Actor,
) -> Indicator:
    """One more part of a draft, the last among its siblings. Raises SchemeClosed, BadRule, Refused.

    Without a source it only carries the weight of the parts below it, at most three levels deep.
    """
    _hold_open(scheme)
    level = 1
    if parent is not None:
        level = _level_below(scheme, parent)
    last = db.session.scalar(select(func.max(Indicator.sort_no)).where(Indicator.scheme_id == scheme.id)) or 0
    indicator = Indicator(scheme_id=scheme.id, parent_id=parent.id if parent else None, level=level, sort_no=last + 1)
    _write(indicator, name=name, weight=weight, rule_kind=rule_kind, rule=rule, data_source=data_source)
    db.session.add(indicator)
    db.session.flush()
    record_change(indicator, action="indicator.added", actor=actor, after=_words(indicator))
    return indicator


def edit_indicator(
    scheme: IndicatorScheme,
    indicator: Indicator,
    *,
    name: str,
    weight: Decimal,
    rule_kind: RuleKind | None,
    rule: Mapping[str, Any] | None,
    data_source: DataSource | None,
    actor: Actor,
) -> None:
    """Change a part of a draft. Raises SchemeClosed, BadRule, Refused."""
    _hold_open(scheme)
    if data_source is not None and _has_parts(indicator):
        raise Refused("该指标下还有下级指标，不能直接取数")
    before = _words(indicator)
    _write(indicator, name=name, weight=weight, rule_kind=rule_kind, rule=rule, data_source=data_source)
    db.session.flush()
    record_change(indicator, action="indicator.edited", actor=actor, before=before, after=_words(indicator))


def remove_indicator(scheme: IndicatorScheme, indicator: Indicator, *, actor: Actor) -> None:
    """Take a part without parts below it out of a draft. Raises SchemeClosed, Refused."""
    _hold_open(scheme)
    if _has_parts(indicator):
        raise Refused("请先删除下级指标")
    record_change(indicator, action="indicator.removed", actor=actor, before=_words(indicator))
    db.session.execute(delete(Indicator).where(Indicator.id == indicator.id))


def publish_scheme(scheme: IndicatorScheme, *, actor: Actor) -> None:
    """Close the draft: from now on it gives scores and is read-only (R113).

    Raises WeightsNotHundred with the actual sum, SchemeIncomplete, SchemeClosed.
    """
    _hold_open(scheme)
    indicators = indicators_of(scheme.id)
    check_whole(indicators)
    scheme.content_hash = content_hash(scheme, indicators)
    scheme.scheme_state = SchemeState.PUBLISHED
    scheme.published_at = datetime.now(UTC)
    db.session.flush()  # the sealing constraint speaks here
    record_change(scheme, action="indicator_scheme.published", actor=actor, after={"content_hash": scheme.content_hash})


def archive_scheme(scheme: IndicatorScheme, *, actor: Actor) -> None:
    """Take a published scheme out of use; its runs stay as they are. Raises SchemeNotPublished."""
    db.session.refresh(scheme, with_for_update=True)
    if scheme.scheme_state is not SchemeState.PUBLISHED:
        raise SchemeNotPublished("只有已发布的指标体系可以归档")
    scheme.scheme_state = SchemeState.ARCHIVED
    db.session.flush()
    record_change(scheme, action="indicator_scheme.archived", actor=actor)


def copy_scheme(scheme: IndicatorScheme, *, year: int, name: str, actor: Actor) -> IndicatorScheme:
    """A draft with the same parts, for another year or to be changed. Raises SchemeNameTaken."""
    copied = create_scheme(scheme.region_id, year=year, name=name, actor=actor)
    copied.copied_from_id, copied.rounding, copied.full_mark = scheme.id, scheme.rounding, scheme.full_mark
    new_ids: dict[int, int] = {}
    for one in indicators_of(scheme.id):
        twin = Indicator(
            scheme_id=copied.id,
            parent_id=new_ids[one.parent_id] if one.parent_id else None,
            level=one.level,
            name=one.name,
            weight=one.weight,
            rule_kind=one.rule_kind,
            rule=dict(one.rule),
            data_source=one.data_source,
            sort_no=one.sort_no,
        )
        db.session.add(twin)
        db.session.flush()  # the parts below need its id
        new_ids[one.id] = twin.id
    return copied


def check_whole(indicators: list[Indicator]) -> None:
    """That siblings add up to exactly 100 and every part is measured or divided (R113).

    Raises WeightsNotHundred, SchemeIncomplete.
    """
    if problem := next(iter(shortfalls(indicators)), None):
        raise problem


def _write(
    indicator: Indicator,
    *,
    name: str,
    weight: Decimal,
    rule_kind: RuleKind | None,
    rule: Mapping[str, Any] | None,
    data_source: DataSource | None,
) -> None:
    if not 0 < weight <= 100 or weight != weight.quantize(Decimal("0.01")):
        raise Refused("权重应大于 0、不超过 100，最多两位小数")
    if (rule_kind is None) != (data_source is None):
        raise Refused("取数来源和计分规则应同时设置")
    indicator.name, indicator.weight = name.strip(), weight
    indicator.rule_kind, indicator.data_source = rule_kind, data_source
    indicator.rule = read_rule(rule_kind, rule or {}).as_json() if rule_kind else {}


def _level_below(scheme: IndicatorScheme, parent: Indicator) -> int:
    if parent.scheme_id != scheme.id:
        raise Refused("上级指标不属于该指标体系")
    if parent.level >= 3:
        raise Refused("指标最多三级")
    if parent.rule_kind is not None:
        raise Refused("上级指标已直接取数，不能再分下级")
    return parent.level + 1


def _hold_open(scheme: IndicatorScheme) -> None:
    """Lock the scheme and see that it is still a draft."""
    db.session.refresh(scheme, with_for_update=True)
    if not scheme.is_open:
        raise SchemeClosed


def _has_parts(indicator: Indicator) -> bool:
    return bool(db.session.scalar(select(exists().where(Indicator.parent_id == indicator.id))))


def _check_name_is_free(region_id: int, year: int, name: str) -> None:
    taken = exists().where(
        IndicatorScheme.region_id == region_id, IndicatorScheme.year == year, IndicatorScheme.name == name
    )
    if db.session.scalar(select(taken)):
        raise SchemeNameTaken


def _words(indicator: Indicator) -> dict[str, Any]:
    return {
        "name": indicator.name,
        "weight": indicator.weight,
        "rule_kind": indicator.rule_kind,
        "rule": indicator.rule,
        "data_source": indicator.data_source,
    }

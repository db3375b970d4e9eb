"""R113: weights of siblings reach exactly 100, and what is published stays as it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, func, update
from sqlalchemy.exc import IntegrityError

from host.kernel.access import SYSTEM
from host.kernel.db import db
from performance.schemes import operations
from performance.schemes.errors import (
    BadRule,
    SchemeAltered,
    SchemeClosed,
    SchemeIncomplete,
    SchemeNameTaken,
    WeightsNotHundred,
)
from performance.schemes.models import DataSource, Indicator, IndicatorScheme, RuleKind, SchemeState
from performance.schemes.queries import content_hash, indicators_of
from performance.scoring.operations import score_now
from tests.factories import a_region

TARGET = {"target": "0.9"}


def a_scheme(**over: object) -> IndicatorScheme:
    return operations.default_scheme(a_region().id, year=2026, actor=SYSTEM, **over)  # type: ignore[arg-type]


def an_empty_scheme() -> IndicatorScheme:
    return operations.create_scheme(a_region().id, year=2026, name="试行", actor=SYSTEM)


def a_part(scheme: IndicatorScheme, weight: str, **over: object) -> Indicator:
    facts: dict[str, object] = {
        "name": "审核通过",
        "rule_kind": RuleKind.THRESHOLD,
        "rule": TARGET,
        "data_source": DataSource.APPROVED_SHARE,
    }
    return operations.add_indicator(scheme, weight=Decimal(weight), actor=SYSTEM, **{**facts, **over})  # type: ignore[arg-type]


def test_the_default_scheme_can_be_published_as_it_is(connection: Connection) -> None:
    scheme = a_scheme()
    operations.publish_scheme(scheme, actor=SYSTEM)
    assert scheme.scheme_state is SchemeState.PUBLISHED


def test_weights_below_100_are_refused_with_the_actual_sum(connection: Connection) -> None:
    scheme = an_empty_scheme()
    a_part(scheme, "60")
    a_part(scheme, "39.99")
    with pytest.raises(WeightsNotHundred, match=r"应为 100，现为 99\.99"):
        operations.publish_scheme(scheme, actor=SYSTEM)


def test_weights_below_an_indicator_must_reach_100_too(connection: Connection) -> None:
    scheme = an_empty_scheme()
    head = a_part(scheme, "100", name="实绩", rule_kind=None, rule=None, data_source=None)
    a_part(scheme, "70", parent=head)
    with pytest.raises(WeightsNotHundred, match="“实绩”的下级指标"):
        operations.publish_scheme(scheme, actor=SYSTEM)


def test_an_indicator_without_rule_and_parts_cannot_be_published(connection: Connection) -> None:
    scheme = an_empty_scheme()
    a_part(scheme, "100", rule_kind=None, rule=None, data_source=None)
    with pytest.raises(SchemeIncomplete):
        operations.publish_scheme(scheme, actor=SYSTEM)


def test_an_empty_scheme_cannot_be_published(connection: Connection) -> None:
    with pytest.raises(SchemeIncomplete):
        operations.publish_scheme(an_empty_scheme(), actor=SYSTEM)


def test_a_published_scheme_takes_no_more_indicators(connection: Connection) -> None:
    scheme = a_scheme()
    operations.publish_scheme(scheme, actor=SYSTEM)
    with pytest.raises(SchemeClosed):
        a_part(scheme, "10")


def test_an_indicator_of_a_published_scheme_cannot_be_removed(connection: Connection) -> None:
    scheme = a_scheme()
    operations.publish_scheme(scheme, actor=SYSTEM)
    with pytest.raises(SchemeClosed):
        operations.remove_indicator(scheme, indicators_of(scheme.id)[0], actor=SYSTEM)


def test_a_published_scheme_changed_behind_our_back_gives_no_scores(connection: Connection) -> None:
    scheme = a_scheme()
    operations.publish_scheme(scheme, actor=SYSTEM)
    db.session.execute(update(Indicator).where(Indicator.scheme_id == scheme.id).values(name="别的"))
    db.session.expire_all()
    with pytest.raises(SchemeAltered):
        score_now(scheme, first=date(2026, 1, 1), last=date(2026, 1, 31), actor=SYSTEM)


def test_a_copy_is_an_open_draft_with_the_same_content(connection: Connection) -> None:
    scheme = a_scheme()
    operations.publish_scheme(scheme, actor=SYSTEM)
    copied = operations.copy_scheme(scheme, year=2027, name="下一年", actor=SYSTEM)
    assert copied.is_open
    assert content_hash(copied, indicators_of(copied.id)) == scheme.content_hash


def test_one_name_a_region_and_year(connection: Connection) -> None:
    a_scheme()
    with pytest.raises(SchemeNameTaken):
        a_scheme()


def test_a_fourth_level_is_refused(connection: Connection) -> None:
    scheme = an_empty_scheme()
    part = None
    for _ in range(3):
        part = a_part(scheme, "100", parent=part, rule_kind=None, rule=None, data_source=None)
    with pytest.raises(Exception, match="最多三级"):
        a_part(scheme, "100", parent=part)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"bands": [{"at_least": "0.5", "mark": "60"}, {"at_least": "0.9", "mark": "100"}]}, "下限应为 0"),
        ({"bands": [{"at_least": "0", "mark": "60"}, {"at_least": "0", "mark": "100"}]}, "下限相同"),
        ({"bands": [{"at_least": "0", "mark": "60"}]}, "2 至 20 档"),
        ({"bands": [{"at_least": "0", "mark": "101"}, {"at_least": "1", "mark": "1"}]}, "0 至 100"),
        ({"bands": [{"at_least": "x", "mark": "1"}, {"at_least": "1", "mark": "1"}]}, "应为数字"),
        ({"bands": [{"at_least": "NaN", "mark": "1"}, {"at_least": "1", "mark": "1"}]}, "之间"),
    ],
)
def test_bands_that_leave_a_value_without_a_mark_are_refused(
    connection: Connection, rule: dict[str, object], message: str
) -> None:
    with pytest.raises(BadRule, match=message):
        a_part(an_empty_scheme(), "100", rule_kind=RuleKind.BAND, rule=rule)


def test_the_database_refuses_a_published_scheme_without_its_seal(connection: Connection) -> None:
    a_scheme()
    with pytest.raises(IntegrityError, match="published_is_sealed"):
        db.session.execute(update(IndicatorScheme).values(scheme_state=SchemeState.PUBLISHED, published_at=func.now()))


def test_the_database_refuses_a_weight_above_100(connection: Connection) -> None:
    a_scheme()
    with pytest.raises(IntegrityError, match="weight_is_a_share"):
        db.session.execute(update(Indicator).values(weight=Decimal("100.01")))

"""What people are told of annual grades and score runs, in the transaction of the cause."""

from __future__ import annotations

from sqlalchemy import literal, select

from basic_info.organization.models import Unit
from basic_info.organization.scope import reached_by
from host.auth.holders import holders_of, holds_today
from host.auth.models import Account, RoleGrant
from host.kernel.access import Actor, Role, roles_with
from host.kernel.notifications.kinds import register_kind
from host.kernel.notifications.operations import tell_from
from performance.grading.models import AnnualAssessment
from performance.permissions import ROLE_PERMISSIONS, Permission
from performance.scoring.models import ScoreRun

GRADE = register_kind("annual_assessment", "年度考核等次已确定", is_obligatory=True)
GRADING = register_kind("annual_assessment.opened", "年度考核：请提出等次建议")
RUN = register_kind("score_run", "我发起的计分完成或中断")


def tell_decided(assessment: AnnualAssessment) -> None:
    """The person, that the grade is final (R101): which it is stands on the page, not in the message."""
    readers = roles_with(ROLE_PERMISSIONS, Permission.SCORE_READ)
    may_open = reached_by(
        Account.id, readers, unit=assessment.unit_id, section=assessment.section_id, person=assessment.person_id
    )
    own = select(Account.id, literal(f"您 {assessment.year} 年度考核等次已确定，请查看"))
    tell_from(
        GRADE,
        own.where(Account.person_id == assessment.person_id, may_open),
        link="/performance/scores",
        key=f"annual_assessment:{assessment.id}:decided",
    )


def tell_places_counted(unit: Unit, *, year: int, places: int, actor: Actor) -> None:
    """The unit's heads, once a year: proposals are awaited of them. Not who counted the places."""
    heads = holders_of(Role.UNIT_HEAD, unit=unit.id).subquery("heads")
    title = f"{year} 年度考核已开始，本单位优秀名额 {places} 名，请提出等次建议"
    tell_from(
        GRADING,
        select(heads.c.account_id, literal(title)).where(heads.c.account_id != (actor.account_id or 0)),
        link=f"/performance/grading/units/{unit.id}?year={year}",
        key=f"annual_assessment:{unit.id}:{year}:opened",
    )


def tell_run(run: ScoreRun, words: str, *, key: str) -> None:
    """Who started the run and may still open it; ``key``: how it ended."""
    readers = roles_with(ROLE_PERMISSIONS, Permission.RUN_READ)
    may_open = select(RoleGrant.id).where(
        RoleGrant.account_id == Account.id, RoleGrant.role.in_(readers), holds_today(RoleGrant)
    )
    tell_from(
        RUN,
        select(Account.id, literal(words)).where(Account.id == run.started_by, may_open.exists()),
        link=f"/performance/runs/{run.id}",
        key=f"score_run:{run.id}:{key}",
    )

"""Whether a scheme can be published: what its weights add up to, and what is still missing (R113)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from host.kernel.errors import DomainError
from performance.schemes.errors import SchemeIncomplete, WeightsNotHundred
from performance.schemes.models import Indicator

WHOLE = Decimal(100)


@dataclass(frozen=True)
class Branch:
    """Siblings of a scheme: the parts below ``parent_id`` (None: the top) and their weights' sum in per cent."""

    parent_id: int | None
    title: str
    total: Decimal

    @property
    def is_whole(self) -> bool:
        return self.total == WHOLE

    @property
    def words(self) -> str:
        """``合计 95，还差 5``."""
        total = f"合计 {plain(self.total)}"
        if self.is_whole:
            return total
        gap = WHOLE - self.total
        return f"{total}，{'还差' if gap > 0 else '超出'} {plain(abs(gap))}"


def branches(indicators: Sequence[Indicator]) -> list[Branch]:
    """The groups of siblings, the top first, then in the order of the tree."""
    names: dict[int | None, str] = {one.id: f"“{one.name}”的下级指标" for one in indicators}
    sums: dict[int | None, Decimal] = {}
    for one in indicators:
        sums[one.parent_id] = sums.get(one.parent_id, Decimal(0)) + one.weight
    return [Branch(parent_id, names.get(parent_id, "一级指标"), total) for parent_id, total in sums.items()]


def shortfalls(indicators: Sequence[Indicator]) -> Iterator[DomainError]:
    """All that stands against publishing, each as the error that publishing would raise."""
    if not indicators:
        yield SchemeIncomplete("还没有指标，不能发布")
    groups = branches(indicators)
    for group in groups:
        if not group.is_whole:
            yield WeightsNotHundred(f"{group.title}权重合计应为 100，现为 {plain(group.total)}")
    divided = {group.parent_id for group in groups}
    for one in indicators:
        if one.rule_kind is None and one.id not in divided:
            yield SchemeIncomplete(f"“{one.name}”没有设置取数和计分规则")


def plain(value: Decimal) -> str:
    """Without idle zeros and never in powers of ten."""
    return f"{value.normalize():f}"

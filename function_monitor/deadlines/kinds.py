"""Which clocks there are, and who may extend them: words without tables, so that the arithmetic can use them."""

from __future__ import annotations

from basic_info.organization.kinds import Worded


class ClockKind(Worded):
    """时限种类 (R63, R65): of one step, or of a part of the whole case."""

    STAGE = "stage", "环节时限"
    ACCEPTANCE = "acceptance", "受理时限"
    DECISION = "decision", "决定时限"
    DELIVERY = "delivery", "送达时限"

    @property
    def is_suspendable(self) -> bool:
        """行政许可法 45 speaks of the time for the decision: nothing stops acceptance and delivery."""
        return self in {ClockKind.STAGE, ClockKind.DECISION}


class ApproverKind(Worded):
    """批准人 (R62): who lets a limit be extended, and by how many days at most."""

    ORGAN_HEAD = "organ_head", "本行政机关负责人"
    GOVERNMENT_HEAD = "government_head", "本级人民政府负责人"

    @property
    def most_days(self) -> int:
        return {"organ_head": 10, "government_head": 15}[self.value]


#: The limit of permits that several organs handle together (统一办理、联合办理、集中办理, 行政许可法 42).
JOINT_LIMIT = 45

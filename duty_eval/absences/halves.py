"""Which half of a day somebody is away, and the hours that it stands for."""

from __future__ import annotations

from basic_info.organization.kinds import Worded


class HalfDay(Worded):
    MORNING = "morning", "上午"
    AFTERNOON = "afternoon", "下午"

    @property
    def hours(self) -> tuple[int, int]:
        """(minutes after midnight, minutes) of working time: 8:00–12:00, 12:00–18:00. An evening is nobody's leave."""
        return (480, 240) if self is HalfDay.MORNING else (720, 360)

"""Several rows of one person: the primary post and those held besides must speak of the same person (R28, R35)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from basic_info.organization.kinds import AppointmentKind
from basic_info.organization.register_import.reading import SheetRow
from basic_info.organization.shares import FULL

#: What a row says about the appointment; all else is about the person.
_OF_THE_POST = {"unit_code", "section_code", "post_code", "job_title", "appointed_on", "leader_kind",
                "appointment_kind", "share_percent"}  # fmt: skip


class BadRow(Exception):
    """A row cannot be taken: ``column`` is the heading, ``message`` what to do."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column, self.message = column, message


def is_further(row: SheetRow) -> bool:
    """Whether the row is about a post held besides the primary one."""
    return bool(row.values["appointment_kind"] != AppointmentKind.MAIN.value)


class Holders:
    """Who was read so far: the first row of each person and a short print of what it said of the person."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[int, int]] = {}
        self._posts: dict[tuple[str, str], int] = {}
        self._shares: dict[str, tuple[int, int]] = {}
        self.further: list[Sequence[Any]] = []

    def check(self, row: SheetRow) -> None:
        """Raises BadRow when another row says something else of the same person or names the same post."""
        code, post = row.values["code"], row.values["post_code"]
        said = hash(tuple(value for name, value in row.values.items() if name not in _OF_THE_POST))
        first, before = self._first.setdefault(code, (row.number, said))
        if before != said:
            raise BadRow("人员编码", f"个人信息与第 {first} 行同一人员的不一致，请改为一致")
        if is_further(row) and post is None:
            raise BadRow("岗位编码", "兼任的岗位不能为空")
        if first != row.number or is_further(row):
            self._check_post(row, code, post)
        if (share := row.values["share_percent"]) is not None:
            self._check_share(row, code, share)

    def _check_post(self, row: SheetRow, code: str, post: str | None) -> None:
        """A person holds a post once. Only people with several rows are kept track of."""
        if post is None:
            return
        other = self._posts.setdefault((code, post), row.number)
        if other != row.number:
            raise BadRow("岗位编码", f"与第 {other} 行是同一人员的同一岗位，请删除一行")

    def _check_share(self, row: SheetRow, code: str, share: int) -> None:
        """The posts of a person are a full one at most; what the register knows besides is looked at later."""
        first, before = self._shares.get(code, (row.number, 0))
        if before + share > FULL:
            raise BadRow("工作占比", f"与第 {first} 行等同一人员的岗位合计 {before + share}%，不能超过 {FULL}%，请减少")
        self._shares[code] = first, before + share

    def keep(self, row: SheetRow) -> None:
        """Keep a further appointment until the people themselves are staged."""
        value = row.values
        self.further.append(
            (row.number, value["code"], value["post_code"], value["appointment_kind"], value["job_title"],
             value["leader_kind"], value["appointed_on"], value["share_percent"])
        )  # fmt: skip
